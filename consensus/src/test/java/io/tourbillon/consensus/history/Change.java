package io.tourbillon.consensus.history;

/**
 * One change of one key.
 *
 * @param revision         that it made; changes of one revision have an order among themselves.
 * @param key              that changed.
 * @param value            that it has now; null = it was deleted.
 * @param createRevision   of the key's first put since it was last deleted; 0 of a deletion.
 * @param version          puts since then; 0 of a deletion.
 * @param previous         value before; null = there was none, or it is not told.
 * @param previousRevision of that value; 0 if there was none, or it is not told.
 */
public record Change(
    long revision, String key, String value, long createRevision, long version, String previous, long previousRevision)
{
    boolean isPut()
    {
        return value != null;
    }

    /** The same change, whatever is told of what was before. */
    boolean isSameAs(final Change other)
    {
        return equals(new Change(
            other.revision, other.key, other.value, other.createRevision, other.version, previous, previousRevision));
    }
}
