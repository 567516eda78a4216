package io.tourbillon.mvcc;

/** Parts that are a list of key-values. */
abstract class KvParts extends Parts
{
    KvParts(final ReplyHead head, final PartSender sender)
    {
        super(head, sender);
    }

    /** Sends the last part, with what is known of the whole; false if it must be tried again. */
    abstract boolean finish(long keyCount, boolean hasMore);
}
