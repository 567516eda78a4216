package io.tourbillon.mvcc;

/** A client whose outcomes are remembered: what of it is needed with each of its writes, in memory beside the tree. */
final class RememberedClient
{
    /** Its neighbours in the order of their last writes; the longest silent one is the first. */
    RememberedClient before;
    RememberedClient after;

    final long id;
    /** Id of the user that opened it; 0 = somebody who had not logged in. */
    final long ownerId;
    /** Raft index of the entry that wrote one of its records last. */
    long lastIndex;
    /** First of its records that there is, by the number it would have if all were there. */
    long lowestGroup;
    long highestSequence;
    int recordCount;

    RememberedClient(final long id, final long ownerId)
    {
        this.id = id;
        this.ownerId = ownerId;
    }
}
