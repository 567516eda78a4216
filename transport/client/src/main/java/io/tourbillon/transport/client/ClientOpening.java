package io.tourbillon.transport.client;

import io.tourbillon.codecs.Action;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpenClientEncoder;

import java.util.concurrent.TimeUnit;

/**
 * Asks the cluster to remember a session's writes: when the session is opened for the first time, before it is handed over; again, from
 * time to time, if that came to nothing or the client was forgotten. Meanwhile writes go without being remembered.
 */
final class ClientOpening
{
    /** Requests with correlation ids up to here are these; those of watches are above, those of other requests above 0. */
    private static final long ID_MAX = -(1L << 62);
    private static final long PATIENCE_MS = 1_000;
    private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);

    private final ClientConnection connection;
    private final WriteRetries retries;
    private boolean isWanted;
    private long askedId = ID_MAX + 1;
    private boolean isAsked;
    private boolean isHopeless;
    private boolean hasFailed;
    private long nextStepNs;

    ClientOpening(final ClientConnection connection, final WriteRetries retries)
    {
        this.connection = connection;
        this.retries = retries;
        isWanted = connection.context().remembersWrites();
    }

    /** There is nothing to remember: also for a session that has asked already. */
    void disclaim()
    {
        isWanted = false;
    }

    static boolean isOwn(final long correlationId)
    {
        return correlationId <= ID_MAX;
    }

    /** Another session of a node begins. */
    void begin(final long nowNs)
    {
        isAsked = false;
        isHopeless = false;
        hasFailed = false;
        nextStepNs = nowNs;
    }

    /** The session need not wait: the client is open, or is not for now. */
    boolean isSettled()
    {
        return !isMissing() || hasFailed;
    }

    /** Whether {@link #poll} has something to do, now or later. */
    boolean isMissing()
    {
        return isWanted && !isHopeless && retries.clientId() == WriteRetries.NOBODY;
    }

    int poll(final long nowNs, final long nodeSessionId)
    {
        if (!isMissing() || nextStepNs - nowNs > 0)
        {
            return 0;
        }
        if (isAsked)
        {
            onFailed(nowNs);
            return 1;
        }
        final Outbound out = connection.outbound();
        if (out.claim(MessageHeaderEncoder.ENCODED_LENGTH + OpenClientEncoder.BLOCK_LENGTH) != Outbound.OK)
        {
            return 0;
        }
        final Encoders encoders = connection.encoders();
        final OpenClientEncoder open = encoders.openClient.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        Encoders.head(open.request(), nodeSessionId, --askedId);
        open.request().timeoutMs(PATIENCE_MS);
        out.commit();
        isAsked = true;
        nextStepNs = nowNs + PATIENCE_NS;
        return 1;
    }

    void onOpened(final long correlationId, final long clientId, final long outcomesMax)
    {
        if (isAsked && correlationId == askedId)
        {
            isAsked = false;
            retries.onOpened(clientId, outcomesMax);
        }
        else
        {
            connection.counters().late++; // nobody uses that one: the cluster forgets it in time
        }
    }

    void onRefused(final long correlationId, final ErrorCode code, final long nowNs)
    {
        if (isAsked && correlationId == askedId)
        {
            isHopeless = code != null && (code.action() == Action.FIX_REQUEST || code == ErrorCode.NOT_FOR_LEARNER);
            onFailed(nowNs);
        }
    }

    /** The client is remembered no more. */
    void onForgotten(final long nowNs)
    {
        retries.onForgotten();
        if (!isAsked)
        {
            nextStepNs = nowNs;
        }
    }

    private void onFailed(final long nowNs)
    {
        isAsked = false;
        hasFailed = true;
        nextStepNs = nowNs + PATIENCE_NS;
    }
}
