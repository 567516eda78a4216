package io.tourbillon.transport.etcd.rpc;

import io.tourbillon.transport.etcd.node.NodeLink;

/**
 * What locks and elections are made of.
 *
 * @param link    to the node.
 * @param kv      reads and writes.
 * @param watches what is waited for.
 */
record Recipes(NodeLink link, NodeKv kv, KeyWatches watches)
{
    Recipes(final NodeLink link)
    {
        this(link, new NodeKv(link), new KeyWatches(link));
    }
}
