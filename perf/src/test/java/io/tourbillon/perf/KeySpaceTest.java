package io.tourbillon.perf;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KeySpaceTest
{
    private static final int KEY_LENGTH = 32;
    private static final int VALUE_LENGTH = 256;

    private final KeySpace keySpace = new KeySpace(10_000, KEY_LENGTH, VALUE_LENGTH);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);

    @Test
    void shouldGiveEachIndexAKeyOfItsOwn()
    {
        final Set<String> keys = new HashSet<>();
        for (int i = 0; i < keySpace.keyCount(); i++)
        {
            keySpace.putKey(i, buffer, 0);
            keys.add(buffer.getStringWithoutLengthAscii(0, KEY_LENGTH));
            assertTrue(keySpace.isKey(i, buffer, 0, KEY_LENGTH));
            assertFalse(keySpace.isKey((i + 1) % keySpace.keyCount(), buffer, 0, KEY_LENGTH));
        }
        assertEquals(keySpace.keyCount(), keys.size());
        keySpace.putKey(0, buffer, 0);
        assertEquals("load/9e3779b97f4a7c15...........", buffer.getStringWithoutLengthAscii(0, KEY_LENGTH));
        assertTrue(keys.stream().allMatch((key) -> key.startsWith(KeySpace.PREFIX)));
    }

    @Test
    void shouldReadBackWhatAValueCarries()
    {
        keySpace.putValue(4711, 12, 99_000, buffer, 8);
        assertEquals(KeySpace.SOUND, keySpace.checkValue(4711, buffer, 8, VALUE_LENGTH));
        assertEquals(4711, KeySpace.keyIndexOf(buffer, 8));
        assertEquals(12, KeySpace.writeNumberOf(buffer, 8));
        assertEquals(99_000, KeySpace.intendedNsOf(buffer, 8));
    }

    @Test
    void shouldCatchEachFlippedBit()
    {
        keySpace.putValue(1, 2, 3, buffer, 0);
        for (int bit = 0; bit < VALUE_LENGTH * 8; bit++)
        {
            final byte before = buffer.getByte(bit / 8);
            buffer.putByte(bit / 8, (byte)(before ^ 1 << bit % 8));
            assertEquals(KeySpace.WRONG_CHECKSUM, keySpace.checkValue(1, buffer, 0, VALUE_LENGTH), "bit " + bit);
            buffer.putByte(bit / 8, before);
        }
    }

    @Test
    void shouldCatchAnotherKeysValueAndAnotherLength()
    {
        keySpace.putValue(1, 2, 3, buffer, 0);
        assertEquals(KeySpace.WRONG_KEY, keySpace.checkValue(2, buffer, 0, VALUE_LENGTH));
        assertEquals(KeySpace.WRONG_LENGTH, keySpace.checkValue(1, buffer, 0, VALUE_LENGTH - 1));
        assertEquals(KeySpace.WRONG_LENGTH, keySpace.checkValue(1, buffer, 0, 0));
    }

    @Test
    void shouldRefuseSizesThatCouldNotBeChecked()
    {
        assertThrows(IllegalArgumentException.class, () -> new KeySpace(0, 32, 256));
        assertThrows(IllegalArgumentException.class, () -> new KeySpace(1, KeySpace.KEY_LENGTH_MIN - 1, 256));
        assertThrows(IllegalArgumentException.class, () -> new KeySpace(1, 32, 32 + KeySpace.VALUE_HEAD_LENGTH - 1));
    }
}
