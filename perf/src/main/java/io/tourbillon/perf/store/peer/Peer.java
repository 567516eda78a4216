package io.tourbillon.perf.store.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The stores of the comparison; the first is ours. */
public enum Peer
{
    /** Our B+tree. */
    OURS("ours", false)
    {
        @Override
        PeerStore open(final Entries entries, final Path directory)
        {
            return new BptreeStore(entries, directory, false);
        }
    },
    /** The same, opened anew once it is loaded. */
    OPENED("ours, opened anew", false)
    {
        @Override
        PeerStore open(final Entries entries, final Path directory)
        {
            return new BptreeStore(entries, directory, true);
        }
    },
    /** LMDB through lmdbjava. */
    LMDB("LMDB", false)
    {
        @Override
        PeerStore open(final Entries entries, final Path directory)
        {
            return new LmdbStore(entries, directory);
        }
    },
    /** H2's MVStore. */
    H2("MVStore", true)
    {
        @Override
        PeerStore open(final Entries entries, final Path directory)
        {
            return new H2Store(entries, directory);
        }
    },
    /** java.util.TreeMap. */
    TREEMAP("TreeMap", true)
    {
        @Override
        PeerStore open(final Entries entries, final Path directory)
        {
            return new MapStore(entries, new TreeMap<>(Arrays::compareUnsigned));
        }
    },
    /** java.util.concurrent.ConcurrentSkipListMap. */
    SKIPLIST("ConcurrentSkipListMap", true)
    {
        @Override
        PeerStore open(final Entries entries, final Path directory)
        {
            return new MapStore(entries, new ConcurrentSkipListMap<>(Arrays::compareUnsigned));
        }
    };

    private static final long HEAP_BYTES_PER_ENTRY = 768; // some 200 live; the rest lets the collector rest

    private final String label;
    private final boolean isOnHeap;

    Peer(final String label, final boolean isOnHeap)
    {
        this.label = label;
        this.isOnHeap = isOnHeap;
    }

    String label()
    {
        return label;
    }

    /** Flags of a JVM for so many entries: what lies on the heap gets plenty of it, and huge pages as our pool does by the launcher. */
    List<String> jvmFlags(final int entryCount)
    {
        final long heapMb = isOnHeap ? 1024 + entryCount * HEAP_BYTES_PER_ENTRY / (1 << 20) : 256;
        final List<String> flags = new ArrayList<>(List.of(
            "-Xms" + heapMb + "m", "-Xmx" + heapMb + "m", "-XX:MaxDirectMemorySize=8g", LmdbStore.NO_CHECKS, "-Djmh.ignoreLock=true"));
        flags.addAll(isOnHeap ? List.of("-XX:+UseParallelGC", "-XX:+UseTransparentHugePages") : List.of("-XX:+UseSerialGC"));
        return flags;
    }

    abstract PeerStore open(Entries entries, Path directory);
}
