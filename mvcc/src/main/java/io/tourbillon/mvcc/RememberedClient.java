package io.tourbillon.mvcc;

/** A client whose outcomes are remembered: what of it is needed with each of its writes, in memory beside the tree. */
final class RememberedClient
{
    /** Its neighbours in the order of their last writes; the longest silent one is the first. */
    RememberedClient before;
    RememberedClient after;
    /** Its neighbours among those of its owner: see there. */
    RememberedClient beforeOfOwner;
    RememberedClient afterOfOwner;

    final long id;
    /** The user that opened it. */
    final RememberedOwner owner;
    /** Raft index of the entry that wrote one of its records last. */
    long lastIndex;
    /** First of its records that there is, by the number it would have if all were there. */
    long lowestGroup;
    long highestSequence;
    int recordCount;

    RememberedClient(final long id, final RememberedOwner owner)
    {
        this.id = id;
        this.owner = owner;
    }
}
