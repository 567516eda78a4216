package io.tourbillon.transport.etcd.json;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Messages as etcd's gateway has them in JSON: names with underscores, 64-bit numbers as strings, bytes in base 64, what is zero left out;
 * in requests other case of names too, and names that nobody knows are passed over. Any thread; allocates.
 */
final class JsonForm
{
    /** Of HTTP too, but not one that Netty knows. */
    private static final HttpResponseStatus CLIENT_CLOSED_REQUEST = new HttpResponseStatus(499, "Client Closed Request");
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private JsonForm()
    {
    }

    /** Reads a message; an empty text is an empty one. What it throws is in words for the client. */
    static Message parse(final String json, final Message prototype) throws InvalidProtocolBufferException
    {
        final Message.Builder builder = prototype.newBuilderForType();
        if (!json.isBlank())
        {
            JsonCheck.check(json, prototype.getDescriptorForType());
            merge(json, builder);
        }
        return builder.build();
    }

    private static void merge(final String json, final Message.Builder builder) throws InvalidProtocolBufferException
    {
        try
        {
            PARSER.merge(json, builder);
        }
        catch (final InvalidProtocolBufferException ex)
        {
            final String text = String.valueOf(ex.getMessage());
            throw text.contains("Exception") ? new InvalidProtocolBufferException("tourbillon: a value is not of its field's kind") : ex;
        }
    }

    /** Appends a message. */
    static void print(final Message message, final ByteBuf to)
    {
        try
        {
            PRINTER.appendTo(message, new Utf8(to));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex); // a buffer has none
        }
    }

    /** Appends what a unary call has failed with, as the gateways of all of etcd's versions had it: older ones also said "error". */
    static void printError(final Status status, final ByteBuf to)
    {
        final String text = quoted(textOf(status));
        ByteBufUtil.writeUtf8(to, "{\"error\":" + text + ",\"message\":" + text + ",\"code\":" + status.getCode().value() + "}");
    }

    /** Appends what a stream has failed with, likewise. */
    static void printStreamError(final Status status, final ByteBuf to)
    {
        final HttpResponseStatus http = http(status.getCode());
        ByteBufUtil.writeUtf8(to, "{\"error\":{\"grpc_code\":" + status.getCode().value() + ",\"http_code\":" + http.code() +
            ",\"message\":" + quoted(textOf(status)) + ",\"http_status\":" + quoted(http.reasonPhrase()) +
            ",\"code\":" + status.getCode().value() + "}}\n");
    }

    private static String textOf(final Status status)
    {
        return status.getDescription() == null ? "" : status.getDescription();
    }

    static String quoted(final String text)
    {
        final StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++)
        {
            final char each = text.charAt(i);
            switch (each)
            {
                case '"', '\\' -> quoted.append('\\').append(each);
                case '\n' -> quoted.append("\\n");
                default -> quoted.append(each < ' ' ? String.format("\\u%04x", (int)each) : String.valueOf(each));
            }
        }
        return quoted.append('"').toString();
    }

    /** The status of HTTP for a code of gRPC: etcd's gateway's table. */
    static HttpResponseStatus http(final Status.Code code)
    {
        return switch (code)
        {
            case OK -> HttpResponseStatus.OK;
            case CANCELLED -> CLIENT_CLOSED_REQUEST;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpResponseStatus.BAD_REQUEST;
            case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
            case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
            case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
            case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
            case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
            case RESOURCE_EXHAUSTED -> HttpResponseStatus.TOO_MANY_REQUESTS;
            case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
            case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            default -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
        };
    }

    /** Puts characters into a buffer without a string of all of them between. */
    private record Utf8(ByteBuf buffer) implements Appendable
    {
        @Override
        public Appendable append(final CharSequence text)
        {
            ByteBufUtil.writeUtf8(buffer, text);
            return this;
        }

        @Override
        public Appendable append(final CharSequence text, final int start, final int end)
        {
            ByteBufUtil.writeUtf8(buffer, text, start, end);
            return this;
        }

        @Override
        public Appendable append(final char each)
        {
            return append(String.valueOf(each));
        }
    }
}
