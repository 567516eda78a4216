package io.tourbillon.tools.ctl.output;

/**
 * Head of an answer, as etcd's ResponseHeader.
 *
 * @param clusterId unsigned.
 * @param memberId  of the member that answered, unsigned.
 * @param revision  of the store; 0 where etcd leaves it out.
 * @param raftTerm  of the member.
 */
public record Header(long clusterId, long memberId, long revision, long raftTerm)
{
    /**
     * The head of an answer inside a transaction's: the revision alone.
     *
     * @param revision of the store.
     * @return the header.
     */
    public static Header ofRevision(final long revision)
    {
        return new Header(0, 0, revision, 0);
    }
}
