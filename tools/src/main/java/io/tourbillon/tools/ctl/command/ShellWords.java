package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a line of a txn or of an interactive watch into words, as etcdctl does: {@code 'as it is'}, {@code "with \n and \xff"}, plain.
 * Texts hold
 * one char a byte (Latin-1), so that a word may be any bytes.
 */
final class ShellWords
{
    private static final Pattern WORD = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|[^'\"\\s]\\S*[^'\"\\s]?");
    private static final String PLAIN_ESCAPES = "abfnrtv\\\"'";
    private static final String PLAIN_MEANINGS = "\u0007\b\f\n\r\t\u000b\\\"'";

    private ShellWords()
    {
    }

    static List<String> split(final String line)
    {
        final List<String> words = new ArrayList<>();
        final Matcher matcher = WORD.matcher(line);
        while (matcher.find())
        {
            final String word = matcher.group();
            final char first = word.charAt(0);
            words.add(first == '\'' ? word.substring(1, word.length() - 1) : first == '"' ? unquoted(word) : word);
        }
        return words;
    }

    /** What a Go string literal in double quotes means. */
    static String unquoted(final String literal)
    {
        final StringBuilder text = new StringBuilder(literal.length());
        int position = 1;
        while (position < literal.length() - 1)
        {
            final char next = literal.charAt(position);
            if (next == '\\')
            {
                position = appendEscape(text, literal, position + 1);
            }
            else
            {
                text.append(next);
                position++;
            }
        }
        return text.toString();
    }

    /** Gives the position after the escape. */
    private static int appendEscape(final StringBuilder text, final String literal, final int position)
    {
        final char kind = literal.charAt(position);
        final int plain = PLAIN_ESCAPES.indexOf(kind);
        if (plain >= 0)
        {
            text.append(PLAIN_MEANINGS.charAt(plain));
            return position + 1;
        }
        return switch (kind)
        {
            case 'x' -> appendNumber(text, literal, position + 1, 2, 16, false);
            case 'u' -> appendNumber(text, literal, position + 1, 4, 16, true);
            case 'U' -> appendNumber(text, literal, position + 1, 8, 16, true);
            default -> appendNumber(text, literal, position, 3, 8, false);
        };
    }

    private static int appendNumber(
        final StringBuilder text, final String literal, final int position, final int length, final int radix, final boolean isCodePoint)
    {
        try
        {
            final int value = Integer.parseInt(literal.substring(position, position + length), radix);
            if (isCodePoint)
            {
                final byte[] utf8 = Character.toString(value).getBytes(StandardCharsets.UTF_8);
                text.append(new String(utf8, StandardCharsets.ISO_8859_1));
            }
            else
            {
                text.append((char)(value & 0xff));
            }
            return position + length;
        }
        catch (final IllegalArgumentException | IndexOutOfBoundsException ex)
        {
            throw new CtlException(ExitCode.INVALID_INPUT, "invalid syntax: " + literal);
        }
    }
}
