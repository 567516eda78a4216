package io.tourbillon.transport.client.async.recipe;

/** What a software transaction promises; the stronger, the more conflicts. */
public enum Isolation
{
    /** All reads are of one revision, and neither what was read nor what is written was changed since. The default. */
    SERIALIZABLE_SNAPSHOT,
    /** All reads are of one revision, and what was read was not changed since. Writes of keys that were not read may overwrite others'. */
    SERIALIZABLE,
    /** What was read was not changed since, but the reads may be of several revisions until it commits. */
    REPEATABLE_READS,
    /** Reads see what is committed, nothing more: two transactions that read and then write may lose one another's writes. */
    READ_COMMITTED
}
