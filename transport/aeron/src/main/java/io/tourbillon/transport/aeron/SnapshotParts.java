package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.ErrorReplyEncoder;
import io.tourbillon.codecs.client.MaintenanceReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.ReplyHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Encodes the parts of the answer to one request for a snapshot. One thread. As with etcd, they say nothing of revision and term. */
final class SnapshotParts
{
    /** Bytes of a snapshot in one part: etcd's. */
    static final int BLOB_LENGTH_MAX = 32 << 10;
    static final byte[] NOTHING = {};

    private static final int HEAD_LENGTH_MAX = 1024;

    private final Identity identity;
    private final long sessionId;
    private final long correlationId;
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[HEAD_LENGTH_MAX + BLOB_LENGTH_MAX]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final MaintenanceReplyEncoder part = new MaintenanceReplyEncoder();
    private final ErrorReplyEncoder error = new ErrorReplyEncoder();

    SnapshotParts(final Identity identity, final long sessionId, final long correlationId)
    {
        this.identity = identity;
        this.sessionId = sessionId;
        this.correlationId = correlationId;
    }

    long sessionId()
    {
        return sessionId;
    }

    /** The message of the last call, from 0. */
    DirectBuffer buffer()
    {
        return scratch;
    }

    /** One part, at most {@link #BLOB_LENGTH_MAX} bytes of the snapshot; an empty one says that more is to come. */
    int part(final byte[] blob, final int length, final long remainingBytes, final boolean isLast)
    {
        part.wrapAndApplyHeader(scratch, 0, header).hash(0).compactRevision(0).hashRevision(0).remainingBytes(remainingBytes);
        part.flags().clear().last(isLast);
        head(part.reply());
        part.alarmsCount(0);
        part.putBlob(blob, 0, length);
        return MessageHeaderEncoder.ENCODED_LENGTH + part.encodedLength();
    }

    /** Why there is no snapshot, or no more of it. */
    int error(final ErrorCode code, final String detail)
    {
        final String text = detail.isEmpty() ? code.message() : code.message() + ": " + detail;
        final byte[] bytes = text.substring(0, Math.min(text.length(), HEAD_LENGTH_MAX)).getBytes(UTF_8);
        error.wrapAndApplyHeader(scratch, 0, header).code(code.number()).leaderId(0).compactRevision(0).putMessage(bytes, 0, bytes.length);
        head(error.reply());
        return MessageHeaderEncoder.ENCODED_LENGTH + error.encodedLength();
    }

    private void head(final ReplyHeaderEncoder head)
    {
        head.sessionId(sessionId)
            .correlationId(correlationId)
            .clusterId(identity.clusterId())
            .memberId(identity.memberId())
            .revision(0)
            .raftTerm(0);
    }
}
