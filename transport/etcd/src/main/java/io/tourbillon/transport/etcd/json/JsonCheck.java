package io.tourbillon.transport.etcd.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;

import java.io.IOException;
import java.io.StringReader;
import java.util.regex.Pattern;

/**
 * Looks at JSON before it becomes a message: whether it is JSON to the letter, no deeper than messages may be, without numbers that cost
 * more to read than to write. <em>Story</em>: of nine bytes, {@code 1e999999999}, protobuf's reader makes a whole number of a billion
 * digits on an event loop, and of a million digits one in some ten seconds. Any thread.
 */
final class JsonCheck
{
    private static final int DEPTH_MAX = 100;
    private static final int NUMBER_LENGTH_MAX = 40;
    /** With an exponent that leaves no more digits than can be counted. */
    private static final Pattern NUMBER = Pattern.compile("[-+.0-9]+([eE][-+]?[0-9]{1,2})?");

    private JsonCheck()
    {
    }

    /** Throws, in words for the client, if it is not to be read. */
    static void check(final String json, final Descriptor type) throws InvalidProtocolBufferException
    {
        final JsonReader reader = new JsonReader(new StringReader(json));
        try
        {
            if (reader.peek() != JsonToken.NULL)
            {
                checkObject(reader, type, 0);
            }
        }
        catch (final IOException | IllegalStateException | NumberFormatException ex)
        {
            throw ex instanceof final InvalidProtocolBufferException told ? told : notJson(reader);
        }
    }

    private static InvalidProtocolBufferException notJson(final JsonReader reader)
    {
        return new InvalidProtocolBufferException("tourbillon: this is not JSON of a message: " + reader.getPath());
    }

    /** The type is null for what nobody knows. */
    private static void checkObject(final JsonReader reader, final Descriptor type, final int depth) throws IOException
    {
        if (depth > DEPTH_MAX)
        {
            throw new InvalidProtocolBufferException("tourbillon: the request is nested too deep");
        }
        reader.beginObject();
        while (reader.hasNext())
        {
            final String name = reader.nextName();
            checkValue(reader, type == null ? null : field(type, name), depth + 1);
        }
        reader.endObject();
    }

    private static FieldDescriptor field(final Descriptor type, final String name)
    {
        final FieldDescriptor found = type.findFieldByName(name);
        if (found != null)
        {
            return found;
        }
        for (final FieldDescriptor field : type.getFields())
        {
            if (field.getJsonName().equals(name))
            {
                return field;
            }
        }
        return null;
    }

    private static void checkValue(final JsonReader reader, final FieldDescriptor field, final int depth) throws IOException
    {
        switch (reader.peek())
        {
            case BEGIN_OBJECT -> checkObject(
                reader, field != null && field.getJavaType() == JavaType.MESSAGE ? field.getMessageType() : null, depth);
            case BEGIN_ARRAY ->
            {
                if (depth > DEPTH_MAX)
                {
                    throw new InvalidProtocolBufferException("tourbillon: the request is nested too deep");
                }
                reader.beginArray();
                while (reader.hasNext())
                {
                    checkValue(reader, field, depth + 1);
                }
                reader.endArray();
            }
            case NUMBER -> checkNumber(reader, field);
            case STRING ->
            {
                if (field != null && isNumber(field))
                {
                    checkNumber(reader, field);
                }
                else
                {
                    reader.skipValue();
                }
            }
            default -> reader.skipValue();
        }
    }

    private static boolean isNumber(final FieldDescriptor field)
    {
        return switch (field.getJavaType())
        {
            case INT, LONG, ENUM -> true;
            default -> false;
        };
    }

    private static void checkNumber(final JsonReader reader, final FieldDescriptor field) throws IOException
    {
        final String text = reader.nextString();
        final boolean isName = field != null && field.getJavaType() == JavaType.ENUM && !text.isEmpty() && text.charAt(0) >= 'A';
        if (field != null && isNumber(field) && !isName && (text.length() > NUMBER_LENGTH_MAX || !NUMBER.matcher(text).matches()))
        {
            throw new InvalidProtocolBufferException("tourbillon: this is no number for " + field.getName());
        }
    }
}
