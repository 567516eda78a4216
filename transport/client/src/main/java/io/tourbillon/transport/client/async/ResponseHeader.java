package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.ReplyHeaderDecoder;

/**
 * etcd's response header.
 *
 * @param clusterId that answered.
 * @param memberId  that answered.
 * @param revision  of the store when the request was applied.
 * @param raftTerm  of the member.
 */
public record ResponseHeader(long clusterId, long memberId, long revision, long raftTerm)
{
    static ResponseHeader of(final ReplyHeaderDecoder header)
    {
        return new ResponseHeader(header.clusterId(), header.memberId(), header.revision(), header.raftTerm());
    }
}
