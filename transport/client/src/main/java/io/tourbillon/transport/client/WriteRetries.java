package io.tourbillon.transport.client;

import io.tourbillon.codecs.Action;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The writes of a session that the cluster remembers: sent again with the same number while their outcome is unknown and their time is not
 * over, so that they happen once. Does not allocate, but for growth.
 */
final class WriteRetries
{
    /** No client is open: writes are not remembered. */
    static final long NOBODY = 0;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int SPAN_MAX = 1 << 16;

    private final ClientSession session;
    private final ClientConnection connection;
    private final InFlight inFlight;
    private final int ringLengthMax;
    private final SlotList waiting = new SlotList();
    private final SplittableRandom random = new SplittableRandom();
    private WriteRing ring;
    private long clientId = NOBODY;
    private long clusterId;
    private long notBeforeNs;
    private boolean isPaused;

    WriteRetries(final ClientSession session, final ClientConnection connection, final InFlight inFlight)
    {
        this.session = session;
        this.connection = connection;
        this.inFlight = inFlight;
        ringLengthMax = connection.context().retryBufferBytes();
    }

    long clientId()
    {
        return clientId;
    }

    /** That the session was opened in last; 0 = none yet. */
    long clusterId()
    {
        return clusterId;
    }

    /** The cluster remembers this client from now on. */
    void onOpened(final long newClientId, final long outcomesMax)
    {
        clientId = newClientId;
        final int span = (int)Math.min(SPAN_MAX, Long.highestOneBit(outcomesMax));
        if (ring == null && span > 0)
        {
            ring = new WriteRing(span, ringLengthMax);
        }
    }

    /** Whether a write was sent as one of the client that is open now. */
    boolean isOfClient(final int slot)
    {
        final long sequence = inFlight.sequence(slot);
        return sequence != 0 && ring != null && ring.holds(sequence) &&
            ring.buffer().getInt(ring.offset(sequence) + Protocol.CLIENT_ID_OFFSET, LITTLE_ENDIAN) == (int)clientId;
    }

    /** The cluster has forgotten this client. */
    void onForgotten()
    {
        clientId = NOBODY;
    }

    /** Another cluster than before knows nothing of what was sent. True if it is one. */
    boolean isOtherCluster(final long id)
    {
        final boolean isOther = clusterId != 0 && clusterId != id;
        clusterId = id;
        return isOther;
    }

    /** Whether the next write so long is to be remembered: longer ones than can be kept are not. */
    boolean remembers(final int length)
    {
        return clientId != NOBODY && ring != null && ring.canEverHold(length);
    }

    /** Before a write is claimed: 0, or why it must wait. */
    long admit(final int length)
    {
        if (!waiting.isEmpty())
        {
            return ClientResult.BACK_PRESSURED; // what came before it goes before it
        }
        if (!remembers(length))
        {
            return Outbound.OK;
        }
        final boolean hasRoom = ring.reserve(inFlight.nextSequence(), length);
        return hasRoom ? Outbound.OK : ClientResult.TOO_MANY_IN_FLIGHT;
    }

    /** Keeps a copy of a write that is about to leave. */
    void keep(final int slot, final DirectBuffer buffer, final int offset, final int length)
    {
        ring.put(inFlight.sequence(slot), buffer, offset, length);
    }

    /** It is answered, or given up. */
    void onEnded(final int slot)
    {
        if (inFlight.sequence(slot) != 0 && ring != null)
        {
            ring.remove(inFlight.sequence(slot));
            if (waiting.contains(slot))
            {
                waiting.remove(slot);
            }
        }
    }

    /** Whether it can be sent again: a copy is kept, and nothing of an answer was told yet. */
    boolean isKept(final int slot)
    {
        final long sequence = inFlight.sequence(slot);
        return sequence != 0 && ring != null && ring.holds(sequence) && !inFlight.hasBegun(slot);
    }

    /** The connection is lost: whatever is kept is to be sent again, in the order in which it was made. */
    void onLost()
    {
        waiting.clear();
        isPaused = false;
        for (int slot = inFlight.firstWrite(); slot != SlotList.NONE; slot = inFlight.nextWrite(slot))
        {
            if (isKept(slot))
            {
                inFlight.mayHaveHappened(slot);
                waiting.insertAfter(waiting.tail(), slot);
            }
        }
    }

    /** Whether what the node says of a write leaves its outcome open, so that it is sent again; it will be, then. */
    boolean isToBeRetried(final int slot, final ErrorCode code, final long nowNs)
    {
        if (code == null || !isKept(slot) || !isOpen(code, inFlight.attempt(slot) > 0))
        {
            return false;
        }
        if (code == ErrorCode.TIMEOUT)
        {
            inFlight.mayHaveHappened(slot);
        }
        if (!waiting.contains(slot))
        {
            waiting.insertAfter(waiting.tail(), slot);
        }
        isPaused = true;
        notBeforeNs = nowNs + PAUSE_NS / 2 + random.nextLong(PAUSE_NS);
        connection.attend();
        return true;
    }

    /** A refusal of what was sent again says nothing of what was sent before. */
    private static boolean isOpen(final ErrorCode code, final boolean isAgain)
    {
        return switch (code)
        {
            case TIMEOUT, LEADER_CHANGED, CONNECTION_LOST -> true;
            case NO_LEADER, TOO_MANY_REQUESTS, STOPPED, NO_SPACE, TOO_MANY_IN_FLIGHT, NOT_FOR_LEARNER -> isAgain;
            default -> false;
        };
    }

    /**
     * Whether a write that was refused because its session's user has another password now is sent again, with its number, once the session
     * has logged in again: if it may have happened before. Otherwise nothing of it was done, and its owner is told.
     */
    boolean awaitsLogin(final int slot)
    {
        if (!isKept(slot) || !inFlight.isOpen(slot))
        {
            return false;
        }
        if (!waiting.contains(slot))
        {
            waiting.insertAfter(waiting.tail(), slot);
        }
        return true;
    }

    /** Whether nobody knows what became of a write that is refused: the node has forgotten it, or not looked whether it was done before. */
    boolean isUnknown(final int slot, final ErrorCode code)
    {
        if (code == null || inFlight.sequence(slot) == 0)
        {
            return false;
        }
        return switch (code)
        {
            case CLIENT_FORGOTTEN, INVALID_AUTH_TOKEN, USER_EMPTY, TOO_MANY_OPS, REQUEST_TOO_LARGE -> inFlight.isOpen(slot);
            default -> code.action() == Action.UNKNOWN_OUTCOME;
        };
    }

    boolean isEmpty()
    {
        return waiting.isEmpty();
    }

    /** How many wait to be sent again. */
    int waitingCount()
    {
        return waiting.size();
    }

    /** Sends again what is due, as far as there is room: count. */
    int poll(final long nowNs)
    {
        if (waiting.isEmpty() || isPaused && notBeforeNs - nowNs > 0)
        {
            return 0;
        }
        isPaused = false;
        int sentCount = 0;
        for (int slot = waiting.head(); slot != SlotList.NONE && send(slot, nowNs); slot = waiting.head())
        {
            waiting.remove(slot);
            sentCount++;
        }
        return sentCount;
    }

    private boolean send(final int slot, final long nowNs)
    {
        final long sequence = inFlight.sequence(slot);
        final int length = ring.length(sequence);
        final Outbound out = connection.outbound();
        if (out.claim(length) != Outbound.OK)
        {
            return false;
        }
        inFlight.onAgain(slot);
        connection.counters().retries++;
        final UnsafeBuffer source = ring.buffer();
        final MutableDirectBuffer target = out.buffer();
        final int offset = out.offset();
        final long leftMs = TimeUnit.NANOSECONDS.toMillis(inFlight.deadlineNs(slot) - nowNs);
        target.putBytes(offset, source, ring.offset(sequence), length);
        target.putLong(offset + Protocol.SESSION_ID_OFFSET, session.sessionId(), LITTLE_ENDIAN);
        target.putLong(offset + Protocol.CORRELATION_ID_OFFSET, inFlight.wireId(slot), LITTLE_ENDIAN);
        target.putLong(offset + Protocol.LOWEST_UNANSWERED_OFFSET, inFlight.lowestUnanswered(), LITTLE_ENDIAN);
        target.putInt(offset + Protocol.TIMEOUT_OFFSET, (int)Math.max(1, Math.min(Integer.MAX_VALUE, leftMs)), LITTLE_ENDIAN);
        out.commit();
        return true;
    }
}
