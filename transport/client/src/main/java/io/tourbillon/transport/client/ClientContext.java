package io.tourbillon.transport.client;

import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.Doorbell;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

import java.nio.file.Path;

/** Settings of a {@link TourbillonClient}; read at launch, not to be changed afterwards. */
public final class ClientContext
{
    private String clientName = "tourbillon-java";
    private UserPassword user = UserPassword.NOBODY;
    private MediaKind mediaKind = MediaKind.AUTO;
    private Path embeddedDriverDirectory;
    private long requestTimeoutMs = 5_000;
    private long connectTimeoutMs = 3_000;
    private long silenceMs = Long.MAX_VALUE;
    private ConnectionKey connectionKey;
    private Doorbell doorbell;
    private long reconnectMinMs = 10;
    private long reconnectMaxMs = 1_000;
    private int requestsInFlightMax = 1_024;
    private boolean remembersWrites = true;
    private int retryBufferBytes = 16 << 20;
    private long eventCreditBytes = 16L << 20;
    private int termLength = 1 << 20;
    private int mtuLength = 8 << 10;
    private int socketBufferLength = 2 << 20;
    private int inboundMessageLengthMax = 16 << 20;
    private int inboundChunkedMax = 16;
    private int fragmentLimit = 256;
    private NanoClock nanoClock = SystemNanoClock.INSTANCE;
    private ErrorHandler errorHandler = error -> { };

    /**
     * Name told to the node.
     *
     * @param value shows up in the node's own output.
     * @return this.
     */
    public ClientContext clientName(final String value)
    {
        clientName = value;
        return this;
    }

    /** @return name told to the node. */
    public String clientName()
    {
        return clientName;
    }

    /**
     * Who sessions log in as that are opened without a user of their own.
     *
     * @param value shared by all of them.
     * @return this.
     */
    public ClientContext user(final UserPassword value)
    {
        user = value;
        return this;
    }

    /**
     * Who sessions log in as that are opened without a user of their own.
     *
     * @param name     of the user.
     * @param password copied.
     * @return this.
     */
    public ClientContext user(final String name, final char[] password)
    {
        return user(UserPassword.of(name, password));
    }

    UserPassword user()
    {
        return user;
    }

    /**
     * How nodes are reached.
     *
     * @param value AUTO unless something else is wanted.
     * @return this.
     */
    public ClientContext mediaKind(final MediaKind value)
    {
        mediaKind = value;
        return this;
    }

    /** @return how nodes are reached. */
    public MediaKind mediaKind()
    {
        return mediaKind;
    }

    /**
     * Directory of the embedded media driver, if one is needed for UDP.
     *
     * @param value null = one of its own beside the nodes', deleted on close.
     * @return this.
     */
    public ClientContext embeddedDriverDirectory(final Path value)
    {
        embeddedDriverDirectory = value;
        return this;
    }

    /** @return directory of the embedded media driver, or null. */
    public Path embeddedDriverDirectory()
    {
        return embeddedDriverDirectory;
    }

    /**
     * How long sessions wait for an answer, or for the next part of one, unless {@link ClientSession#requestTimeoutMs} says otherwise.
     *
     * @param value in ms, at least 1.
     * @return this.
     */
    public ClientContext requestTimeoutMs(final long value)
    {
        requestTimeoutMs = value;
        return this;
    }

    /** @return how long a request may take, in ms. */
    public long requestTimeoutMs()
    {
        return requestTimeoutMs;
    }

    /**
     * Whether sessions ask the cluster to remember their writes, so that those whose outcome is unknown can be sent again within their
     * time, and happen once. One more entry in the log for each session that opens for the first time.
     *
     * @param value true unless a lost write is to be reported at once.
     * @return this.
     */
    public ClientContext remembersWrites(final boolean value)
    {
        remembersWrites = value;
        return this;
    }

    /** @return whether writes are remembered. */
    public boolean remembersWrites()
    {
        return remembersWrites;
    }

    /**
     * Copies of unanswered writes that a session keeps, to send them again. It begins with 4 KiB and grows as it must; a write that finds
     * no room waits; one longer than all of it is not remembered.
     *
     * @param value in bytes, at least 4,096.
     * @return this.
     */
    public ClientContext retryBufferBytes(final int value)
    {
        retryBufferBytes = value;
        return this;
    }

    /** @return bytes of writes kept by a session at most. */
    public int retryBufferBytes()
    {
        return retryBufferBytes;
    }

    /**
     * How long one attempt to connect may take.
     *
     * @param value in ms.
     * @return this.
     */
    public ClientContext connectTimeoutMs(final long value)
    {
        connectTimeoutMs = value;
        return this;
    }

    /**
     * The secret that client and node prove to each other on each connection. With one, a node that does not prove it is left.
     *
     * @param value null = none.
     * @return this.
     */
    public ClientContext connectionKey(final ConnectionKey value)
    {
        connectionKey = value;
        return this;
    }

    /** @return the secret that client and node prove to each other; null = none. */
    public ConnectionKey connectionKey()
    {
        return connectionKey;
    }

    /**
     * The bell of a node in this process, rung when requests were sent to it by IPC.
     *
     * @param value null = none.
     * @return this.
     */
    public ClientContext doorbell(final Doorbell value)
    {
        doorbell = value;
        return this;
    }

    /** @return the bell of a node in this process; null = none. */
    public Doorbell doorbell()
    {
        return doorbell;
    }

    /**
     * After how much silence of the node a connection is given up; the node is asked for a sign of life three times in it. What the node
     * says (5 s by default) is the most. Shorter, a dead node is left sooner; a node that is held up for so long is left, too.
     *
     * @param value in ms, at least 30.
     * @return this.
     */
    public ClientContext silenceMs(final long value)
    {
        if (value < 30)
        {
            throw new IllegalArgumentException("silenceMs: " + value + " must be at least 30");
        }
        silenceMs = value;
        return this;
    }

    /** @return after how much silence of the node a connection is given up at most, in ms. */
    public long silenceMs()
    {
        return silenceMs;
    }

    /** @return how long one attempt to connect may take, in ms. */
    public long connectTimeoutMs()
    {
        return connectTimeoutMs;
    }

    /**
     * Pause between attempts: doubles from the first bound to the second, each drawn between half and the whole.
     *
     * @param minMs first pause in ms.
     * @param maxMs longest pause in ms.
     * @return this.
     */
    public ClientContext reconnectPauseMs(final long minMs, final long maxMs)
    {
        reconnectMinMs = minMs;
        reconnectMaxMs = maxMs;
        return this;
    }

    long reconnectMinMs()
    {
        return reconnectMinMs;
    }

    long reconnectMaxMs()
    {
        return reconnectMaxMs;
    }

    /**
     * Unanswered requests a session may have; the node's limit counts too. Costs about 40 bytes each, per session.
     *
     * @param value in [1, 65536].
     * @return this.
     */
    public ClientContext requestsInFlightMax(final int value)
    {
        requestsInFlightMax = value;
        return this;
    }

    /** @return unanswered requests a session may have. */
    public int requestsInFlightMax()
    {
        return requestsInFlightMax;
    }

    /**
     * Bytes of events a session lets the node send ahead; given back as they are delivered.
     *
     * @param value in bytes; {@link Long#MAX_VALUE} = no limit.
     * @return this.
     */
    public ClientContext eventCreditBytes(final long value)
    {
        eventCreditBytes = value;
        return this;
    }

    /** @return event credit of a session in bytes. */
    public long eventCreditBytes()
    {
        return eventCreditBytes;
    }

    /**
     * Term length of the request stream; it takes three of them in the driver's directory, and half of one may be under way.
     *
     * @param value in bytes, a power of two from 64 KiB.
     * @return this.
     */
    public ClientContext termLength(final int value)
    {
        termLength = value;
        return this;
    }

    /** @return term length of the request stream in bytes. */
    public int termLength()
    {
        return termLength;
    }

    /**
     * Longest packet; a longer message travels in chunks.
     *
     * @param value in bytes, a multiple of 32 up to an eighth of the term.
     * @return this.
     */
    public ClientContext mtuLength(final int value)
    {
        mtuLength = value;
        return this;
    }

    /** @return longest packet in bytes. */
    public int mtuLength()
    {
        return mtuLength;
    }

    /**
     * Socket buffers and receiver window wanted on UDP; cut to what the system allows.
     *
     * @param value in bytes.
     * @return this.
     */
    public ClientContext socketBufferLength(final int value)
    {
        socketBufferLength = value;
        return this;
    }

    /** @return socket buffers wanted in bytes. */
    public int socketBufferLength()
    {
        return socketBufferLength;
    }

    /**
     * Bounds of what is put together from chunks, for each connection; beyond them a message is dropped and counted, and its request times
     * out.
     *
     * @param lengthMax of one message in bytes.
     * @param countMax  messages being put together at a time.
     * @return this.
     */
    public ClientContext inboundChunks(final int lengthMax, final int countMax)
    {
        inboundMessageLengthMax = lengthMax;
        inboundChunkedMax = countMax;
        return this;
    }

    int inboundMessageLengthMax()
    {
        return inboundMessageLengthMax;
    }

    int inboundChunkedMax()
    {
        return inboundChunkedMax;
    }

    /**
     * Messages taken from a connection in one poll.
     *
     * @param value at least 1.
     * @return this.
     */
    public ClientContext fragmentLimit(final int value)
    {
        fragmentLimit = value;
        return this;
    }

    int fragmentLimit()
    {
        return fragmentLimit;
    }

    /**
     * Clock for time-outs.
     *
     * @param value never goes back.
     * @return this.
     */
    public ClientContext nanoClock(final NanoClock value)
    {
        nanoClock = value;
        return this;
    }

    /** @return clock for time-outs. */
    public NanoClock nanoClock()
    {
        return nanoClock;
    }

    /**
     * Hears of errors that end a connection attempt or come from Aeron or a listener; the client goes on by itself.
     *
     * @param value called on the thread that polls.
     * @return this.
     */
    public ClientContext errorHandler(final ErrorHandler value)
    {
        errorHandler = value;
        return this;
    }

    /** @return the handler of errors. */
    public ErrorHandler errorHandler()
    {
        return errorHandler;
    }
}
