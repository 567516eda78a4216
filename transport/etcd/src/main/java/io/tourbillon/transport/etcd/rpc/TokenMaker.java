package io.tourbillon.transport.etcd.rpc;

/** Makes tokens that a front itself judges. Link's thread. */
@FunctionalInterface
public interface TokenMaker
{
    /**
     * @param userName     who has logged in.
     * @param authRevision of users and roles.
     * @return the token.
     */
    String make(String userName, long authRevision);
}
