package io.tourbillon.consensus.pipeline;

import org.agrona.MutableDirectBuffer;

/** Where {@link PeerSender} has the entries from. Sequencer's thread only. */
interface FrameSource
{
    /**
     * Copies frames one after the other: the first whatever its length, as long as it fits, the rest up to the batch length.
     *
     * @return bytes copied, 0 if the first entry is not there any more or was lost on the disk; {@link #copiedIndex()} is the last one's
     *     index then.
     */
    int copy(long firstIndex, long lastIndex, MutableDirectBuffer target, int targetOffset, int batchLength);

    /** Of the last entry copied. */
    long copiedIndex();
}
