package io.tourbillon.tools.ctl;

/** Takes the parts of a snapshot, in order. */
@FunctionalInterface
public interface SnapshotSink
{
    /**
     * @param blob   some bytes, perhaps none.
     * @param isLast true if they are the SHA-256 of the others.
     * @throws java.io.UncheckedIOException if they cannot be kept, which ends the command.
     */
    void onPart(byte[] blob, boolean isLast);
}
