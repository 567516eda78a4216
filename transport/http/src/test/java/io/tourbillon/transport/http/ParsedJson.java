package io.tourbillon.transport.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON strictly (RFC 8259) into maps, lists, texts, doubles, booleans and nulls. A name that comes twice is an error. */
final class ParsedJson
{
    private final String text;
    private int at;

    private ParsedJson(final String text)
    {
        this.text = text;
    }

    static Object of(final String text)
    {
        final ParsedJson parsed = new ParsedJson(text);
        final Object value = parsed.value();
        parsed.require(parsed.at == text.length(), "something follows");
        return value;
    }

    /** What a path of names and numbers leads to. */
    static Object at(final Object from, final Object... path)
    {
        Object value = from;
        for (final Object step : path)
        {
            value = step instanceof final Integer index ? ((List<?>)value).get(index) : ((Map<?, ?>)value).get(step);
        }
        return value;
    }

    private Object value()
    {
        switch (text.charAt(at))
        {
            case '{':
                return object();
            case '[':
                return list();
            case '"':
                return string();
            default:
                final int from = at;
                while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0)
                {
                    at++;
                }
                return word(text.substring(from, at));
        }
    }

    private Object word(final String word)
    {
        if (word.equals("null"))
        {
            return null;
        }
        if (word.equals("true") || word.equals("false"))
        {
            return word.equals("true");
        }
        require(word.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?"), "no number: " + word);
        return Double.parseDouble(word);
    }

    private Map<String, Object> object()
    {
        final Map<String, Object> object = new LinkedHashMap<>();
        at++;
        while (text.charAt(at) != '}')
        {
            final String name = string();
            require(text.charAt(at++) == ':', "no colon");
            final Object value = value();
            require(!object.containsKey(name), name + " comes twice");
            object.put(name, value);
            require(text.charAt(at) == '}' || text.charAt(at) == ',' && text.charAt(at + 1) == '"', "no comma");
            at += text.charAt(at) == ',' ? 1 : 0;
        }
        at++;
        return object;
    }

    private List<Object> list()
    {
        final List<Object> list = new ArrayList<>();
        at++;
        while (text.charAt(at) != ']')
        {
            list.add(value());
            require(text.charAt(at) == ']' || text.charAt(at) == ',' && text.charAt(at + 1) != ']', "no comma");
            at += text.charAt(at) == ',' ? 1 : 0;
        }
        at++;
        return list;
    }

    private String string()
    {
        require(text.charAt(at++) == '"', "no quotation mark");
        final StringBuilder string = new StringBuilder();
        while (text.charAt(at) != '"')
        {
            final char next = text.charAt(at++);
            require(next >= ' ', "a control character");
            string.append(next == '\\' ? escaped() : next);
        }
        at++;
        return string.toString();
    }

    private char escaped()
    {
        final char kind = text.charAt(at++);
        if (kind == 'u')
        {
            at += 4;
            return (char)Integer.parseInt(text.substring(at - 4, at), 16);
        }
        final int which = "\"\\/bfnrt".indexOf(kind);
        require(which >= 0, "no such escape: " + kind);
        return "\"\\/\b\f\n\r\t".charAt(which);
    }

    private void require(final boolean isSo, final String otherwise)
    {
        if (!isSo)
        {
            throw new AssertionError(otherwise + " at " + at + " of " + text);
        }
    }
}
