package io.tourbillon.transport.aeron;

import io.aeron.Image;
import io.aeron.Publication;
import io.tourbillon.consensus.pipeline.PaddedLong;
import org.agrona.ExpandableRingBuffer;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayList;

/**
 * One client: the image of its requests, the publication of our answers, its sessions. Sequencer, but for the publication, on which apply
 * sends too, and {@link #nextChunkedId()} and {@link #onAnswered}, which are apply's.
 */
final class Connection
{
    /** Answers of the sequencer itself that may wait; who does not take so many handshakes and errors does not read at all. */
    static final int QUEUE_LENGTH_MAX = 256 * 1024;

    enum State
    {
        /** The answering stream is being made and waits for its reader. */
        OPENING,
        /** Nothing but Connect and the answer to a challenge is taken. */
        LISTENING,
        /** Serves. */
        CONNECTED,
        /** Is over. */
        CLOSED;

        boolean canMoveTo(final State next)
        {
            return next.ordinal() > ordinal();
        }
    }

    private final long id;
    private final Image image;
    private final long registrationId;
    private final boolean isRefused;
    private final Long2ObjectHashMap<Session> sessions = new Long2ObjectHashMap<>();
    private final ChunkAssembler chunks;
    private final ArrayList<Logins.Pending> logins = new ArrayList<>(0);
    private ExpandableRingBuffer queue;
    private Publication publication;
    /** Null = it is no client of this process. */
    private NearClients nearClients;
    private boolean isNear;
    private State state = State.OPENING;
    private byte[] challenge;
    private int loginFailureCount;
    private long lastHeardNs;
    private boolean hasFailed;
    private long chunkedId;
    private long admittedCount;                                  // sequencer
    private final PaddedLong answeredCount = new PaddedLong();   // apply; sequencer reads
    private long answeredSeen;
    private long lastAskedNs;
    private long lastPolledNs;
    private long driverRunSeen;
    private long requestMark;
    private long answerMark;

    Connection(
        final long id,
        final Image image,
        final long registrationId,
        final boolean isRefused,
        final ChunkAssembler chunks,
        final long nowNs)
    {
        this.id = id;
        this.image = image;
        this.registrationId = registrationId;
        this.isRefused = isRefused;
        this.chunks = chunks;
        this.lastHeardNs = nowNs;
        this.lastAskedNs = nowNs - FairShare.ASKING_NS;
        this.lastPolledNs = nowNs;
    }

    long id()
    {
        return id;
    }

    Image image()
    {
        return image;
    }

    /** Of the publication that was asked for. */
    long registrationId()
    {
        return registrationId;
    }

    /** One too many: it may only hear that. */
    boolean isRefused()
    {
        return isRefused;
    }

    Long2ObjectHashMap<Session> sessions()
    {
        return sessions;
    }

    /** Those under way, bounded by {@link Logins}. */
    ArrayList<Logins.Pending> logins()
    {
        return logins;
    }

    ChunkAssembler chunks()
    {
        return chunks;
    }

    Publication publication()
    {
        return publication;
    }

    void publication(final Publication value)
    {
        publication = value;
    }

    State state()
    {
        return state;
    }

    void state(final State next)
    {
        assert state.canMoveTo(next) : state + " -> " + next;
        state = next;
        isNear = next == State.CONNECTED && nearClients != null && nearClients.isOpen(image.sessionId());
    }

    /** It may be one of these: whether it is shows when it connects. */
    void nearClients(final NearClients value)
    {
        nearClients = value;
    }

    /** Whether its client rings when it has asked, and is to be told of answers. Both threads. */
    boolean isNear()
    {
        return isNear;
    }

    /** A near client was answered. Both threads. */
    void tellNear()
    {
        nearClients.onAnswered();
    }

    long lastHeardNs()
    {
        return lastHeardNs;
    }

    void lastHeardNs(final long nowNs)
    {
        lastHeardNs = nowNs;
    }

    /** Requests of all its sessions that were handed on and not answered yet. May be late, so never too low. */
    long inFlightCount()
    {
        if (admittedCount != answeredSeen)
        {
            answeredSeen = answeredCount.getAcquire();
        }
        return admittedCount - answeredSeen;
    }

    void onAdmitted()
    {
        admittedCount++;
    }

    /** It was handed on, but to no avail, and answered here. */
    void onRejected()
    {
        admittedCount--;
    }

    /** Apply: so many were answered, or will not be, as their session is over. */
    void onAnswered(final long count)
    {
        answeredCount.addRelease(count); // pairs with getAcquire in inFlightCount
    }

    /** Whether something was handed on for it of late. */
    boolean isAsking(final long nowNs)
    {
        return nowNs - lastAskedNs < FairShare.ASKING_NS;
    }

    long lastPolledNs()
    {
        return lastPolledNs;
    }

    /**
     * Its stream was looked at.
     *
     * @param nowNs          time.
     * @param admittedBefore {@link #admittedCount()} before.
     */
    void onPolled(final long nowNs, final long admittedBefore)
    {
        lastPolledNs = nowNs;
        lastAskedNs = admittedCount != admittedBefore ? nowNs : lastAskedNs;
    }

    /** Number of the driver's run that {@link #markPositions} was last called after. */
    long driverRunSeen()
    {
        return driverRunSeen;
    }

    /** Remembers where both streams are. */
    void markPositions(final long driverRun)
    {
        driverRunSeen = driverRun;
        requestMark = image.position();
        answerMark = publication.position();
    }

    /** Whether one of the streams has gone on by such a share of its term since the mark, as a power of two. */
    boolean hasPassed(final int termShareShift)
    {
        return image.position() - requestMark >= image.termBufferLength() >> termShareShift ||
            publication.position() - answerMark >= publication.termBufferLength() >> termShareShift;
    }

    long admittedCount()
    {
        return admittedCount;
    }

    /** The nonce that it is to prove something about; null = it was given none, or has answered. */
    byte[] challenge()
    {
        return challenge;
    }

    void challenge(final byte[] nonce)
    {
        challenge = nonce;
    }

    /** Wrong proofs that came by it. */
    int loginFailureCount()
    {
        return loginFailureCount;
    }

    void onLoginFailed()
    {
        loginFailureCount++;
    }

    /** Asks for the end of the connection, at the end of the duty cycle. */
    void fail()
    {
        hasFailed = true;
    }

    boolean hasFailed()
    {
        return hasFailed;
    }

    boolean hasQueue()
    {
        return queue != null && !queue.isEmpty();
    }

    ExpandableRingBuffer queue()
    {
        if (queue == null)
        {
            queue = new ExpandableRingBuffer(0, QUEUE_LENGTH_MAX, true);
        }
        return queue;
    }

    /** Apply: number of the next message that goes in pieces. The sequencer's own messages always fit. */
    long nextChunkedId()
    {
        return ++chunkedId;
    }
}
