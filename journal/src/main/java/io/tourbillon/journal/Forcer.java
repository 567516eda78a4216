package io.tourbillon.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * The one door through which the journal asks the disk to keep its bytes: tests and fault injection put their own one in.
 */
@FunctionalInterface
public interface Forcer
{
    /**
     * The real one: {@code fdatasync}.
     */
    Forcer FDATASYNC = (channel) -> channel.force(false);

    /**
     * Blocks until the data written to the channel's file is on the disk. Called on the journal thread for batches, and on whichever
     * thread opens, rolls or prepares a segment.
     *
     * @param channel of the segment.
     * @throws IOException if the disk did not say yes. The journal has then failed for good: it is never asked again.
     */
    void force(FileChannel channel) throws IOException;
}
