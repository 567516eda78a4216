package io.tourbillon.tools.ctl;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FlagsTest
{
    private final Flags flags = new Flags()
        .bool("prefix", "")
        .bool("interactive", 'i', "")
        .text("write-out", 'w', "simple", "")
        .number("rev", "")
        .duration("command-timeout", "5s", "");

    @Test
    void shouldTakeFlagsAndArgumentsInAnyOrder()
    {
        flags.parse(List.of("a", "--prefix", "b", "-w", "json", "--rev=7"));
        assertEquals(List.of("a", "b"), flags.arguments());
        assertEquals(List.of("a", "b"), flags.operands());
        assertTrue(flags.is("prefix"));
        assertEquals("json", flags.get("write-out"));
        assertEquals(7, flags.number("rev"));
    }

    @Test
    void shouldNotTakeTheNextWordAsABooleansValue()
    {
        flags.parse(List.of("--prefix", "true", "-i", "--prefix=false"));
        assertEquals(List.of("true"), flags.arguments());
        assertFalse(flags.is("prefix"));
        assertTrue(flags.is("interactive"));
    }

    @Test
    void shouldEndFlagsAtTwoDashes()
    {
        flags.parse(List.of("x", "--", "-dash", "--prefix"));
        assertEquals(List.of("x", "-dash", "--prefix"), flags.arguments());
        assertEquals(List.of("-dash", "--prefix"), flags.rest());
        assertEquals(List.of("x"), flags.operands());
        assertFalse(flags.is("prefix"));
    }

    @Test
    void shouldTakeAShorthandsValueInAllThreeForms()
    {
        assertEquals("json", new Flags().text("write-out", 'w', "simple", "").parse(List.of("-wjson")).get("write-out"));
        assertEquals("json", new Flags().text("write-out", 'w', "simple", "").parse(List.of("-w=json")).get("write-out"));
        assertEquals("json", new Flags().text("write-out", 'w', "simple", "").parse(List.of("-w", "json")).get("write-out"));
    }

    @Test
    void shouldReadDurationsWithUnits()
    {
        assertEquals(5_000_000_000L, flags.durationNs("command-timeout"));
        assertEquals(90_000_000_000L, flags.parse(List.of("--command-timeout", "1m30s")).durationNs("command-timeout"));
        assertEquals(1_500_000_000L, Values.durationNs("1.5s"));
        assertEquals(250_000_000L, Values.durationNs("250ms"));
    }

    @Test
    void shouldSayWhatIsWrongWithEtcdctlsWords()
    {
        assertEquals("unknown flag: --nope", message("--nope"));
        assertEquals("flag needs an argument: --rev", message("--rev"));
        assertEquals("invalid argument \"x\" for \"--rev\" flag", message("--rev", "x"));
        assertEquals("invalid argument \"5\" for \"--command-timeout\" flag", message("--command-timeout", "5"));
        assertEquals("unknown shorthand flag: 'z' in -z", message("-z"));
    }

    private String message(final String... words)
    {
        return assertThrows(CtlException.class, () -> flags.parse(List.of(words))).getMessage();
    }
}
