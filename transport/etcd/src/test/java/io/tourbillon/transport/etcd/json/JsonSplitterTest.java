package io.tourbillon.transport.etcd.json;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Objects in a stream of bytes. */
class JsonSplitterTest
{
    @Test
    void shouldCutObjectsHoweverTheBytesCome()
    {
        final String text = " {\"a\":{\"b\":[1,{}]}}\n{\"q\":\"}\\\"{\\\\\"}{}\t{\"z\":\"\u00e4\"} ";
        final List<String> expected = List.of("{\"a\":{\"b\":[1,{}]}}", "{\"q\":\"}\\\"{\\\\\"}", "{}", "{\"z\":\"\u00e4\"}");
        final byte[] bytes = text.getBytes(UTF_8);
        for (int step = 1; step <= bytes.length; step++)
        {
            final List<String> objects = new ArrayList<>();
            final JsonSplitter splitter = new JsonSplitter(100);
            for (int at = 0; at < bytes.length; at += step)
            {
                assertTrue(splitter.take(Unpooled.wrappedBuffer(bytes, at, Math.min(step, bytes.length - at)), objects::add));
            }
            splitter.end(objects::add);
            assertEquals(expected, objects, "by " + step);
        }
    }

    @Test
    void shouldHandOverWhatIsNoObjectAtTheEnd()
    {
        final List<String> objects = new ArrayList<>();
        final JsonSplitter splitter = new JsonSplitter(100);
        assertTrue(splitter.take(Unpooled.copiedBuffer("nonsense", UTF_8), objects::add));
        assertEquals(List.of(), objects);
        splitter.end(objects::add);
        assertEquals(List.of("nonsense"), objects);
    }

    @Test
    void shouldRefuseAnObjectThatIsLongerThanMayBeAndTakeManyThatAreNot()
    {
        final JsonSplitter splitter = new JsonSplitter(4);
        final List<String> objects = new ArrayList<>();
        assertTrue(splitter.take(Unpooled.copiedBuffer("[12]".repeat(1000), UTF_8), objects::add));
        assertEquals(1000, objects.size());
        assertFalse(splitter.take(Unpooled.copiedBuffer("[123]", UTF_8), objects::add));
    }
}
