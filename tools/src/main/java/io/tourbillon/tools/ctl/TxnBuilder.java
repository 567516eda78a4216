package io.tourbillon.tools.ctl;

import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.ItemKind;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.tools.ctl.command.Comparison;
import io.tourbillon.tools.ctl.command.Request;
import io.tourbillon.tools.ctl.command.TxnScript;
import io.tourbillon.tools.ctl.output.Answer;
import io.tourbillon.tools.ctl.output.Header;
import io.tourbillon.tools.ctl.output.KeyValue;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.RangeOptions;
import io.tourbillon.transport.client.TxnEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/** A transaction on its way out, and its answer put together from parts. etcdctl's language has no nested ones, so neither has this. */
final class TxnBuilder
{
    private static final int CAPACITY = 4 << 20;

    private final List<Item> items = new ArrayList<>();

    static TxnEncoder encode(final TxnScript script)
    {
        final TxnEncoder txn = new TxnEncoder(CAPACITY);
        for (final Comparison comparison : script.comparisons())
        {
            compare(txn, comparison);
        }
        script.success().forEach(request -> add(txn, request));
        txn.orElse();
        script.failure().forEach(request -> add(txn, request));
        return txn;
    }

    private static void compare(final TxnEncoder txn, final Comparison comparison)
    {
        final byte[] key = comparison.key();
        if (comparison.target() == CompareTarget.VALUE)
        {
            final byte[] value = comparison.value();
            txn.compareValue(new UnsafeBuffer(key), 0, key.length, comparison.result(), new UnsafeBuffer(value), 0, value.length);
        }
        else
        {
            txn.compare(new UnsafeBuffer(key), 0, key.length, comparison.target(), comparison.result(), comparison.number());
        }
    }

    private static void add(final TxnEncoder txn, final Request request)
    {
        if (request instanceof final Request.Put put)
        {
            txn.put(new UnsafeBuffer(put.key()), 0, put.key().length, new UnsafeBuffer(put.value()), 0, put.value().length,
                put.lease(), putFlags(put));
        }
        else if (request instanceof final Request.Get get)
        {
            final byte[] key = get.range().key();
            final byte[] end = get.range().rangeEnd();
            txn.range(new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(end), 0, end.length, options(get));
        }
        else
        {
            final Request.Delete delete = (Request.Delete)request;
            final byte[] key = delete.range().key();
            final byte[] end = delete.range().rangeEnd();
            txn.deleteRange(new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(end), 0, end.length,
                delete.prevKv() ? ClientSession.PREV_KV : 0);
        }
    }

    static int putFlags(final Request.Put put)
    {
        return (put.prevKv() ? ClientSession.PREV_KV : 0) |
            (put.ignoreValue() ? ClientSession.IGNORE_VALUE : 0) |
            (put.ignoreLease() ? ClientSession.IGNORE_LEASE : 0);
    }

    static RangeOptions options(final Request.Get get)
    {
        final Request.Bounds bounds = get.bounds();
        return new RangeOptions().keyLimit(get.limit()).revision(get.revision()).sort(get.order(), get.target())
            .serializable(get.serializable()).keysOnly(get.keysOnly()).countOnly(get.countOnly())
            .createRevisions(bounds.minCreate(), bounds.maxCreate()).modRevisions(bounds.minMod(), bounds.maxMod());
    }

    /** Takes one part of the answer. */
    void onPart(final TxnReplyDecoder reply)
    {
        for (final TxnReplyDecoder.ItemsDecoder item : reply.items())
        {
            final ItemKind kind = item.kind();
            if (kind == ItemKind.KV || kind == ItemKind.PREV_KV)
            {
                items.get(items.size() - 1).kvs.add(keyValue(item));
            }
            else
            {
                items.add(new Item(kind, item.revision(), item.more() != 0, item.keyCount()));
                item.skipKey();
                item.skipValue();
            }
        }
    }

    private static KeyValue keyValue(final TxnReplyDecoder.ItemsDecoder item)
    {
        final byte[] key = new byte[item.keyLength()];
        item.getKey(key, 0, key.length);
        final byte[] value = new byte[item.valueLength()];
        item.getValue(value, 0, value.length);
        return new KeyValue(key, value, item.createRevision(), item.modRevision(), item.version(), item.lease());
    }

    Answer.Txn answer(final TxnReplyDecoder lastPart)
    {
        return new Answer.Txn(Replies.header(lastPart.reply()), lastPart.flags().succeeded(), items.stream().map(Item::answer).toList());
    }

    private static final class Item
    {
        private final ItemKind kind;
        private final long revision;
        private final boolean more;
        private final long count;
        private final List<KeyValue> kvs = new ArrayList<>();

        Item(final ItemKind kind, final long revision, final boolean more, final long count)
        {
            this.kind = kind;
            this.revision = revision;
            this.more = more;
            this.count = count;
        }

        Answer answer()
        {
            final Header header = Header.ofRevision(revision);
            return switch (kind)
            {
                case RANGE -> new Answer.Range(header, kvs, more, count);
                case PUT -> new Answer.Put(header, kvs.isEmpty() ? null : kvs.get(0));
                case DELETE_RANGE -> new Answer.Delete(header, count, kvs);
                default -> throw new CtlException(ExitCode.ERROR, "the node answered with what was not asked: " + kind);
            };
        }
    }
}
