package io.tourbillon.transport.etcd.node;

import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.ClientResult;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What has gone wrong, in etcd's words: its gRPC code and its text, which clients compare to the letter. Any thread; does not allocate. */
public final class Failures
{
    private static final Map<ErrorCode, Status> STATUSES = new EnumMap<>(ErrorCode.class);
    private static final Status UNKNOWN_CODE = Status.UNKNOWN.withDescription("tourbillon: an error that this version does not know");

    static
    {
        for (final ErrorCode code : ErrorCode.values())
        {
            STATUSES.put(code, Status.fromCodeValue(code.grpcCode().ordinal()).withDescription(code.message()));
        }
    }

    private Failures()
    {
    }

    /**
     * @param number as the node has said it.
     * @return code and text.
     */
    public static Status of(final int number)
    {
        final ErrorCode code = ErrorCode.of(number);
        return code == null ? UNKNOWN_CODE : of(code);
    }

    /**
     * @param code of the error.
     * @return code and text.
     */
    public static Status of(final ErrorCode code)
    {
        return STATUSES.get(code);
    }

    /**
     * @param status of an error.
     * @return as Go's gRPC writes it, which clients look for in the texts of watches.
     */
    public static String inGo(final Status status)
    {
        final StringBuilder text = new StringBuilder("rpc error: code = ");
        for (final String word : status.getCode() == Status.Code.CANCELLED ? new String[]{"CANCELED"} : status.getCode().name().split("_"))
        {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return text.append(" desc = ").append(status.getDescription()).toString();
    }

    /** What could not be sent; nothing of it was done. */
    static Status ofUnsent(final long clientResult)
    {
        if (clientResult == ClientResult.TOO_LARGE)
        {
            return of(ErrorCode.REQUEST_TOO_LARGE);
        }
        if (clientResult == ClientResult.CLOSED)
        {
            return of(ErrorCode.STOPPED);
        }
        return of(clientResult == ClientResult.NOT_CONNECTED ? ErrorCode.CONNECTION_LOST : ErrorCode.TOO_MANY_REQUESTS);
    }
}
