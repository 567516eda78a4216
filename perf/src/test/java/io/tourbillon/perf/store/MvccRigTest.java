package io.tourbillon.perf.store;

import io.tourbillon.mvcc.MvccSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MvccRigTest
{
    private static final int KEYS = 1_000;
    private static final long POOL_BYTES = 32L << 20;

    @TempDir
    private Path directory;

    private MvccRig open()
    {
        return new MvccRig(directory.resolve("store.tb"), KEYS, POOL_BYTES, new MvccSettings());
    }

    @Test
    void shouldCatchAValueOfAnotherRevisionAndAKeyThatIsGone()
    {
        try (MvccRig rig = open())
        {
            rig.put(5, 1);
            rig.put(5, 2);
            rig.get(5, 0, 2);
            rig.get(5, 2, 1);
            assertThrows(IllegalStateException.class, () -> rig.get(5, 0, 1));
            assertThrows(IllegalStateException.class, () -> rig.get(6, 0, 1));
        }
    }

    @Test
    void shouldCatchAnEntryThatIsRefused()
    {
        try (MvccRig rig = open())
        {
            rig.put(1, 1);
            assertThrows(IllegalStateException.class, () -> rig.compact(1_000));
        }
    }

    @Test
    void shouldFindEverythingAgainAfterACheckpoint()
    {
        try (MvccRig rig = open())
        {
            rig.putAll(3);
            rig.background.checkpointAll();
            assertTrue(rig.store.checkpointCount() > 0);
            rig.put(0, 4);
        }
        try (MvccRig rig = open())
        {
            assertEquals(KEYS, rig.mvcc.keyCount());
            rig.get(0, 0, 3);
            rig.get(KEYS - 1, 0, 3);
        }
    }
}
