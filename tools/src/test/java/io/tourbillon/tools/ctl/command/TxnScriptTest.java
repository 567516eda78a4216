package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TxnScriptTest
{
    private final List<String> prompts = new ArrayList<>();

    private TxnScript read(final String text) throws IOException
    {
        return TxnScript.read(new BufferedReader(new StringReader(text)), prompts::add);
    }

    @Test
    void shouldReadConditionsAndBothBranches() throws IOException
    {
        final TxnScript script = read("""
            value("foo") = "bar"
            mod("nokey") > "7"

            put tk 'a value'
            get "" --prefix --keys-only
            del b --prev-kv

            get foo

            """);
        assertEquals(List.of("compares:", "success requests (get, put, del):", "failure requests (get, put, del):"), prompts);
        assertEquals(CompareTarget.VALUE, script.comparisons().get(0).target());
        assertEquals(CompareResult.GREATER, script.comparisons().get(1).result());
        assertEquals(7, script.comparisons().get(1).number());
        assertEquals("a value", new String(assertInstanceOf(Request.Put.class, script.success().get(0)).value(), ISO_8859_1));
        final Request.Get get = assertInstanceOf(Request.Get.class, script.success().get(1));
        assertTrue(get.keysOnly());
        assertArrayEquals(new byte[]{0}, get.range().rangeEnd());
        assertTrue(assertInstanceOf(Request.Delete.class, script.success().get(2)).prevKv());
        assertEquals(1, script.failure().size());
    }

    @Test
    void shouldReadBytesThatAreNoText() throws IOException
    {
        final TxnScript script = read("\nput \"a\\x00\\xff\\n\" \"\\u20ac\"\n\n\n");
        final Request.Put put = assertInstanceOf(Request.Put.class, script.success().get(0));
        assertArrayEquals(new byte[]{'a', 0, (byte)0xff, '\n'}, put.key());
        assertArrayEquals(new byte[]{(byte)0xe2, (byte)0x82, (byte)0xac}, put.value());
    }

    @Test
    void shouldRefuseWhatItCannotReadWithEtcdctlsWords()
    {
        assertEquals("malformed comparison: bad", message("bad\n\n\n\n"));
        assertEquals("malformed comparison: what(\"a\") = \"1\" (unknown target what)", message("what(\"a\") = \"1\"\n\n\n\n"));
        assertEquals("invalid txn compare request: create(\"a\") = \"x\"", message("create(\"a\") = \"x\"\n\n\n\n"));
        assertEquals("invalid txn request: foo a", message("\nfoo a\n\n\n"));
        assertEquals("invalid txn request: put a b --nope", message("\nput a b --nope\n\n\n"));
        assertEquals("EOF", message("\n"));
    }

    private String message(final String text)
    {
        final CtlException ex = assertThrows(CtlException.class, () -> read(text));
        assertEquals(ExitCode.INVALID_INPUT, ex.exitCode());
        return ex.getMessage();
    }
}
