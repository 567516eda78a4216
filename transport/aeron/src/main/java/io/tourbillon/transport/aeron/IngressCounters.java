package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.PaddedLong;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** What the server end counted since start. The sequencer writes, any thread reads with {@link PaddedLong#getAcquire()}. */
public final class IngressCounters
{
    /** Messages taken. */
    public final PaddedLong messages = new PaddedLong();
    /** Requests by {@link RequestKind#ordinal()}, those that are then refused too: see {@link #requests(RequestKind)}. */
    private final PaddedLong[] requests = new PaddedLong[RequestKind.values().length];
    /** Messages that are not what their template says, or too short to have one. */
    public final PaddedLong malformed = new PaddedLong();
    /** Messages of a template that is not known, or not for a node. */
    public final PaddedLong unknownTemplates = new PaddedLong();
    /** Messages of another schema or version. */
    public final PaddedLong wrongVersions = new PaddedLong();
    /** Aeron fragments: our clients cut messages into chunks. */
    public final PaddedLong fragments = new PaddedLong();
    /** Requests answered with an error before they went anywhere. */
    public final PaddedLong refused = new PaddedLong();
    /** Messages on the peers' address that were not whole, not of this cluster or not from one of its members. */
    public final PaddedLong peerMessagesUnsound = new PaddedLong();
    /** Frames in a member's name whose MAC is wrong: another key, a changed byte, or keys from before a reconnection. */
    public final PaddedLong peerMacsWrong = new PaddedLong();
    /** Frames and answers in a member's name that came before, or after later ones. */
    public final PaddedLong peerReplays = new PaddedLong();
    /** Frames in a member's name before it was proven who it is. */
    public final PaddedLong peerBeforeHandshake = new PaddedLong();
    /** Connections open now. */
    public final PaddedLong connections = new PaddedLong();
    /** Sessions open now. */
    public final PaddedLong sessions = new PaddedLong();
    /** Users who have logged in. */
    public final PaddedLong logins = new PaddedLong();
    /** Proofs that were wrong, or of nobody's password: guesses, or a client with an old password. */
    public final PaddedLong loginsFailed = new PaddedLong();
    /** Logins not begun because there were as many under way as there may be, or not ended in their time. */
    public final PaddedLong loginsGivenUp = new PaddedLong();
    /** Connections refused because there were as many as there may be. */
    public final PaddedLong connectionsRefused = new PaddedLong();
    /** Connections refused because their clients did not prove that they know the key. */
    public final PaddedLong keysWrong = new PaddedLong();
    /** Connections that were silent for too long. */
    public final PaddedLong timeouts = new PaddedLong();
    /** Requests dropped because their pieces did not come. */
    public final PaddedLong chunkTimeouts = new PaddedLong();
    /** Sessions closed because their client did not take its answers. */
    public final PaddedLong overruns = new PaddedLong();
    /** Exceptions of the media driver or the Aeron client that did not end the node: any of their threads counts. */
    public final AtomicLong transportErrors = new AtomicLong();

    IngressCounters()
    {
        Arrays.setAll(requests, (kind) -> new PaddedLong());
    }

    /** Sequencer. */
    void countRequest(final RequestKind kind)
    {
        requests[kind.ordinal()].addRelease(1);
    }

    /**
     * @param kind of request.
     * @return how many came since start. Any thread.
     */
    public long requests(final RequestKind kind)
    {
        return requests[kind.ordinal()].getAcquire();
    }
}
