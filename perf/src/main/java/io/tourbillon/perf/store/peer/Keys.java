package io.tourbillon.perf.store.peer;

import java.nio.charset.StandardCharsets;

/** The keys of a comparison, made as they are needed: a table of ten million would cost each lookup a cache miss of its own. Any thread. */
public enum Keys
{
    /** 16 bytes, spread over all values as random ids are; they share no prefix. */
    UNIFORM(16)
    {
        @Override
        void put(final int index, final int count, final byte[] key)
        {
            final long step = Long.MAX_VALUE / count;
            final long mixed = mix(index);
            BIG_ENDIAN_LONG.set(key, 0, index * step + (mixed >>> 1) % step);
            BIG_ENDIAN_LONG.set(key, 8, mixed);
        }
    },
    /** 16 decimal digits with leading zeros, as benchmarks of stores like them. */
    DECIMAL(16)
    {
        @Override
        void put(final int index, final int count, final byte[] key)
        {
            digits(index, key, 0, 16);
        }
    },
    /** 48 bytes like a pod's key in Kubernetes: 500 pods a namespace, ten a replica set. */
    PODS(48)
    {
        @Override
        void put(final int index, final int count, final byte[] key)
        {
            final int set = index / 10;
            System.arraycopy(POD, 0, key, 0, POD.length);
            digits(index / 500, key, 20, 5);
            digits(set % 50, key, 30, 3);
            letters(mix(set), key, 34, 8);
            key[43] = (byte)('b' + index % 10);
            letters(mix(index), key, 44, 4);
        }
    };

    static final java.lang.invoke.VarHandle BIG_ENDIAN_LONG =
        java.lang.invoke.MethodHandles.byteArrayViewVarHandle(long[].class, java.nio.ByteOrder.BIG_ENDIAN);

    private static final byte[] POD = "/registry/pods/team-nnnnn/svc-nnn-hhhhhhhh-rxxxx".getBytes(StandardCharsets.US_ASCII);

    private final int length;

    Keys(final int length)
    {
        this.length = length;
    }

    int length()
    {
        return length;
    }

    /**
     * Writes a key; a higher index gives a higher key.
     *
     * @param index in [0, count).
     * @param count of keys.
     * @param key   of {@link #length()}.
     */
    abstract void put(int index, int count, byte[] key);

    static long mix(final long number)
    {
        long mixed = (number + 1) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        return mixed ^ mixed >>> 27;
    }

    private static void digits(final int number, final byte[] key, final int offset, final int count)
    {
        int rest = number;
        for (int i = offset + count - 1; i >= offset; i--)
        {
            key[i] = (byte)('0' + rest % 10);
            rest /= 10;
        }
    }

    private static void letters(final long mixed, final byte[] key, final int offset, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            key[offset + i] = (byte)('b' + (mixed >>> 5 * i & 15));
        }
    }
}
