package io.tourbillon.tools.ctl.output;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Bytes as Go prints them, which is how etcdctl prints them: {@code %q}, and the {@code \x66} of {@code --hex}. */
public final class GoText
{
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();
    private static final String[] SHORT_UNITS = {"ns", "\u00b5s", "ms"};

    private GoText()
    {
    }

    /** As {@code --hex} shows bytes: {@code \x66\x6f\x6f}. */
    static String hex(final byte[] bytes)
    {
        final StringBuilder text = new StringBuilder(bytes.length * 4);
        for (final byte value : bytes)
        {
            appendByte(text, value);
        }
        return text.toString();
    }

    /** As Go prints a duration: {@code 1m0.5s}, {@code 1.5ms}, {@code 0s}. */
    static String duration(final long ns)
    {
        assert ns >= 0 : ns;
        if (ns == 0)
        {
            return "0s";
        }
        if (ns < 1_000_000_000)
        {
            final int unit = ns < 1_000 ? 0 : ns < 1_000_000 ? 1 : 2;
            return decimal(ns, 3 * unit) + SHORT_UNITS[unit];
        }
        final long minutes = ns / 60_000_000_000L;
        final String seconds = decimal(ns % 60_000_000_000L, 9) + "s";
        return minutes == 0 ? seconds : minutes < 60 ? minutes + "m" + seconds : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    private static String decimal(final long value, final int places)
    {
        return BigDecimal.valueOf(value, places).stripTrailingZeros().toPlainString();
    }

    /**
     * Go's {@code %q}: a string literal that reads back to the same bytes.
     *
     * @param bytes any.
     * @return the literal.
     */
    public static String quoted(final byte[] bytes)
    {
        final StringBuilder text = new StringBuilder(bytes.length + 2);
        text.append('"');
        final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
        int position = 0;
        while (position < bytes.length)
        {
            position += appendOne(text, bytes, position, decoder);
        }
        return text.append('"').toString();
    }

    /**
     * The same of a text.
     *
     * @param text any.
     * @return the literal.
     */
    public static String quoted(final String text)
    {
        return quoted(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends one character, or one byte that is not part of one; gives the bytes used. */
    private static int appendOne(final StringBuilder text, final byte[] bytes, final int position, final CharsetDecoder decoder)
    {
        final int length = Math.min(sequenceLength(bytes[position]), bytes.length - position);
        try
        {
            final CharBuffer decoded = decoder.reset().decode(ByteBuffer.wrap(bytes, position, length));
            appendCodePoint(text, Character.codePointAt(decoded, 0));
            return length;
        }
        catch (final CharacterCodingException ignore)
        {
            appendByte(text, bytes[position]); // not UTF-8: Go shows the byte
            return 1;
        }
    }

    private static int sequenceLength(final byte first)
    {
        final int value = first & 0xff;
        return value < 0xc0 ? 1 : value < 0xe0 ? 2 : value < 0xf0 ? 3 : 4;
    }

    private static void appendCodePoint(final StringBuilder text, final int codePoint)
    {
        final int escape = "\u0007\b\f\n\r\t\u000b\\\"".indexOf(codePoint);
        if (escape >= 0)
        {
            text.append('\\').append("abfnrtv\\\"".charAt(escape));
        }
        else if (isPrintable(codePoint))
        {
            text.appendCodePoint(codePoint);
        }
        else if (codePoint < 0x80)
        {
            appendByte(text, (byte)codePoint);
        }
        else
        {
            final boolean isShort = codePoint < 0x10000;
            final String digits = Integer.toHexString(codePoint);
            text.append(isShort ? "\\u" : "\\U").append("0".repeat((isShort ? 4 : 8) - digits.length())).append(digits);
        }
    }

    private static boolean isPrintable(final int codePoint)
    {
        if (codePoint == ' ')
        {
            return true;
        }
        return switch (Character.getType(codePoint))
        {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    private static void appendByte(final StringBuilder text, final byte value)
    {
        text.append("\\x").append(DIGITS[value >> 4 & 0xf]).append(DIGITS[value & 0xf]);
    }
}
