package io.tourbillon.perf.echo;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

import java.util.concurrent.TimeUnit;

/**
 * What one echo is run with.
 *
 * @param isIpc         shared memory rather than UDP on loopback.
 * @param requestLength bytes of a request, at least 8.
 * @param replyLength   bytes of a reply, at least 8.
 * @param window        requests in flight.
 * @param warmupNs      before measuring.
 * @param durationNs    of measuring.
 * @param isBusy        both ends spin; otherwise they back off as a node does by default.
 * @param mtuLength     of a UDP datagram.
 * @param termLength    of each stream.
 * @param windowLength  receiver window and socket buffers.
 * @param port          first of two UDP ports.
 */
public record EchoConfig(
    boolean isIpc,
    int requestLength,
    int replyLength,
    int window,
    long warmupNs,
    long durationNs,
    boolean isBusy,
    int mtuLength,
    int termLength,
    int windowLength,
    int port)
{
    /** A put of a 32 B key and a 256 B value in our protocol. */
    public static final int PUT_REQUEST_LENGTH = 361;
    /** Its reply. */
    public static final int PUT_REPLY_LENGTH = 93;
    /** As the node's driver has it. */
    public static final int MTU_LENGTH = 8 * 1024;
    /** As the node's streams have it. */
    public static final int TERM_LENGTH = 1 << 20;
    /** As the node's driver asks for; the kernel may give less. */
    public static final int WINDOW_LENGTH = 2 << 20;

    static final int REQUEST_STREAM_ID = 1;
    static final int REPLY_STREAM_ID = 2;
    static final int FRAGMENT_LIMIT = 64;

    String requestChannel()
    {
        return channel(port);
    }

    String replyChannel()
    {
        return channel(port + 1);
    }

    private String channel(final int channelPort)
    {
        return isIpc ? "aeron:ipc?term-length=" + termLength :
            "aeron:udp?endpoint=127.0.0.1:" + channelPort + "|term-length=" + termLength + "|mtu=" + mtuLength;
    }

    /** @return the node's default, or spinning. */
    IdleStrategy idleStrategy()
    {
        return isBusy ? BusySpinIdleStrategy.INSTANCE :
            new BackoffIdleStrategy(10, 20, TimeUnit.MICROSECONDS.toNanos(50), TimeUnit.MICROSECONDS.toNanos(1000));
    }
}
