package io.tourbillon.bptree;

import java.util.Arrays;

/**
 * Frames that nobody but a pinned reader may still look at, oldest first; each with the epoch that all readers must have reached before
 * it can be used again, and with the number of its page if that becomes free with it. As many as the pool has frames, at most. Writer's.
 */
final class RetiredPages
{
    private long[] frames = new long[256];
    private long[] epochs = new long[256];
    private int[] numbers = new int[256];
    private int head;
    private int count;

    /** Epochs must not fall. */
    void add(final long frame, final int number, final long epoch)
    {
        if (count == frames.length)
        {
            grow();
        }
        final int at = head + count & frames.length - 1;
        frames[at] = frame;
        numbers[at] = number;
        epochs[at] = epoch;
        count++;
    }

    boolean isEmpty()
    {
        return count == 0;
    }

    int count()
    {
        return count;
    }

    /** The epoch that the oldest waits for. */
    long headEpoch()
    {
        return epochs[head];
    }

    long headFrame()
    {
        return frames[head];
    }

    int headNumber()
    {
        return numbers[head];
    }

    void removeHead()
    {
        head = head + 1 & frames.length - 1;
        count--;
    }

    private void grow()
    {
        final int length = frames.length;
        final long[] oldFrames = frames;
        final long[] oldEpochs = epochs;
        final int[] oldNumbers = numbers;
        frames = Arrays.copyOf(oldFrames, length * 2);
        epochs = Arrays.copyOf(oldEpochs, length * 2);
        numbers = Arrays.copyOf(oldNumbers, length * 2);
        System.arraycopy(oldFrames, 0, frames, length, head);   // what had wrapped round follows the rest
        System.arraycopy(oldEpochs, 0, epochs, length, head);
        System.arraycopy(oldNumbers, 0, numbers, length, head);
    }
}
