package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.PartFlagsDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchCreatedDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.client.WatchProgressDecoder;
import org.agrona.DirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Tells whether a message from the node ends the answer to a request, which is then no longer in flight. Requests about watches are not
 * counted:
 * some are answered late, or several with one answer; they are bounded by the watchers of a session. Apply; does not allocate.
 */
final class AnswerShape
{
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final PartFlagsDecoder flags = new PartFlagsDecoder();

    /**
     * @param buffer with a message that this node encoded.
     * @param offset of the message.
     * @return true if the request of its correlation id is answered with it.
     */
    boolean isLast(final DirectBuffer buffer, final int offset)
    {
        if (buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN) == 0)
        {
            return false; // an event, or said unasked
        }
        return switch (header.wrap(buffer, offset).templateId())
        {
            case RangeReplyDecoder.TEMPLATE_ID -> hasLast(buffer, offset, RangeReplyDecoder.flagsEncodingOffset());
            case DeleteRangeReplyDecoder.TEMPLATE_ID -> hasLast(buffer, offset, DeleteRangeReplyDecoder.flagsEncodingOffset());
            case TxnReplyDecoder.TEMPLATE_ID -> hasLast(buffer, offset, TxnReplyDecoder.flagsEncodingOffset());
            case LeaseReplyDecoder.TEMPLATE_ID -> hasLast(buffer, offset, LeaseReplyDecoder.flagsEncodingOffset());
            case LeasesKeptAliveDecoder.TEMPLATE_ID -> hasLast(buffer, offset, LeasesKeptAliveDecoder.flagsEncodingOffset());
            case MaintenanceReplyDecoder.TEMPLATE_ID -> hasLast(buffer, offset, MaintenanceReplyDecoder.flagsEncodingOffset());
            case AuthReplyDecoder.TEMPLATE_ID -> hasLast(buffer, offset, AuthReplyDecoder.flagsEncodingOffset());
            case WatchCreatedDecoder.TEMPLATE_ID, WatchCanceledDecoder.TEMPLATE_ID, WatchProgressDecoder.TEMPLATE_ID,
                WatchEventsDecoder.TEMPLATE_ID -> false;
            // Apply says this of requests about watches alone: of others the sequencer has said it before it counted them.
            case ErrorReplyDecoder.TEMPLATE_ID -> errorCode(buffer, offset) != ErrorCode.TOO_MANY_IN_FLIGHT.number();
            default -> true;
        };
    }

    private static int errorCode(final DirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset + MessageHeaderDecoder.ENCODED_LENGTH + ErrorReplyDecoder.codeEncodingOffset(), LITTLE_ENDIAN);
    }

    private boolean hasLast(final DirectBuffer buffer, final int offset, final int flagsOffset)
    {
        return flags.wrap(buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH + flagsOffset).last();
    }
}
