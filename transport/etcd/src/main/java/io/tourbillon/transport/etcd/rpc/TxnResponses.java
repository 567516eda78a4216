package io.tourbillon.transport.etcd.rpc;

import io.tourbillon.codecs.client.ItemKind;
import io.tourbillon.codecs.client.TxnReplyDecoder.ItemsDecoder;
import io.tourbillon.transport.etcd.api.DeleteRangeResponse;
import io.tourbillon.transport.etcd.api.PutResponse;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.ResponseOp;
import io.tourbillon.transport.etcd.api.TxnResponse;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;

import java.util.ArrayList;
import java.util.List;

/** Builds the tree of a transaction's responses from the flat list it comes in: pre-order, each followed by its key-values. */
final class TxnResponses
{
    private final Node root = new Node(ItemKind.TXN, -1);
    private final ArrayList<Node> path = new ArrayList<>(List.of(root));
    private Node last = root;

    private static final class Node
    {
        private final ItemKind kind;
        private final int depth;
        private final List<KeyValue> kvs = new ArrayList<>();
        private final List<Node> children = new ArrayList<>();
        private boolean succeeded;
        private boolean isMore;
        private long revision;
        private long keyCount;

        private Node(final ItemKind kind, final int depth)
        {
            this.kind = kind;
            this.depth = depth;
        }

        private List<ResponseOp> responses()
        {
            final List<ResponseOp> responses = new ArrayList<>(children.size());
            children.forEach(child -> responses.add(child.response()));
            return responses;
        }

        private ResponseOp response()
        {
            final ResponseHeader header = Answers.nestedHeader(revision);
            final ResponseOp.Builder op = ResponseOp.newBuilder();
            switch (kind)
            {
                case RANGE -> op.setResponseRange(
                    RangeResponse.newBuilder().setHeader(header).addAllKvs(kvs).setMore(isMore).setCount(keyCount));
                case PUT -> op.setResponsePut(put(header));
                case DELETE_RANGE -> op.setResponseDeleteRange(
                    DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(keyCount).addAllPrevKvs(kvs));
                case TXN -> op.setResponseTxn(
                    TxnResponse.newBuilder().setHeader(header).setSucceeded(succeeded).addAllResponses(responses()));
                default -> throw new IllegalStateException("a transaction's answer has an item of kind " + kind);
            }
            return op.build();
        }

        private PutResponse put(final ResponseHeader header)
        {
            final PutResponse.Builder put = PutResponse.newBuilder().setHeader(header);
            return kvs.isEmpty() ? put.build() : put.setPrevKv(kvs.get(0)).build();
        }
    }

    /** Adds an item; gives the bytes of its key and value. */
    int onItem(final ItemsDecoder item)
    {
        final ItemKind kind = item.kind();
        if (kind == ItemKind.KV || kind == ItemKind.PREV_KV)
        {
            final KeyValue kv = keyValue(item);
            last.kvs.add(kv);
            return kv.getKey().size() + kv.getValue().size();
        }
        final Node node = new Node(kind, item.depth());
        node.succeeded = item.succeeded() != 0;
        node.isMore = item.more() != 0;
        node.revision = item.revision();
        node.keyCount = item.keyCount();
        item.skipKey();
        item.skipValue();
        while (path.get(path.size() - 1).depth >= node.depth)
        {
            path.remove(path.size() - 1);
        }
        path.get(path.size() - 1).children.add(node);
        path.add(node);
        last = node;
        return 0;
    }

    List<ResponseOp> build()
    {
        return root.responses();
    }

    private static KeyValue keyValue(final ItemsDecoder item)
    {
        final byte[] key = new byte[item.keyLength()];
        item.getKey(key, 0, key.length);
        final byte[] value = new byte[item.valueLength()];
        item.getValue(value, 0, value.length);
        return Answers.keyValue(item.createRevision(), item.modRevision(), item.version(), item.lease(), Answers.own(key))
            .setValue(Answers.own(value)).build();
    }
}
