package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * A condition of a transaction, as etcdctl writes it: {@code mod("key") > "5"}.
 *
 * @param key    whose record is compared.
 * @param target what of it.
 * @param result that must be.
 * @param number to compare with; unused for values.
 * @param value  to compare with; empty for numbers.
 */
public record Comparison(byte[] key, CompareTarget target, CompareResult result, long number, byte[] value)
{
    private static final Pattern LINE = Pattern.compile(
        "([a-z]+)\\(\\s*(\"(?:[^\"\\\\]|\\\\.)*\")\\)\\s*(!?=|<|>)\\s*(\"(?:[^\"\\\\]|\\\\.)*\")\\s*");
    private static final byte[] NONE = {};

    /**
     * @param line in Latin-1, one char a byte.
     * @return the condition.
     * @throws CtlException if it cannot be read.
     */
    static Comparison parse(final String line)
    {
        final Matcher matcher = LINE.matcher(line);
        if (!matcher.matches())
        {
            throw new CtlException(ExitCode.INVALID_INPUT, "malformed comparison: " + line);
        }
        final byte[] key = ShellWords.unquoted(matcher.group(2)).getBytes(ISO_8859_1);
        final CompareTarget target = target(matcher.group(1), line);
        final CompareResult result = result(matcher.group(3));
        final String operand = ShellWords.unquoted(matcher.group(4));
        if (target == CompareTarget.VALUE)
        {
            return new Comparison(key, target, result, 0, operand.getBytes(ISO_8859_1));
        }
        try
        {
            final int radix = target == CompareTarget.LEASE ? 16 : 10;
            return new Comparison(key, target, result, Long.parseLong(operand, radix), NONE);
        }
        catch (final NumberFormatException ex)
        {
            throw new CtlException(ExitCode.INVALID_INPUT, "invalid txn compare request: " + line);
        }
    }

    private static CompareTarget target(final String word, final String line)
    {
        return switch (word)
        {
            case "ver", "version" -> CompareTarget.VERSION;
            case "c", "create" -> CompareTarget.CREATE;
            case "m", "mod" -> CompareTarget.MOD;
            case "val", "value" -> CompareTarget.VALUE;
            case "lease" -> CompareTarget.LEASE;
            default -> throw new CtlException(ExitCode.INVALID_INPUT, "malformed comparison: " + line + " (unknown target " + word + ")");
        };
    }

    private static CompareResult result(final String sign)
    {
        return switch (sign)
        {
            case "=" -> CompareResult.EQUAL;
            case "!=" -> CompareResult.NOT_EQUAL;
            case ">" -> CompareResult.GREATER;
            default -> CompareResult.LESS;
        };
    }
}
