package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.tourbillon.codecs.client.ReplyHeaderDecoder;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;
import org.agrona.DirectBuffer;

/** Parts of answers. Link's thread; allocates what it returns. */
final class Answers
{
    private Answers()
    {
    }

    static ResponseHeader header(final ReplyHeaderDecoder reply)
    {
        return ResponseHeader.newBuilder()
            .setClusterId(reply.clusterId())
            .setMemberId(reply.memberId())
            .setRevision(reply.revision())
            .setRaftTerm(reply.raftTerm())
            .build();
    }

    /** As that of an operation within a transaction: the revision alone. */
    static ResponseHeader nestedHeader(final long revision)
    {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    /** As answers about members have it, and what is not about the store: without a revision. */
    static ResponseHeader headerWithoutRevision(final ReplyHeaderDecoder reply)
    {
        return header(reply).toBuilder().clearRevision().build();
    }

    static KeyValue.Builder keyValue(
        final long createRevision, final long modRevision, final long version, final long lease, final ByteString key)
    {
        return KeyValue.newBuilder()
            .setKey(key).setCreateRevision(createRevision).setModRevision(modRevision).setVersion(version).setLease(lease);
    }

    /** A copy. */
    static ByteString bytes(final DirectBuffer buffer)
    {
        final byte[] copy = new byte[buffer.capacity()];
        buffer.getBytes(0, copy);
        return own(copy);
    }

    /** Of an array that nobody else has. */
    static ByteString own(final byte[] bytes)
    {
        return bytes.length == 0 ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(bytes);
    }
}
