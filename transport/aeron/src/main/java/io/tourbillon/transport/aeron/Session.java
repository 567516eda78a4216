package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.PaddedLong;
import org.agrona.ExpandableRingBuffer;

/**
 * One session of a connection, shared by two threads: each field has one writer, and what the other reads is padded and ordered.
 */
final class Session
{
    /** A part of a long read is offered again within milliseconds; after such a share of the limit it is another one, or we slept. */
    private static final int STALL_GAP_SHARE = 4;

    private final long id;
    private final long credential;
    private boolean isOwn;                                       // sequencer
    private boolean hasProvenPassword;                           // sequencer
    private final Connection connection;
    private final long creditWindow;                             // bytes of events that the client has room for when it has read all

    // Sequencer.
    private long admittedCount;
    private long chunkBytes;
    private final PaddedLong credit = new PaddedLong();          // bytes of events granted so far; apply reads
    private volatile boolean isClosed;                           // apply reads

    // Apply.
    private final PaddedLong answeredCount = new PaddedLong();   // sequencer reads
    private volatile boolean isOverrun;                          // sequencer reads
    private long creditUsed;
    private boolean isStalled;                                   // the last part of a long read found no room
    private long stalledSinceNs;
    private long stallSeenNs;
    private boolean isSlow;
    private long slowSinceNs;
    private int index;                                           // among the open ones
    private ExpandableRingBuffer replies;                        // null until one had to wait
    private int headSentLength;                                  // of the reply at the head of the queue, if it goes in pieces
    private long headChunkedId;

    Session(final long id, final Connection connection, final long credit, final long credential)
    {
        this.id = id;
        this.credential = credential;
        this.connection = connection;
        this.creditWindow = Math.max(0, credit);
        this.credit.setRelease(Math.max(0, credit));
    }

    long id()
    {
        return id;
    }

    /** Of the user who has logged in: see {@code EntryFrame.credential}; 0 = nobody. Any thread. */
    long credential()
    {
        return credential;
    }

    /** Sequencer, when it is opened: of the node itself, see {@link Logins#credentialOf}. */
    void own()
    {
        isOwn = true;
    }

    boolean isOwn()
    {
        return isOwn;
    }

    /** Sequencer, when it is opened: its user has shown that it knows the password. */
    void provePassword()
    {
        hasProvenPassword = true;
    }

    boolean hasProvenPassword()
    {
        return hasProvenPassword;
    }

    Connection connection()
    {
        return connection;
    }

    /** Requests handed on and not answered yet. Sequencer; may be late, so never too low. */
    long inFlightCount()
    {
        return admittedCount - answeredCount.getAcquire();
    }

    void onAdmitted()
    {
        admittedCount++;
        connection.onAdmitted();
    }

    /** Sequencer: it was handed on, but to no avail, and answered here. */
    void onRejected()
    {
        admittedCount--;
        connection.onRejected();
    }

    void onAnswered()
    {
        answeredCount.addRelease(1); // pairs with getAcquire in inFlightCount
        connection.onAnswered(1);
    }

    /** Apply, once it is closed and nothing more is answered: what is left does not count for the connection any more. */
    void settle()
    {
        assert isClosed : "the sequencer may still hand on";
        final long left = admittedCount - answeredCount.getPlain();
        answeredCount.addRelease(left);
        connection.onAnswered(left);
    }

    long chunkBytes()
    {
        return chunkBytes;
    }

    void addChunkBytes(final long delta)
    {
        chunkBytes += delta;
        assert chunkBytes >= 0 : chunkBytes;
    }

    /** Sequencer. A sum beyond the largest number means no limit. */
    void addCredit(final long bytes)
    {
        final long sum = credit.getPlain() + Math.max(0, bytes);
        credit.setRelease(sum < 0 ? Long.MAX_VALUE : sum);
    }

    /** Apply. An event that is longer than all the room there ever is passes when the client has read everything before it. */
    boolean hasCredit(final int length)
    {
        final long left = credit.getAcquire() - creditUsed;
        return left >= length || creditWindow > 0 && left >= creditWindow;
    }

    /** Apply. */
    void useCredit(final int length)
    {
        if (credit.getAcquire() != Long.MAX_VALUE)
        {
            creditUsed += length;
        }
    }

    /** Apply: a part of a long read found no room; true if none did for so long. */
    boolean isStalledFor(final long limitNs, final long nowNs)
    {
        if (!isStalled || nowNs - stallSeenNs > limitNs / STALL_GAP_SHARE)
        {
            isStalled = true;
            stalledSinceNs = nowNs;
        }
        stallSeenNs = nowNs;
        return nowNs - stalledSinceNs > limitNs;
    }

    /** Apply: a part of a long read went. */
    void stallEnded()
    {
        isStalled = false;
    }

    /** Apply: it is behind, since when. */
    long slowSince(final long nowNs)
    {
        slowSinceNs = isSlow ? slowSinceNs : nowNs;
        isSlow = true;
        return slowSinceNs;
    }

    /** Apply: it is not behind. */
    void slowEnded()
    {
        isSlow = false;
    }

    int index()
    {
        return index;
    }

    /** Apply. */
    void index(final int value)
    {
        index = value;
    }

    boolean isClosed()
    {
        return isClosed;
    }

    /** Sequencer, before the session is handed to apply once more. */
    void close()
    {
        isClosed = true;
    }

    boolean isOverrun()
    {
        return isOverrun;
    }

    /** Apply: answers were dropped; the sequencer says so and closes. */
    void overrun()
    {
        isOverrun = true;
    }

    boolean hasReplies()
    {
        return replies != null && !replies.isEmpty();
    }

    /** Apply; the queue of replies that wait, made when first needed. */
    ExpandableRingBuffer replies(final int maxLength)
    {
        if (replies == null)
        {
            replies = new ExpandableRingBuffer(0, maxLength, true);
        }
        return replies;
    }

    /** Apply: bytes of replies that wait. */
    int replyBytes()
    {
        return replies == null ? 0 : replies.size();
    }

    /** Apply: bytes that the queue takes. */
    int replyCapacity()
    {
        return replies == null ? 0 : replies.capacity();
    }

    /** Apply: lets the memory of the queue go. */
    void dropReplies()
    {
        replies = null;
        headSentLength = 0;
    }

    int headSentLength()
    {
        return headSentLength;
    }

    void headSentLength(final int length)
    {
        headSentLength = length;
    }

    long headChunkedId()
    {
        return headChunkedId;
    }

    void headChunkedId(final long chunkedId)
    {
        headChunkedId = chunkedId;
    }
}
