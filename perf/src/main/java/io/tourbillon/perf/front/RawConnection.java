package io.tourbillon.perf.front;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tourbillon.transport.etcd.api.WatchResponse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The least that is a connection of gRPC's: it says HTTP/2's preface, answers settings and pings, and may open one stream of watchers. One
 * thread; its socket does not block, and what it sends is so little that the socket's buffer always has room.
 */
final class RawConnection
{
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final int FRAME_HEAD = 9;
    private static final int MESSAGE_HEAD = 5;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PING_LENGTH = 8;
    /** No frame that is awaited here is longer than what a peer may send unasked. */
    private static final int FRAME_MAX = 16_384;

    private final SocketChannel channel;
    private byte[] rest = new byte[0];
    private byte[] message = new byte[0];
    private boolean isGreeted;
    private boolean isTaken;
    private int pongCount;
    private int createdCount;
    private int eventCount;
    private String fault;

    RawConnection(final SocketChannel channel)
    {
        this.channel = channel;
    }

    SocketChannel channel()
    {
        return channel;
    }

    /** Both sides have said their settings and taken the other's. */
    boolean isSettled()
    {
        return isGreeted && isTaken;
    }

    int pongCount()
    {
        return pongCount;
    }

    int createdCount()
    {
        return createdCount;
    }

    int eventCount()
    {
        return eventCount;
    }

    /** Null if all is well. */
    String fault()
    {
        return fault;
    }

    void greet()
    {
        final ByteBuffer out = ByteBuffer.allocate(PREFACE.length + FRAME_HEAD).put(PREFACE);
        send(head(out, 0, SETTINGS, 0, 0));
    }

    void ping()
    {
        send(head(ByteBuffer.allocate(FRAME_HEAD + PING_LENGTH), PING_LENGTH, PING, 0, 0).putLong(1));
    }

    /** Opens the stream and asks for a watcher. */
    void watch(final String authority, final byte[] request)
    {
        final byte[] fields = fields(authority);
        final int dataLength = MESSAGE_HEAD + request.length;
        final ByteBuffer out = ByteBuffer.allocate(2 * FRAME_HEAD + fields.length + dataLength);
        head(out, fields.length, HEADERS, END_HEADERS, 1).put(fields);
        head(out, dataLength, DATA, 0, 1).put((byte)0).putInt(request.length).put(request);
        send(out);
    }

    /** By HPACK: each as it is, none remembered. */
    private static byte[] fields(final String authority)
    {
        final ByteBuffer out = ByteBuffer.allocate(512);
        final String[] namesAndValues =
        {
            ":method", "POST", ":scheme", "http", ":path", "/etcdserverpb.Watch/Watch", ":authority", authority,
            "te", "trailers", "content-type", "application/grpc",
        };
        for (int i = 0; i < namesAndValues.length; i += 2)
        {
            out.put((byte)0);
            out.put((byte)namesAndValues[i].length()).put(namesAndValues[i].getBytes(US_ASCII));
            out.put((byte)namesAndValues[i + 1].length()).put(namesAndValues[i + 1].getBytes(US_ASCII));
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static ByteBuffer head(final ByteBuffer out, final int length, final int type, final int flags, final int stream)
    {
        return out.put((byte)(length >> 16)).putShort((short)length).put((byte)type).put((byte)flags).putInt(stream);
    }

    private void send(final ByteBuffer out)
    {
        out.flip();
        try
        {
            channel.write(out);
        }
        catch (final IOException ex)
        {
            fault(ex.toString());
        }
        if (out.hasRemaining())
        {
            fault("the server does not take what is sent");
        }
    }

    /** What was read from the socket. */
    void onBytes(final ByteBuffer in)
    {
        final byte[] bytes = Arrays.copyOf(rest, rest.length + in.remaining());
        in.get(bytes, rest.length, in.remaining());
        final ByteBuffer frames = ByteBuffer.wrap(bytes);
        while (fault == null && frames.remaining() >= FRAME_HEAD)
        {
            final int at = frames.position();
            final int length = (bytes[at] & 0xFF) << 16 | frames.getShort(at + 1) & 0xFFFF;
            if (length > FRAME_MAX)
            {
                fault("a frame of " + length + " bytes");
            }
            if (frames.remaining() < FRAME_HEAD + length)
            {
                break;
            }
            frames.position(at + FRAME_HEAD + length);
            onFrame(bytes[at + 3], bytes[at + 4], bytes, at + FRAME_HEAD, length);
        }
        rest = Arrays.copyOfRange(bytes, frames.position(), bytes.length);
    }

    private void onFrame(final int type, final int flags, final byte[] bytes, final int offset, final int length)
    {
        switch (type)
        {
            case SETTINGS -> onSettings((flags & ACK) != 0);
            case PING -> onPing((flags & ACK) != 0, bytes, offset);
            case DATA -> onData(bytes, offset, length);
            case GOAWAY, RST_STREAM -> fault("the server ends it: frame of type " + type);
            default -> fault(type == HEADERS && (flags & END_STREAM) != 0 ? "the stream has ended" : null);
        }
    }

    private void onSettings(final boolean isAcknowledgement)
    {
        isTaken |= isAcknowledgement;
        isGreeted |= !isAcknowledgement;
        if (!isAcknowledgement)
        {
            send(head(ByteBuffer.allocate(FRAME_HEAD), 0, SETTINGS, ACK, 0));
        }
    }

    private void onPing(final boolean isAcknowledgement, final byte[] bytes, final int offset)
    {
        if (isAcknowledgement)
        {
            pongCount++;
        }
        else
        {
            send(head(ByteBuffer.allocate(FRAME_HEAD + PING_LENGTH), PING_LENGTH, PING, ACK, 0).put(bytes, offset, PING_LENGTH));
        }
    }

    private void onData(final byte[] bytes, final int offset, final int length)
    {
        final byte[] all = Arrays.copyOf(message, message.length + length);
        System.arraycopy(bytes, offset, all, message.length, length);
        final ByteBuffer messages = ByteBuffer.wrap(all);
        while (messages.remaining() >= MESSAGE_HEAD && messages.remaining() >= MESSAGE_HEAD + messages.getInt(messages.position() + 1))
        {
            final int bodyLength = messages.getInt(messages.position() + 1);
            onMessage(ByteBuffer.wrap(all, messages.position() + MESSAGE_HEAD, bodyLength));
            messages.position(messages.position() + MESSAGE_HEAD + bodyLength);
        }
        message = Arrays.copyOfRange(all, messages.position(), all.length);
    }

    private void onMessage(final ByteBuffer body)
    {
        try
        {
            final WatchResponse response = WatchResponse.parseFrom(body);
            createdCount += response.getCreated() ? 1 : 0;
            eventCount += response.getEventsCount();
            fault(response.getCanceled() ? "cancelled: " + response.getCancelReason() : null);
        }
        catch (final InvalidProtocolBufferException ex)
        {
            fault(ex.toString());
        }
    }

    /** The first one counts; null is none. */
    void fault(final String reason)
    {
        fault = fault == null ? reason : fault;
    }
}
