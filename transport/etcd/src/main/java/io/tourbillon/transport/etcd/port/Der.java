package io.tourbillon.transport.etcd.port;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** As much of ASN.1's distinguished encoding (X.690) as a certificate takes. */
final class Der
{
    static final int OBJECT_ID = 0x06;
    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int UTF8_STRING = 0x0C;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int CONTEXT = 0x80;
    private static final int CONSTRUCTED = 0x20;
    /** From this year on certificates tell years with four digits (RFC 5280, 4.1.2.5). */
    private static final int FOUR_DIGIT_YEAR = 2050;

    private Der()
    {
    }

    static byte[] of(final int tag, final byte[]... parts)
    {
        int length = 0;
        for (final byte[] part : parts)
        {
            length += part.length;
        }
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80)
        {
            out.write(length);
        }
        else
        {
            final int lengthBytes = length > 0xFFFF ? 3 : length > 0xFF ? 2 : 1;
            out.write(0x80 | lengthBytes);
            for (int i = lengthBytes - 1; i >= 0; i--)
            {
                out.write(length >>> 8 * i);
            }
        }
        for (final byte[] part : parts)
        {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] sequence(final byte[]... parts)
    {
        return of(SEQUENCE, parts);
    }

    static byte[] set(final byte[]... parts)
    {
        return of(SET, parts);
    }

    /** In two's complement, big end first, as short as it can be. */
    static byte[] integer(final byte[] value)
    {
        return of(INTEGER, value);
    }

    static byte[] isTrue()
    {
        return of(BOOLEAN, new byte[]{(byte)0xFF});
    }

    /** The last bits that count for nothing are told first. */
    static byte[] bits(final int unusedCount, final byte... value)
    {
        return of(BIT_STRING, new byte[]{(byte)unusedCount}, value);
    }

    static byte[] octets(final byte[] value)
    {
        return of(OCTET_STRING, value);
    }

    static byte[] text(final String value)
    {
        return of(UTF8_STRING, value.getBytes(StandardCharsets.UTF_8));
    }

    /** To the second. */
    static byte[] time(final Instant value)
    {
        final ZonedDateTime utc = value.atZone(ZoneOffset.UTC);
        final boolean isLate = utc.getYear() >= FOUR_DIGIT_YEAR;
        final String digits = DateTimeFormatter.ofPattern(isLate ? "yyyyMMddHHmmss'Z'" : "yyMMddHHmmss'Z'").format(utc);
        return of(isLate ? GENERALIZED_TIME : UTC_TIME, digits.getBytes(StandardCharsets.US_ASCII));
    }

    /** What a structure knows by a number: made of parts, or plain. */
    static byte[] tagged(final int number, final boolean isOfParts, final byte[] value)
    {
        return of(CONTEXT | (isOfParts ? CONSTRUCTED : 0) | number, value);
    }
}
