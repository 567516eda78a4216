package io.tourbillon.codecs;

import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.AuthRequestDecoder;
import io.tourbillon.codecs.client.BroadcastDecoder;
import io.tourbillon.codecs.client.ChallengeDecoder;
import io.tourbillon.codecs.client.ChallengeResponseDecoder;
import io.tourbillon.codecs.client.ChunkDecoder;
import io.tourbillon.codecs.client.ClientOpenedDecoder;
import io.tourbillon.codecs.client.CloseSessionDecoder;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.CompactRequestDecoder;
import io.tourbillon.codecs.client.ConnectDecoder;
import io.tourbillon.codecs.client.ConnectedDecoder;
import io.tourbillon.codecs.client.CreditDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.DisconnectDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.KeepAliveDecoder;
import io.tourbillon.codecs.client.KeepAliveReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.LeasesKeepAliveDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.LoginProofDecoder;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpenClientDecoder;
import io.tourbillon.codecs.client.OpenSessionDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import io.tourbillon.codecs.client.SessionClosedDecoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.StatusRequestDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import io.tourbillon.codecs.client.WatchCancelDecoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchCreateDecoder;
import io.tourbillon.codecs.client.WatchCreatedDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.client.WatchProgressDecoder;
import io.tourbillon.codecs.client.WatchProgressRequestDecoder;
import io.tourbillon.codecs.client.WatchRangesCreateDecoder;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.Shape.block;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The check that a message of the client protocol, from whichever side, passes before a flyweight is wrapped over it: after a {@link
 * #SOUND} every
 * length, group count and block of it lies within the message, so decoding cannot leave it. Values are not judged here.
 * Any thread; does not allocate or block.
 */
public final class MessageValidator
{
    /** The message may be decoded. */
    public static final int SOUND = 0;

    private static final int TEMPLATES_MAX = 256;
    private static final Shape[] SHAPES = new Shape[TEMPLATES_MAX];

    static
    {
        shape(ConnectDecoder.TEMPLATE_ID, block(ConnectDecoder.BLOCK_LENGTH).data(1));
        shape(ConnectedDecoder.TEMPLATE_ID, block(ConnectedDecoder.BLOCK_LENGTH));
        shape(ChallengeDecoder.TEMPLATE_ID, block(ChallengeDecoder.BLOCK_LENGTH).data(1));
        shape(ChallengeResponseDecoder.TEMPLATE_ID, block(ChallengeResponseDecoder.BLOCK_LENGTH).data(2));
        shape(KeepAliveDecoder.TEMPLATE_ID, block(KeepAliveDecoder.BLOCK_LENGTH));
        shape(KeepAliveReplyDecoder.TEMPLATE_ID, block(KeepAliveReplyDecoder.BLOCK_LENGTH));
        shape(DisconnectDecoder.TEMPLATE_ID, block(DisconnectDecoder.BLOCK_LENGTH));
        shape(OpenSessionDecoder.TEMPLATE_ID, block(OpenSessionDecoder.BLOCK_LENGTH).data(2));
        shape(SessionOpenedDecoder.TEMPLATE_ID, block(SessionOpenedDecoder.BLOCK_LENGTH).data(1));
        shape(CloseSessionDecoder.TEMPLATE_ID, block(CloseSessionDecoder.BLOCK_LENGTH));
        shape(SessionClosedDecoder.TEMPLATE_ID, block(SessionClosedDecoder.BLOCK_LENGTH).data(1));
        shape(CreditDecoder.TEMPLATE_ID, block(CreditDecoder.BLOCK_LENGTH));
        shape(ErrorReplyDecoder.TEMPLATE_ID, block(ErrorReplyDecoder.BLOCK_LENGTH).data(1));
        shape(ChunkDecoder.TEMPLATE_ID, block(ChunkDecoder.BLOCK_LENGTH).data(1));
        shape(LoginChallengeDecoder.TEMPLATE_ID, block(LoginChallengeDecoder.BLOCK_LENGTH).data(2));
        shape(LoginProofDecoder.TEMPLATE_ID, block(LoginProofDecoder.BLOCK_LENGTH).data(2));
        shape(RangeRequestDecoder.TEMPLATE_ID, block(RangeRequestDecoder.BLOCK_LENGTH).data(2));
        shape(PutRequestDecoder.TEMPLATE_ID, block(PutRequestDecoder.BLOCK_LENGTH).data(2));
        shape(DeleteRangeRequestDecoder.TEMPLATE_ID, block(DeleteRangeRequestDecoder.BLOCK_LENGTH).data(2));
        shape(TxnRequestDecoder.TEMPLATE_ID, block(TxnRequestDecoder.BLOCK_LENGTH)
            .group(block(TxnRequestDecoder.ComparesDecoder.sbeBlockLength()).data(3))
            .group(block(TxnRequestDecoder.OpsDecoder.sbeBlockLength()).data(3)));
        shape(CompactRequestDecoder.TEMPLATE_ID, block(CompactRequestDecoder.BLOCK_LENGTH));
        shape(OpenClientDecoder.TEMPLATE_ID, block(OpenClientDecoder.BLOCK_LENGTH));
        shape(WatchCreateDecoder.TEMPLATE_ID, block(WatchCreateDecoder.BLOCK_LENGTH).data(2));
        shape(WatchCancelDecoder.TEMPLATE_ID, block(WatchCancelDecoder.BLOCK_LENGTH));
        shape(WatchProgressRequestDecoder.TEMPLATE_ID, block(WatchProgressRequestDecoder.BLOCK_LENGTH));
        shape(WatchRangesCreateDecoder.TEMPLATE_ID, block(WatchRangesCreateDecoder.BLOCK_LENGTH)
            .group(block(WatchRangesCreateDecoder.RangesDecoder.sbeBlockLength()).data(2)).data(1));
        shape(LeasesKeepAliveDecoder.TEMPLATE_ID, block(LeasesKeepAliveDecoder.BLOCK_LENGTH)
            .group(block(LeasesKeepAliveDecoder.LeasesDecoder.sbeBlockLength())));
        shape(LeaseRequestDecoder.TEMPLATE_ID, block(LeaseRequestDecoder.BLOCK_LENGTH));
        shape(MemberRequestDecoder.TEMPLATE_ID, block(MemberRequestDecoder.BLOCK_LENGTH)
            .group(block(MemberRequestDecoder.PeerUrlsDecoder.sbeBlockLength()).data(1)));
        shape(StatusRequestDecoder.TEMPLATE_ID, block(StatusRequestDecoder.BLOCK_LENGTH));
        shape(MaintenanceRequestDecoder.TEMPLATE_ID, block(MaintenanceRequestDecoder.BLOCK_LENGTH).data(1));
        shape(AuthRequestDecoder.TEMPLATE_ID, block(AuthRequestDecoder.BLOCK_LENGTH).data(5));
        shape(RangeReplyDecoder.TEMPLATE_ID, block(RangeReplyDecoder.BLOCK_LENGTH)
            .group(block(RangeReplyDecoder.KvsDecoder.sbeBlockLength()).data(2)));
        shape(PutReplyDecoder.TEMPLATE_ID, block(PutReplyDecoder.BLOCK_LENGTH).data(1));
        shape(DeleteRangeReplyDecoder.TEMPLATE_ID, block(DeleteRangeReplyDecoder.BLOCK_LENGTH)
            .group(block(DeleteRangeReplyDecoder.PrevKvsDecoder.sbeBlockLength()).data(2)));
        shape(TxnReplyDecoder.TEMPLATE_ID, block(TxnReplyDecoder.BLOCK_LENGTH)
            .group(block(TxnReplyDecoder.ItemsDecoder.sbeBlockLength()).data(2)));
        shape(CompactReplyDecoder.TEMPLATE_ID, block(CompactReplyDecoder.BLOCK_LENGTH));
        shape(ClientOpenedDecoder.TEMPLATE_ID, block(ClientOpenedDecoder.BLOCK_LENGTH));
        shape(WatchCreatedDecoder.TEMPLATE_ID, block(WatchCreatedDecoder.BLOCK_LENGTH));
        shape(WatchCanceledDecoder.TEMPLATE_ID, block(WatchCanceledDecoder.BLOCK_LENGTH).data(1));
        shape(WatchProgressDecoder.TEMPLATE_ID, block(WatchProgressDecoder.BLOCK_LENGTH));
        shape(WatchEventsDecoder.TEMPLATE_ID, block(WatchEventsDecoder.BLOCK_LENGTH)
            .group(block(WatchEventsDecoder.EventsDecoder.sbeBlockLength())
            .group(block(WatchEventsDecoder.EventsDecoder.WatchersDecoder.sbeBlockLength())).data(3)));
        shape(BroadcastDecoder.TEMPLATE_ID, block(BroadcastDecoder.BLOCK_LENGTH).data(1));
        shape(LeasesKeptAliveDecoder.TEMPLATE_ID, block(LeasesKeptAliveDecoder.BLOCK_LENGTH)
            .group(block(LeasesKeptAliveDecoder.LeasesDecoder.sbeBlockLength())));
        shape(LeaseReplyDecoder.TEMPLATE_ID, block(LeaseReplyDecoder.BLOCK_LENGTH)
            .group(block(LeaseReplyDecoder.LeasesDecoder.sbeBlockLength()))
            .group(block(LeaseReplyDecoder.KeysDecoder.sbeBlockLength()).data(1)));
        shape(MemberReplyDecoder.TEMPLATE_ID, block(MemberReplyDecoder.BLOCK_LENGTH)
            .group(block(MemberReplyDecoder.MembersDecoder.sbeBlockLength()).data(3)));
        shape(StatusReplyDecoder.TEMPLATE_ID, block(StatusReplyDecoder.clusterVersionEncodingOffset()).data(4)); // what follows came later
        shape(MaintenanceReplyDecoder.TEMPLATE_ID, block(MaintenanceReplyDecoder.BLOCK_LENGTH)
            .group(block(MaintenanceReplyDecoder.AlarmsDecoder.sbeBlockLength())).data(1));
        shape(AuthReplyDecoder.TEMPLATE_ID, block(AuthReplyDecoder.BLOCK_LENGTH)
            .group(block(AuthReplyDecoder.NamesDecoder.sbeBlockLength()).data(1))
            .group(block(AuthReplyDecoder.PermissionsDecoder.sbeBlockLength()).data(2)));
    }

    private MessageValidator()
    {
    }

    /**
     * Checks one message.
     *
     * @param buffer holding it.
     * @param offset of its SBE header; must lie in the buffer.
     * @param length of the whole message in bytes; must lie in the buffer.
     * @return {@link #SOUND}, or the number of {@link ErrorCode#MALFORMED}, {@link ErrorCode#WRONG_VERSION} or {@link
     * ErrorCode#UNKNOWN_TEMPLATE}.
     */
    public static int check(final DirectBuffer buffer, final int offset, final int length)
    {
        return check(buffer, offset, length, MessageHeaderDecoder.SCHEMA_VERSION);
    }

    /**
     * Checks one message as somebody does who knows another version of the schema: what is newer may have bytes behind what is known.
     *
     * @param buffer        holding it.
     * @param offset        of its SBE header; must lie in the buffer.
     * @param length        of the whole message in bytes; must lie in the buffer.
     * @param schemaVersion that is known, from {@link Protocol#SCHEMA_VERSION_MIN}.
     * @return as {@link #check(DirectBuffer, int, int)}.
     */
    public static int check(final DirectBuffer buffer, final int offset, final int length, final int schemaVersion)
    {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH)
        {
            return ErrorCode.MALFORMED.number();
        }
        final int schemaId = unsignedShort(buffer, offset + MessageHeaderDecoder.schemaIdEncodingOffset());
        final int version = unsignedShort(buffer, offset + MessageHeaderDecoder.versionEncodingOffset());
        if (schemaId != MessageHeaderDecoder.SCHEMA_ID || version < Protocol.SCHEMA_VERSION_MIN)
        {
            return ErrorCode.WRONG_VERSION.number();
        }
        final int templateId = unsignedShort(buffer, offset + MessageHeaderDecoder.templateIdEncodingOffset());
        final Shape shape = templateId < TEMPLATES_MAX ? SHAPES[templateId] : null;
        if (shape == null)
        {
            return ErrorCode.UNKNOWN_TEMPLATE.number();
        }
        return hasShape(shape, buffer, offset, length, version > schemaVersion) ? SOUND : ErrorCode.MALFORMED.number();
    }

    /**
     * Whether a request head can be read off a message that failed {@link #check}, so that it can be answered: its schema is ours
     * and it is long enough.
     *
     * @param buffer holding it.
     * @param offset of its SBE header.
     * @param length of the whole message in bytes.
     * @return true if session and correlation id may be read.
     */
    public static boolean hasHead(final DirectBuffer buffer, final int offset, final int length)
    {
        return length >= Protocol.SEQUENCE_OFFSET &&
            unsignedShort(buffer, offset + MessageHeaderDecoder.schemaIdEncodingOffset()) == MessageHeaderDecoder.SCHEMA_ID;
    }

    private static boolean hasShape(final Shape shape, final DirectBuffer buffer, final int offset, final int length, final boolean isNewer)
    {
        final int limit = offset + length;
        final int blockLength = unsignedShort(buffer, offset + MessageHeaderDecoder.blockLengthEncodingOffset());
        final int end = shape.walk(buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH, limit, blockLength);
        if (end == Shape.MISSHAPEN)
        {
            return false;
        }
        return end == limit || isNewer; // a newer sender may append what we do not know
    }

    private static int unsignedShort(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
    }

    private static void shape(final int templateId, final Shape shape)
    {
        assert SHAPES[templateId] == null : templateId;
        SHAPES[templateId] = shape;
    }

    static Shape shapeOf(final int templateId)
    {
        return SHAPES[templateId];
    }
}
