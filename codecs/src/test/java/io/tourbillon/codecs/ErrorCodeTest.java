package io.tourbillon.codecs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

class ErrorCodeTest
{
    private static final String BEGIN = "<!-- errors: begin, written by ErrorCodeTest with -Drewrite=true -->\n";
    private static final String END = "<!-- errors: end -->";

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void shouldBeFoundByItsNumber(final ErrorCode code)
    {
        assertSame(code, ErrorCode.of(code.number()));
    }

    @Test
    void shouldSayThatANumberIsNotKnown()
    {
        assertNull(ErrorCode.of(0));
        assertNull(ErrorCode.of(9999));
    }

    @Test
    void shouldStandInTheReadmeAsItIs() throws IOException
    {
        final Path readme = Path.of("README.md");
        final String text = Files.readString(readme);
        final int begin = text.indexOf(BEGIN) + BEGIN.length();
        final int end = text.indexOf(END);
        if (Boolean.getBoolean("rewrite"))
        {
            Files.writeString(readme, text.substring(0, begin) + table() + text.substring(end));
            return;
        }
        assertEquals(table(), text.substring(begin, end), "run with -Drewrite=true");
    }

    private static String table()
    {
        return Arrays.stream(ErrorCode.values())
            .map(code -> "| " + code.number() + " | " + code + " | " + code.grpcCode() + " | " + code.action() + " | `" + code.message() +
                "` |\n")
            .collect(Collectors.joining("", "| number | name | gRPC code | do | text |\n|---|---|---|---|---|\n", ""));
    }
}
