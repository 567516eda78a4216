package io.tourbillon.transport.http;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What JSON is made of, whatever the texts are. */
class JsonTest
{
    @Test
    void shouldWriteObjectsListsAndEachKindOfValue()
    {
        final Json json = new Json().open('{').put("a", "text").put("b", 7L).put("c", 0.5).put("d", true).put("e", (String)null)
            .name("f").open('[').value(1L).open('{').close('}').open('[').close(']').value("x").close(']').put("g", false).close('}');
        assertEquals("{\"a\":\"text\",\"b\":7,\"c\":0.5,\"d\":true,\"e\":null,\"f\":[1,{},[],\"x\"],\"g\":false}", json.toString());
    }

    /** JSON has no word for them, and a reader would stumble. */
    @Test
    void shouldSayNullForWhatIsNoNumber()
    {
        final Json json = new Json().open('[').value(Double.NaN).value(Double.POSITIVE_INFINITY).value(1e-7).value(1e300).close(']');
        assertEquals(Arrays.asList(null, null, 1e-7, 1e300), ParsedJson.of(json.toString()));
    }

    @Test
    void shouldQuoteEachCharacterSoThatItComesBack()
    {
        for (int c = Character.MIN_VALUE; c <= Character.MAX_VALUE; c++)
        {
            final String text = "a" + (char)c + "b";
            assertEquals(text, ParsedJson.of(Json.quoted(text)), () -> "by " + Json.quoted(text));
        }
        assertEquals("\uD83D\uDE00", ParsedJson.of(Json.quoted("\uD83D\uDE00")));
        assertEquals(Map.of("na\"me", 1.0), ParsedJson.of(new Json().open('{').put("na\"me", 1L).close('}').toString()));
    }

    /** In a page it would be a tag, in a script or a log the end of the line, in a terminal a command. */
    @Test
    void shouldLeaveNothingThatAnotherReaderTakesForItsOwn()
    {
        final String quoted = Json.quoted("</script><b>&\n\r\u001b[2J\u007f\u0085\u009b\u2028\u2029\u202e\u2066\ufeff");
        for (final char c : "<>&\n\r\u001b\u007f\u0085\u009b\u2028\u2029\u202e\u2066\ufeff".toCharArray())
        {
            assertFalse(quoted.indexOf(c) >= 0, () -> "has " + Integer.toHexString(c) + ": " + quoted);
        }
        assertTrue(quoted.startsWith("\"\\u003c/script\\u003e"), quoted);
    }
}
