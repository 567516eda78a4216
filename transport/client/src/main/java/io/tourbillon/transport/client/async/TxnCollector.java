package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.ItemKind;
import io.tourbillon.codecs.client.TxnReplyDecoder.ItemsDecoder;

import java.util.ArrayList;
import java.util.List;

/**
 * Builds the tree of a transaction's responses from the flat list they come in: responses in pre-order, each followed by its key-values.
 */
final class TxnCollector
{
    private final Node root = new Node(ItemKind.TXN, -1);
    private final List<Node> path = new ArrayList<>(List.of(root));
    private Node last = root;

    private static final class Node
    {
        private final ItemKind kind;
        private final int depth;
        private final List<KeyValue> kvs = new ArrayList<>();
        private final List<Node> children = new ArrayList<>();
        private boolean succeeded;
        private boolean more;
        private long revision;
        private long keyCount;

        private Node(final ItemKind kind, final int depth)
        {
            this.kind = kind;
            this.depth = depth;
        }

        private List<TxnResult.OpResult> results()
        {
            return children.stream().map(Node::result).toList();
        }

        private TxnResult.OpResult result()
        {
            return switch (kind)
            {
                case RANGE -> new TxnResult.Range(revision, kvs, keyCount, more);
                case PUT -> new TxnResult.Put(revision, kvs.isEmpty() ? null : kvs.get(0));
                case DELETE_RANGE -> new TxnResult.Delete(revision, keyCount, kvs);
                case TXN -> new TxnResult.Txn(revision, succeeded, results());
                default -> throw new IllegalStateException("a transaction's answer has an item of kind " + kind);
            };
        }
    }

    void onItem(final ItemsDecoder item)
    {
        final ItemKind kind = item.kind();
        final int depth = item.depth();
        if (kind == ItemKind.KV || kind == ItemKind.PREV_KV)
        {
            last.kvs.add(keyValue(item));
            return;
        }
        final Node node = new Node(kind, depth);
        node.succeeded = item.succeeded() != 0;
        node.more = item.more() != 0;
        node.revision = item.revision();
        node.keyCount = item.keyCount();
        item.skipKey();
        item.skipValue();
        while (path.get(path.size() - 1).depth >= depth)
        {
            path.remove(path.size() - 1);
        }
        path.get(path.size() - 1).children.add(node);
        path.add(node);
        last = node;
    }

    List<TxnResult.OpResult> responses()
    {
        return root.results();
    }

    private static KeyValue keyValue(final ItemsDecoder item)
    {
        final byte[] key = new byte[item.keyLength()];
        item.getKey(key, 0, key.length);
        final byte[] value = new byte[item.valueLength()];
        item.getValue(value, 0, value.length);
        return new KeyValue(key, value, item.createRevision(), item.modRevision(), item.version(), item.lease());
    }
}
