package io.tourbillon.perf.front;

import com.google.protobuf.ByteString;
import io.tourbillon.perf.KeySpace;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

/** What makes a read worth nothing is found. */
class RangeCheckTest
{
    private static final int COUNT = 5;
    private final KeySpace keys = new KeySpace(COUNT, 32, 64);

    private List<Map.Entry<ByteString, ByteString>> entries()
    {
        final Map<ByteString, ByteString> sorted = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        for (int i = 0; i < COUNT; i++)
        {
            final byte[] bytes = new byte[keys.keyLength() + keys.valueLength()];
            final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            keys.putKey(i, buffer, 0);
            keys.putValue(i, 1, 0, buffer, keys.keyLength());
            sorted.put(ByteString.copyFrom(bytes, 0, keys.keyLength()),
                ByteString.copyFrom(bytes, keys.keyLength(), keys.valueLength()));
        }
        return new ArrayList<>(sorted.entrySet());
    }

    private String verdict(final Consumer<List<Map.Entry<ByteString, ByteString>>> plant)
    {
        final List<Map.Entry<ByteString, ByteString>> entries = entries();
        plant.accept(entries);
        final RangeCheck check = new RangeCheck(keys);
        entries.forEach((entry) -> check.onEntry(entry.getKey(), entry.getValue()));
        check.onHead(7, COUNT);
        check.onEnd();
        return check.fault();
    }

    @Test
    void shouldTakeWhatWasPutInOrder()
    {
        assertNull(verdict((entries) -> {}));
    }

    @Test
    void shouldFindKeysThatAreMissingDoubledMisplacedOrForeign()
    {
        assertEquals("4 keys of 5", verdict((entries) -> entries.remove(2)));
        assertNotNull(verdict((entries) -> entries.add(2, entries.get(2))));
        assertNotNull(verdict((entries) -> Collections.swap(entries, 1, 2)));
        assertNotNull(verdict((entries) -> entries.set(1, Map.entry(entries.get(1).getKey(), entries.get(2).getValue()))));
        assertNotNull(verdict((entries) -> entries.set(1, Map.entry(entries.get(1).getKey(), ByteString.EMPTY))));
    }

    @Test
    void shouldFindAFlippedBit()
    {
        assertNotNull(verdict((entries) ->
        {
            final byte[] value = entries.get(3).getValue().toByteArray();
            value[60] ^= 1;
            entries.set(3, Map.entry(entries.get(3).getKey(), ByteString.copyFrom(value)));
        }));
    }

    @Test
    void shouldFindAWrongCountAndPagesOfSeveralRevisions()
    {
        final RangeCheck counted = new RangeCheck(keys);
        counted.onHead(7, COUNT - 1);
        assertEquals("4 keys were counted", counted.fault());
        final RangeCheck paged = new RangeCheck(keys);
        paged.onHead(7, COUNT);
        paged.onHead(8, 2);
        assertEquals("revision 8 after 7", paged.fault());
    }
}
