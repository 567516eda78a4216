package io.tourbillon.perf.store.peer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PeerStoreTest
{
    private static final int COUNT = 2_000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void shouldGiveBackWhatWasPut(final Peer peer)
    {
        final Entries entries = new Entries(Keys.PODS, COUNT);
        try (PeerStore store = peer.open(entries, directory))
        {
            store.beginWrite();
            for (int i = 0; i < COUNT; i++)
            {
                if (i % 2 == 0)
                {
                    store.add(i);
                }
                else
                {
                    store.append(i);
                }
            }
            store.endWrite();
            store.verify();
            store.beginWrite();
            for (int i = 0; i < COUNT; i += 7)
            {
                store.put(i, i);
                store.get(i);
            }
            store.endWrite();
            store.verify();
            store.beginRead();
            assertEquals(500, store.count(1_000, 1_500));
            assertThrows(RuntimeException.class, () -> store.scan(1_000, COUNT));
            store.endRead();
        }
    }

    @Test
    void shouldCatchAnEntryThatIsGoneAndOneThatIsWrong()
    {
        final Entries entries = new Entries(Keys.UNIFORM, COUNT);
        final TreeMap<byte[], byte[]> map = new TreeMap<>(Arrays::compareUnsigned);
        try (PeerStore store = new MapStore(entries, map))
        {
            for (int i = 0; i < COUNT; i++)
            {
                store.add(i);
            }
            store.verify();
            final byte[] taken = map.remove(entries.key(COUNT / 2));
            assertThrows(IllegalStateException.class, store::verify);
            map.put(entries.key(COUNT / 2).clone(), taken);
            store.verify();
            taken[Entries.VALUE_LENGTH - 1] ^= 1;
            assertThrows(IllegalStateException.class, store::verify);
            assertThrows(IllegalStateException.class, () -> store.get(COUNT / 2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldMakeKeysThatRise(final Keys keys)
    {
        final Entries entries = new Entries(keys, 100_000);
        byte[] before = new byte[0];
        for (int i = 0; i < entries.count(); i++)
        {
            final byte[] key = entries.key(i).clone();
            assertTrue(Arrays.compareUnsigned(before, key) < 0, "key " + i);
            before = key;
        }
    }

    @Test
    void shouldPrintMediansSpreadAndRatiosForkByFork()
    {
        assertEquals("200 (190 .. 400): **2.00x** (1.90 .. 4.00)",
            PeerTable.cell(List.of(400.0, 190.0, 200.0), List.of(100.0, 100.0, 100.0)));
        assertEquals("-", PeerTable.cell(List.of(), List.of(1.0)));
    }
}
