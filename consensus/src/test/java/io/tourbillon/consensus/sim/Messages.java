package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.Branch;
import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.DeleteRangeRequestEncoder;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.OpenClientDecoder;
import io.tourbillon.codecs.client.OpenClientEncoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.RequestHeaderDecoder;
import io.tourbillon.codecs.client.RequestHeaderEncoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestEncoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.codecs.record.LeaseTickEncoder;
import io.tourbillon.codecs.record.MemberPublishedEncoder;
import io.tourbillon.codecs.record.NoOpEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

/** Clients' writes as the wire has them, and back. */
final class Messages
{
    /** A write of the same value to each key: value null = delete. Of several keys it is one transaction. */
    record Write(List<String> keys, String value, long leaseId)
    {
    }

    /** What makes a write one that is applied once: a client that is remembered, and the write's number among its writes. */
    record Number(long clientId, long sequence, long lowestUnanswered)
    {
        /** Of a write that nobody remembers. */
        static final Number NONE = new Number(0, 0, 0);

        boolean isNone()
        {
            return clientId == 0;
        }
    }

    private Messages()
    {
    }

    static byte[] encode(final Write write, final long correlationId)
    {
        return encode(write, correlationId, Number.NONE);
    }

    static byte[] encode(final Write write, final long correlationId, final Number number)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
        final int length = write.keys().size() > 1 ? txn(buffer, write, correlationId) :
            write.value() == null ? delete(buffer, write.keys().get(0), correlationId) : put(buffer, write, correlationId);
        new RequestHeaderEncoder().wrap(buffer, Protocol.HEAD_OFFSET)
            .clientId(number.clientId()).sequence(number.sequence()).lowestUnanswered(number.lowestUnanswered());
        return Arrays.copyOf(buffer.byteArray(), length);
    }

    /** A client that wants its writes to be remembered. */
    static byte[] openClient(final long correlationId)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final OpenClientEncoder open = new OpenClientEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        header(open.request(), correlationId);
        return Arrays.copyOf(buffer.byteArray(), open.limit());
    }

    static boolean isOpenClient(final EntryFrame entry)
    {
        return entry.sessionId() != 0 &&
            new MessageHeaderDecoder().wrap(entry.payload(), entry.payloadOffset()).templateId() == OpenClientDecoder.TEMPLATE_ID;
    }

    /** Of an entry that carries a client's request. */
    static Number number(final EntryFrame entry)
    {
        final RequestHeaderDecoder header =
            new RequestHeaderDecoder().wrap(entry.payload(), entry.payloadOffset() + Protocol.HEAD_OFFSET);
        return header.clientId() == 0 ? Number.NONE : new Number(header.clientId(), header.sequence(), header.lowestUnanswered());
    }

    /** The same entry as of a client that nobody remembers. */
    static EntryFrame unnumbered(final EntryFrame entry)
    {
        final byte[] payload = payload(entry);
        new RequestHeaderEncoder().wrap(new UnsafeBuffer(payload), Protocol.HEAD_OFFSET).clientId(0).sequence(0).lowestUnanswered(0);
        return frame(entry(
            entry.term(), entry.index(), entry.originMemberId(), entry.sessionId(), entry.correlationId(), new UnsafeBuffer(payload)));
    }

    /** The same, but a lease that is granted is granted for so long at least. */
    static EntryFrame ofLongerLease(final EntryFrame entry, final long ttlMinMs)
    {
        final byte[] payload = payload(entry);
        final UnsafeBuffer message = new UnsafeBuffer(payload);
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(message, 0);
        if (header.schemaId() != LeaseRequestDecoder.SCHEMA_ID || header.templateId() != LeaseRequestDecoder.TEMPLATE_ID)
        {
            return entry;
        }
        final int offset = MessageHeaderDecoder.ENCODED_LENGTH + LeaseRequestDecoder.ttlMsEncodingOffset();
        message.putLong(offset, Math.max(ttlMinMs, message.getLong(offset, LITTLE_ENDIAN)), LITTLE_ENDIAN);
        return frame(entry(entry.term(), entry.index(), entry.originMemberId(), entry.sessionId(), entry.correlationId(), message));
    }

    /** What a member says of itself when it starts. */
    static byte[] published(final long memberId, final int applyVersion)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        final MemberPublishedEncoder words =
            new MemberPublishedEncoder().wrapAndApplyHeader(buffer, 0, new io.tourbillon.codecs.record.MessageHeaderEncoder());
        words.memberId(memberId).applyVersion(applyVersion).name("").clientUrls("");
        return Arrays.copyOf(buffer.byteArray(), words.limit());
    }

    private static byte[] payload(final EntryFrame entry)
    {
        final byte[] payload = new byte[entry.payloadLength()];
        entry.payload().getBytes(entry.payloadOffset(), payload);
        return payload;
    }

    private static int put(final UnsafeBuffer buffer, final Write write, final long correlationId)
    {
        final PutRequestEncoder put = new PutRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        header(put.request(), correlationId);
        put.lease(write.leaseId()).flags().clear();
        final byte[] key = write.keys().get(0).getBytes(UTF_8);
        final byte[] value = write.value().getBytes(UTF_8);
        put.putKey(key, 0, key.length).putValue(value, 0, value.length);
        return put.limit();
    }

    private static int delete(final UnsafeBuffer buffer, final String deleted, final long correlationId)
    {
        final DeleteRangeRequestEncoder delete =
            new DeleteRangeRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        header(delete.request(), correlationId);
        delete.flags().clear();
        final byte[] key = deleted.getBytes(UTF_8);
        delete.putKey(key, 0, key.length).putRangeEnd(key, 0, 0);
        return delete.limit();
    }

    private static int txn(final UnsafeBuffer buffer, final Write write, final long correlationId)
    {
        final TxnRequestEncoder txn = new TxnRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        header(txn.request(), correlationId);
        txn.comparesCount(0);
        final TxnRequestEncoder.OpsEncoder ops = txn.opsCount(write.keys().size());
        for (final String each : write.keys())
        {
            final byte[] key = each.getBytes(UTF_8);
            final byte[] value = write.value() == null ? new byte[0] : write.value().getBytes(UTF_8);
            ops.next().keyLimit(0).revision(0).lease(write.leaseId())
                .minModRevision(0).maxModRevision(0).minCreateRevision(0).maxCreateRevision(0)
                .kind(write.value() == null ? OpKind.DELETE_RANGE : OpKind.PUT).depth((short)0).branch(Branch.SUCCESS)
                .sortOrder(SortOrder.NONE).sortTarget(SortTarget.KEY);
            ops.flags().clear();
            ops.putKey(key, 0, key.length).putRangeEnd(key, 0, 0).putValue(value, 0, value.length);
        }
        return txn.limit();
    }

    static void header(final RequestHeaderEncoder header, final long correlationId)
    {
        header.sessionId(1).correlationId(correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
    }

    /** An entry as the log has it. */
    static byte[] entry(
        final long term, final long index, final long memberId, final long sessionId, final long correlationId, final DirectBuffer payload)
    {
        final byte[] room = new byte[EntryFrame.frameLength(payload.capacity())];
        final long sequence = sessionId == 0 ? 0 : new RequestHeaderDecoder().wrap(payload, Protocol.HEAD_OFFSET).sequence();
        final int length = new EntryFrame().encode(
            new UnsafeBuffer(room), 0, term, index, memberId, sessionId, correlationId, sequence, payload, 0, payload.capacity());
        return length == room.length ? room : Arrays.copyOf(room, length);
    }

    static EntryFrame frame(final byte[] bytes)
    {
        final EntryFrame frame = new EntryFrame().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
        SimFailure.unless(frame.isWhole(), "an entry is torn");
        return frame;
    }

    /** The same entry with another last byte, and a checksum that fits. */
    static byte[] spoilt(final byte[] frame)
    {
        final EntryFrame entry = frame(frame);
        final byte[] payload = payload(entry);
        payload[payload.length - 1] ^= 1;
        return entry(
            entry.term(), entry.index(), entry.originMemberId(), entry.sessionId(), entry.correlationId(), new UnsafeBuffer(payload));
    }

    /** What a leader's clock says, as if it were another leader's. */
    static byte[] inTerm(final byte[] leaseTick, final long term)
    {
        final byte[] changed = leaseTick.clone();
        new LeaseTickEncoder().wrap(new UnsafeBuffer(changed), io.tourbillon.codecs.record.MessageHeaderEncoder.ENCODED_LENGTH).term(term);
        return changed;
    }

    static byte[] noOp(final long memberId)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        final NoOpEncoder noOp = new NoOpEncoder().wrapAndApplyHeader(buffer, 0, new io.tourbillon.codecs.record.MessageHeaderEncoder());
        noOp.memberId(memberId);
        return Arrays.copyOf(buffer.byteArray(), io.tourbillon.codecs.record.MessageHeaderEncoder.ENCODED_LENGTH + noOp.encodedLength());
    }

    /** The write that an entry carries; null if it is something else. */
    static Write decode(final EntryFrame entry)
    {
        if (entry.sessionId() == 0)
        {
            return null;
        }
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(entry.payload(), entry.payloadOffset());
        return switch (header.templateId())
        {
            case PutRequestDecoder.TEMPLATE_ID ->
            {
                final PutRequestDecoder put = new PutRequestDecoder().wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), header);
                final byte[] key = new byte[put.keyLength()];
                put.getKey(key, 0, key.length);
                final byte[] value = new byte[put.valueLength()];
                put.getValue(value, 0, value.length);
                yield new Write(List.of(text(key)), text(value), put.lease());
            }
            case DeleteRangeRequestDecoder.TEMPLATE_ID ->
            {
                final DeleteRangeRequestDecoder delete =
                    new DeleteRangeRequestDecoder().wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), header);
                final byte[] key = new byte[delete.keyLength()];
                delete.getKey(key, 0, key.length);
                yield new Write(List.of(text(key)), null, 0);
            }
            case TxnRequestDecoder.TEMPLATE_ID -> decodeTxn(entry, header);
            default -> null;
        };
    }

    private static Write decodeTxn(final EntryFrame entry, final MessageHeaderDecoder header)
    {
        final TxnRequestDecoder txn = new TxnRequestDecoder().wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), header);
        SimFailure.unless(txn.compares().count() == 0, "nobody asks for compares");
        final List<String> keys = new ArrayList<>();
        String written = null;
        for (final TxnRequestDecoder.OpsDecoder op : txn.ops())
        {
            final boolean isPut = op.kind() == OpKind.PUT;
            final byte[] key = new byte[op.keyLength()];
            op.getKey(key, 0, key.length);
            op.skipRangeEnd();
            final byte[] value = new byte[op.valueLength()];
            op.getValue(value, 0, value.length);
            keys.add(text(key));
            written = isPut ? text(value) : null;
        }
        return new Write(keys, written, 0);
    }

    private static String text(final byte[] bytes)
    {
        return new String(bytes, UTF_8);
    }
}
