package io.tourbillon.consensus.pipeline;

/**
 * What a slot of the ring carries to the journal.
 */
enum SlotKind
{
    /** An entry frame. The only kind that apply looks at. */
    ENTRY,
    /** A changed term or vote. */
    HARD_STATE,
    /** The entries from an index on are void. */
    TRUNCATE,
    /** An entry frame in the place of one that the disk has lost. */
    REPAIR,
    /** Another member's state takes the place of the log; what came before is void. */
    INSTALL,
    /** Another member's state takes the place of the log up to an entry; what is behind that stays. */
    INSTALL_PREFIX
}
