package io.tourbillon.bptree;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Keys of several kinds, drawn once per run: binary, paths with long common prefixes, rising numbers, few letters, very long ones. */
final class KeyGenerator
{
    private static final int TWIN_TAIL_LENGTH = 30;

    private final Random random;
    private final int kind;
    private final int space;
    private int counter;

    KeyGenerator(final Random random)
    {
        this.random = random;
        kind = random.nextInt(7);
        space = 1 << (2 + random.nextInt(10));
    }

    byte[] next()
    {
        return switch (kind)
        {
            case 0 -> binary(random.nextInt(20));
            case 1 -> path();
            case 2 -> number();
            case 3 -> fewLetters(random.nextInt(8));
            case 4 -> longKey();
            case 5 -> twin();
            default -> mixed();
        };
    }

    private byte[] mixed()
    {
        return switch (random.nextInt(6))
        {
            case 0 -> binary(random.nextInt(20));
            case 1 -> path();
            case 2 -> number();
            case 3 -> fewLetters(random.nextInt(8));
            case 4 -> twin();
            default -> longKey();
        };
    }

    private byte[] binary(final int length)
    {
        final byte[] key = new byte[length];
        random.nextBytes(key);
        return key;
    }

    private byte[] path()
    {
        return ("/registry/pods/namespace-" + random.nextInt(5) + "/name-" + random.nextInt(space)).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] number()
    {
        final int n = random.nextInt(10) == 0 ? random.nextInt(counter + 1) : counter++;
        return new byte[]{(byte)(n >>> 24), (byte)(n >>> 16), (byte)(n >>> 8), (byte)n};
    }

    private byte[] fewLetters(final int length)
    {
        final byte[] key = new byte[length];
        for (int i = 0; i < length; i++)
        {
            key[i] = (byte)(random.nextInt(3) == 0 ? 0 : random.nextBoolean() ? 0xFF : 'a');
        }
        return key;
    }

    /** Much in common with a few others, in the part that pages hold, and nothing with the rest: separators are as long as can be. */
    private byte[] twin()
    {
        final byte[] key = new byte[KeyTails.INLINE_LENGTH + 1 + random.nextInt(3 * TWIN_TAIL_LENGTH)];
        new Random(random.nextInt(space)).nextBytes(key);
        final int at = random.nextInt(3) == 0 ? random.nextInt(key.length) : key.length - 1;
        key[at] = (byte)random.nextInt(4);
        return key;
    }

    private byte[] longKey()
    {
        final byte[] key = new byte[switch (random.nextInt(4))
        {
            case 0 -> Tree.MAX_KEY_LENGTH - random.nextInt(4);
            case 1 -> KeyTails.INLINE_LENGTH - 8 + random.nextInt(16);
            case 2 -> KeyTails.INLINE_LENGTH + PageLayout.BODY_LENGTH - 2 + random.nextInt(4);
            default -> 1 + random.nextInt(Tree.MAX_KEY_LENGTH);
        }];
        final int at = random.nextInt(key.length);
        key[at] = (byte)random.nextInt(256);
        key[key.length - 1] = (byte)random.nextInt(16);
        return key;
    }
}
