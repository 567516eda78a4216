package io.tourbillon.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** etcd's answers as the texts that {@link RecordingEgress} makes of ours. */
final class EtcdAnswers
{
    private final Iterator<ModelRange> ranges;

    /**
     * @param ranges of the model, for each range that was executed. etcd's sort is not stable, so keys that are equal in what is sorted by
     *              may come in any order, and a limit takes any of them: such an answer is replaced by the one with the smaller keys first.
     */
    EtcdAnswers(final List<ModelRange> ranges)
    {
        this.ranges = ranges.iterator();
    }

    static String kv(final KeyValue kv)
    {
        return kv(kv.getKey(), kv);
    }

    static String kvWithoutKey(final KeyValue kv)
    {
        return kv(ByteString.EMPTY, kv);
    }

    private static String kv(final ByteString key, final KeyValue kv)
    {
        final long[] fields = {kv.getCreateRevision(), kv.getModRevision(), kv.getVersion(), kv.getLease()};
        return RecordingEgress.kv(key.toString(ISO_8859_1), kv.getValue().toString(ISO_8859_1), fields);
    }

    /** An error is the one of ours that has etcd's text and code; one that we do not have is told in words. */
    static String error(final Status status)
    {
        for (final ErrorCode code : ErrorCode.values())
        {
            if (code.message().equals(status.getDescription()) && code.grpcCode().name().equals(status.getCode().name()))
            {
                return "error " + code.number();
            }
        }
        return "error that we do not have: " + status;
    }

    String range(final RangeResponse response)
    {
        final StringBuilder text = new StringBuilder(
            "range at " + response.getHeader().getRevision() + " count " + response.getCount() + (response.getMore() ? " more" : ""));
        kvs(response).forEach(kv -> text.append(' ').append(kv));
        return text.toString();
    }

    private List<String> kvs(final RangeResponse response)
    {
        final List<String> texts = new ArrayList<>();
        response.getKvsList().forEach(kv -> texts.add(kv(kv)));
        if (!ranges.hasNext())
        {
            return texts; // the model refused it: there is nothing to compare with
        }
        final ModelRange expected = ranges.next();
        return expected.isRight(texts) ? expected.taken() : texts;
    }

    static String put(final PutResponse response)
    {
        final String prev = response.hasPrevKv() ? " prev " + kvWithoutKey(response.getPrevKv()) : "";
        return "put at " + response.getHeader().getRevision() + prev;
    }

    static String delete(final DeleteRangeResponse response)
    {
        final StringBuilder text = new StringBuilder(
            "delete at " + response.getHeader().getRevision() + " deleted " + response.getDeleted());
        response.getPrevKvsList().forEach(kv -> text.append(' ').append(kv(kv)));
        return text.toString();
    }

    String txn(final TxnResponse response)
    {
        final StringBuilder items = new StringBuilder();
        items(response, 0, items);
        return "txn at " + response.getHeader().getRevision() + (response.getSucceeded() ? " then" : " else") + items;
    }

    private void items(final TxnResponse txn, final int depth, final StringBuilder items)
    {
        for (final ResponseOp op : txn.getResponsesList())
        {
            final String at = "/" + depth + " ";
            switch (op.getResponseCase())
            {
                case RESPONSE_RANGE ->
                {
                    final RangeResponse range = op.getResponseRange();
                    items.append("; RANGE").append(at).append("at ").append(range.getHeader().getRevision());
                    items.append(" count ").append(range.getCount()).append(range.getMore() ? " more" : "");
                    kvs(range).forEach(kv -> items.append("; KV").append(at).append(kv));
                }
                case RESPONSE_PUT ->
                {
                    final PutResponse put = op.getResponsePut();
                    items.append("; PUT").append(at).append("at ").append(put.getHeader().getRevision()).append(" count 0");
                    items.append(put.hasPrevKv() ? "; PREV_KV" + at + kv(put.getPrevKv()) : "");
                }
                case RESPONSE_DELETE_RANGE ->
                {
                    final DeleteRangeResponse delete = op.getResponseDeleteRange();
                    items.append("; DELETE_RANGE").append(at).append("at ").append(delete.getHeader().getRevision());
                    items.append(" count ").append(delete.getDeleted());
                    delete.getPrevKvsList().forEach(kv -> items.append("; PREV_KV").append(at).append(kv(kv)));
                }
                default ->
                {
                    final TxnResponse nested = op.getResponseTxn();
                    items.append("; TXN").append(at).append(nested.getSucceeded() ? "then" : "else");
                    items(nested, depth + 1, items);
                }
            }
        }
    }

    static String event(final Event event)
    {
        final String was = event.hasPrevKv() ? " was " + kvWithoutKey(event.getPrevKv()) : "";
        return event.getType() + " " + kv(event.getKv()) + was;
    }
}
