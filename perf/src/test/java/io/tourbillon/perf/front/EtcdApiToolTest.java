package io.tourbillon.perf.front;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The scenarios by etcd's API at a size of a second, at a node's front: each prints its table, and every answer is right. */
@Timeout(120)
class EtcdApiToolTest
{
    @ParameterizedTest
    @ValueSource(strings = {
        "fan-out --through grpc --watchers 6 --sessions 3 --connections 2 --warmup 50ms --duration 200ms --rate 50",
        "range --megabytes 2 --warmups 0 --rounds 2 --page 100",
        "connections --connections 60"})
    void shouldPrintItsTable(final String scenario)
    {
        final PrintStream before = System.out;
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, UTF_8));
        try
        {
            assertEquals(0, new CommandLine(new FrontTool()).execute(
                (scenario + " --durability none --sides TOURBILLON").split(" ")), () -> out.toString(UTF_8));
        }
        finally
        {
            System.setOut(before);
        }
        final String text = out.toString(UTF_8);
        assertTrue(text.contains("| tourbillon |"), text);
        assertTrue(text.contains("every run was sound"), text);
    }
}
