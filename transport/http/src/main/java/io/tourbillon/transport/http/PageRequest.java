package io.tourbillon.transport.http;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What was asked, whatever server heard it.
 *
 * @param method   of HTTP.
 * @param path     decoded, without the query.
 * @param rawQuery not decoded; null = none.
 * @param accept   the header of that name; null = none.
 */
public record PageRequest(String method, String path, String rawQuery, String accept)
{
    /** Values of a parameter, empty ones left out; as etcd, which takes a parameter several times. */
    List<String> values(final String name)
    {
        final List<String> values = new ArrayList<>();
        for (final String pair : rawQuery == null ? new String[0] : rawQuery.split("&"))
        {
            final int equalsAt = pair.indexOf('=');
            final String value = equalsAt < 0 ? "" : decoded(pair.substring(equalsAt + 1));
            if (name.equals(decoded(equalsAt < 0 ? pair : pair.substring(0, equalsAt))) && !value.isEmpty())
            {
                values.add(value);
            }
        }
        return values;
    }

    /** Whether a parameter is there, with a value or without. */
    boolean has(final String name)
    {
        for (final String pair : rawQuery == null ? new String[0] : rawQuery.split("&"))
        {
            if (name.equals(decoded(pair.split("=", 2)[0])))
            {
                return true;
            }
        }
        return false;
    }

    /** What is not encoded as it should be is taken as it stands: it names nothing that is known. */
    private static String decoded(final String text)
    {
        try
        {
            return URLDecoder.decode(text, UTF_8);
        }
        catch (final IllegalArgumentException ex)
        {
            return text;
        }
    }
}
