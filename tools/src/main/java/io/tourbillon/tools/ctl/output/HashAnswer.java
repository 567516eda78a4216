package io.tourbillon.tools.ctl.output;

/**
 * A member's hash of its key-values.
 *
 * @param endpoint        asked.
 * @param header          of the answer.
 * @param hash            of 32 bits.
 * @param compactRevision below which nothing was looked at that compaction drops; -1 = nothing is compacted.
 * @param hashRevision    up to which changes were looked at.
 */
public record HashAnswer(String endpoint, Header header, long hash, long compactRevision, long hashRevision)
{
}
