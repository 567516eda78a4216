package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.LeaderQuestions;
import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.AppendRequestDecoder;
import io.tourbillon.codecs.peer.AskEntriesDecoder;
import io.tourbillon.codecs.peer.ForwardRejectDecoder;
import io.tourbillon.codecs.peer.ForwardRequestDecoder;
import io.tourbillon.codecs.peer.ForwardSettleDecoder;
import io.tourbillon.codecs.peer.ForwardSettledDecoder;
import io.tourbillon.codecs.peer.GiveEntryDecoder;
import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.HeartbeatReplyDecoder;
import io.tourbillon.codecs.peer.HelloDecoder;
import io.tourbillon.codecs.peer.HelloReplyDecoder;
import io.tourbillon.codecs.peer.IntroductionDecoder;
import io.tourbillon.codecs.peer.LeaderAnswerDecoder;
import io.tourbillon.codecs.peer.LeaderQuestionDecoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.PeerHeaderDecoder;
import io.tourbillon.codecs.peer.PieceDecoder;
import io.tourbillon.codecs.peer.ReadIndexReplyDecoder;
import io.tourbillon.codecs.peer.ReadIndexRequestDecoder;
import io.tourbillon.codecs.peer.RemovedDecoder;
import io.tourbillon.codecs.peer.SnapshotChunkDecoder;
import io.tourbillon.codecs.peer.SnapshotReplyDecoder;
import io.tourbillon.codecs.peer.TimeoutNowDecoder;
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;
import org.agrona.DirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Looks at a peer's message before any flyweight does: schema, version, template, that all its lengths lie within it, and what of the
 * clients' protocol it carries between a member and its leader. Reads bytes at fixed places; allocates nothing.
 */
final class PeerMessages
{
    private static final int HEAD_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int DATA_HEADER_LENGTH = Integer.BYTES;

    private PeerMessages()
    {
    }

    /**
     * Whether the message is one of ours, whole, from a member of the cluster to this one. One of a newer version may have more behind each
     * block than is known, and behind the message.
     */
    static boolean isSound(final DirectBuffer buffer, final int offset, final int length, final long clusterId, final long toId)
    {
        if (length < HEAD_LENGTH + PeerHeaderDecoder.ENCODED_LENGTH ||
            unsignedShort(buffer, offset + MessageHeaderDecoder.schemaIdEncodingOffset()) != MessageHeaderDecoder.SCHEMA_ID ||
            unsignedShort(buffer, offset + MessageHeaderDecoder.versionEncodingOffset()) < MessageHeaderDecoder.SCHEMA_VERSION)
        {
            return false;
        }
        final boolean isNewer =
            unsignedShort(buffer, offset + MessageHeaderDecoder.versionEncodingOffset()) > MessageHeaderDecoder.SCHEMA_VERSION;
        final int template = unsignedShort(buffer, offset + MessageHeaderDecoder.templateIdEncodingOffset());
        final int blockLength = unsignedShort(buffer, offset + MessageHeaderDecoder.blockLengthEncodingOffset());
        final int knownLength = blockLengthOf(template);
        return knownLength >= 0 && (blockLength == knownLength || isNewer && blockLength > knownLength) &&
            hasLength(buffer, offset, length, HEAD_LENGTH + blockLength, hasData(template), isNewer) &&
            buffer.getLong(offset + HEAD_LENGTH + PeerHeaderDecoder.clusterIdEncodingOffset(), LITTLE_ENDIAN) == clusterId &&
            buffer.getLong(offset + HEAD_LENGTH + PeerHeaderDecoder.toIdEncodingOffset(), LITTLE_ENDIAN) == toId &&
            carriesWhatItMay(template, buffer, offset, length, HEAD_LENGTH + blockLength + DATA_HEADER_LENGTH);
    }

    /** What is of the clients' protocol inside is looked at like what a client sends. */
    private static boolean carriesWhatItMay(
        final int template, final DirectBuffer buffer, final int offset, final int length, final int dataOffset)
    {
        if (template == LeaderQuestionDecoder.TEMPLATE_ID)
        {
            return LeaderQuestions.leaseCount(buffer, offset + dataOffset, length - dataOffset) > 0;
        }
        if (template != LeaderAnswerDecoder.TEMPLATE_ID)
        {
            return true;
        }
        final boolean isRefusal = buffer.getInt(offset + HEAD_LENGTH + LeaderAnswerDecoder.codeEncodingOffset(), LITTLE_ENDIAN) != 0;
        return isRefusal ? length == dataOffset : LeaderQuestions.isAnswer(buffer, offset + dataOffset, length - dataOffset);
    }

    static int templateOf(final DirectBuffer buffer, final int offset)
    {
        return unsignedShort(buffer, offset + MessageHeaderDecoder.templateIdEncodingOffset());
    }

    static long fromIdOf(final DirectBuffer buffer, final int offset)
    {
        return buffer.getLong(offset + HEAD_LENGTH + PeerHeaderDecoder.fromIdEncodingOffset(), LITTLE_ENDIAN);
    }

    private static boolean hasLength(
        final DirectBuffer buffer, final int offset, final int length, final int fixedLength, final boolean hasData,
        final boolean isNewer)
    {
        if (!hasData)
        {
            return length == fixedLength || isNewer && length > fixedLength;
        }
        final int restLength = length - fixedLength - DATA_HEADER_LENGTH;
        if (restLength < 0)
        {
            return false;
        }
        final int dataLength = buffer.getInt(offset + fixedLength, LITTLE_ENDIAN);
        return dataLength == restLength || isNewer && dataLength >= 0 && dataLength < restLength;
    }

    private static int blockLengthOf(final int template)
    {
        return switch (template)
        {
            case VoteRequestDecoder.TEMPLATE_ID -> VoteRequestDecoder.BLOCK_LENGTH;
            case VoteReplyDecoder.TEMPLATE_ID -> VoteReplyDecoder.BLOCK_LENGTH;
            case AppendRequestDecoder.TEMPLATE_ID -> AppendRequestDecoder.BLOCK_LENGTH;
            case AppendReplyDecoder.TEMPLATE_ID -> AppendReplyDecoder.BLOCK_LENGTH;
            case HeartbeatDecoder.TEMPLATE_ID -> HeartbeatDecoder.BLOCK_LENGTH;
            case HeartbeatReplyDecoder.TEMPLATE_ID -> HeartbeatReplyDecoder.BLOCK_LENGTH;
            case ReadIndexRequestDecoder.TEMPLATE_ID -> ReadIndexRequestDecoder.BLOCK_LENGTH;
            case ReadIndexReplyDecoder.TEMPLATE_ID -> ReadIndexReplyDecoder.BLOCK_LENGTH;
            case TimeoutNowDecoder.TEMPLATE_ID -> TimeoutNowDecoder.BLOCK_LENGTH;
            case ForwardRequestDecoder.TEMPLATE_ID -> ForwardRequestDecoder.BLOCK_LENGTH;
            case ForwardRejectDecoder.TEMPLATE_ID -> ForwardRejectDecoder.BLOCK_LENGTH;
            case ForwardSettleDecoder.TEMPLATE_ID -> ForwardSettleDecoder.BLOCK_LENGTH;
            case ForwardSettledDecoder.TEMPLATE_ID -> ForwardSettledDecoder.BLOCK_LENGTH;
            case IntroductionDecoder.TEMPLATE_ID -> IntroductionDecoder.BLOCK_LENGTH;
            case RemovedDecoder.TEMPLATE_ID -> RemovedDecoder.BLOCK_LENGTH;
            case PieceDecoder.TEMPLATE_ID -> PieceDecoder.BLOCK_LENGTH;
            case SnapshotChunkDecoder.TEMPLATE_ID -> SnapshotChunkDecoder.BLOCK_LENGTH;
            case SnapshotReplyDecoder.TEMPLATE_ID -> SnapshotReplyDecoder.BLOCK_LENGTH;
            case HelloDecoder.TEMPLATE_ID -> HelloDecoder.BLOCK_LENGTH;
            case HelloReplyDecoder.TEMPLATE_ID -> HelloReplyDecoder.BLOCK_LENGTH;
            case AskEntriesDecoder.TEMPLATE_ID -> AskEntriesDecoder.BLOCK_LENGTH;
            case GiveEntryDecoder.TEMPLATE_ID -> GiveEntryDecoder.BLOCK_LENGTH;
            case LeaderQuestionDecoder.TEMPLATE_ID -> LeaderQuestionDecoder.BLOCK_LENGTH;
            case LeaderAnswerDecoder.TEMPLATE_ID -> LeaderAnswerDecoder.BLOCK_LENGTH;
            default -> -1;
        };
    }

    private static boolean hasData(final int template)
    {
        return template == AppendRequestDecoder.TEMPLATE_ID || template == ForwardRequestDecoder.TEMPLATE_ID ||
            template == PieceDecoder.TEMPLATE_ID || template == IntroductionDecoder.TEMPLATE_ID ||
            template == GiveEntryDecoder.TEMPLATE_ID || template == SnapshotChunkDecoder.TEMPLATE_ID ||
            template == LeaderQuestionDecoder.TEMPLATE_ID || template == LeaderAnswerDecoder.TEMPLATE_ID;
    }

    private static int unsignedShort(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
    }
}
