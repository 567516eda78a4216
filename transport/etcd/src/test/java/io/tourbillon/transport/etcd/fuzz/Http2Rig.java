package io.tourbillon.transport.etcd.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

/** HTTP/2 by hand, frame by frame, right or wrong. One thread. */
final class Http2Rig implements AutoCloseable
{
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int CANCEL = 8;
    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    private static final int PATIENCE_MS = 20_000;
    private static final int FRAME_HEADER_LENGTH = 9;
    private static final int FRAME_LENGTH_MAX = 16_384;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int WINDOW = 1 << 28;
    private static final int LISTED_MAX = 1 << 20;
    private static final int SHORT_LENGTH_MAX = 126;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder(false, LISTED_MAX);
    private final Map<Integer, Outcome> outcomes = new HashMap<>();
    private String end;
    private boolean isWelcome;
    private boolean isMute;
    private boolean isClosed;
    private int newestId = -1;
    private int ackCount;

    /**
     * What became of a stream.
     *
     * @param status  of gRPC; -1 = it has none.
     * @param message of gRPC, or what happened to the stream instead of a status.
     */
    record Outcome(int status, String message)
    {
    }

    /** A frame that was read. */
    record Frame(int type, int flags, int streamId, byte[] payload)
    {
    }

    Http2Rig(final InetSocketAddress address) throws IOException
    {
        socket.connect(address, PATIENCE_MS);
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** A connection that is begun as it should be. */
    static Http2Rig begun(final InetSocketAddress address) throws IOException
    {
        final Http2Rig rig = new Http2Rig(address);
        rig.put(PREFACE);
        rig.frame(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short)INITIAL_WINDOW_SIZE).putInt(WINDOW).array());
        rig.frame(WINDOW_UPDATE, 0, 0, number(WINDOW));
        rig.flush();
        while (!rig.isWelcome && rig.end == null)
        {
            rig.readFrame();
        }
        rig.flush(); // our windows here are as large as theirs once that is acknowledged
        return rig;
    }

    static byte[] number(final int value)
    {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    /** Adds bytes to what is sent next. */
    void put(final byte[] bytes)
    {
        unsent.writeBytes(bytes);
    }

    /** Adds a frame to what is sent next. */
    void frame(final int type, final int flags, final int streamId, final byte[] payload)
    {
        frame(type, flags, streamId, payload, payload.length);
    }

    /** Adds a frame that may lie about its length. */
    void frame(final int type, final int flags, final int streamId, final byte[] payload, final int length)
    {
        put(ByteBuffer.allocate(FRAME_HEADER_LENGTH).put((byte)(length >> 16)).putShort((short)length).put((byte)type).put((byte)flags)
            .putInt(streamId).array());
        put(payload);
    }

    /** Adds data, as many frames as it takes. */
    void data(final int streamId, final byte[] data, final boolean isLast)
    {
        int at = 0;
        for (; data.length - at > FRAME_LENGTH_MAX; at += FRAME_LENGTH_MAX)
        {
            frame(DATA, 0, streamId, Arrays.copyOfRange(data, at, at + FRAME_LENGTH_MAX));
        }
        frame(DATA, isLast ? END_STREAM : 0, streamId, Arrays.copyOfRange(data, at, data.length));
    }

    /** Sends what was added. */
    void flush() throws IOException
    {
        if (!isMute)
        {
            socket.getOutputStream().write(unsent.toByteArray());
        }
        unsent.reset();
    }

    /** Sends nothing any more: the other end has closed. */
    void stopWriting()
    {
        unsent.reset();
        isMute = true;
    }

    int unsentLength()
    {
        return unsent.size();
    }

    int nextStreamId()
    {
        newestId += 2;
        return newestId;
    }

    /** Adds the headers of a call, to which its messages are to follow; its stream. */
    int call(final String method, final String... more)
    {
        final int streamId = nextStreamId();
        final byte[] block = block(method, more);
        for (int at = 0; at < block.length; at += FRAME_LENGTH_MAX)
        {
            final int end = Math.min(block.length, at + FRAME_LENGTH_MAX);
            frame(at == 0 ? HEADERS : CONTINUATION, end == block.length ? END_HEADERS : 0, streamId, Arrays.copyOfRange(block, at, end));
        }
        return streamId;
    }

    /** The headers of a call. */
    static byte[] block(final String method, final String... more)
    {
        final ByteArrayOutputStream block = new ByteArrayOutputStream();
        final String[] usual = {":method", "POST", ":scheme", "http", ":path", "/" + method, ":authority", "localhost",
            "content-type", "application/grpc", "te", "trailers"};
        for (int i = 0; i < usual.length; i += 2)
        {
            header(block, usual[i].getBytes(UTF_8), usual[i + 1].getBytes(UTF_8));
        }
        for (int i = 0; i < more.length; i += 2)
        {
            header(block, more[i].getBytes(UTF_8), more[i + 1].getBytes(UTF_8));
        }
        return block.toByteArray();
    }

    /** A header that no table remembers. */
    static void header(final ByteArrayOutputStream block, final byte[] name, final byte[] value)
    {
        block.write(0);
        text(block, name);
        text(block, value);
    }

    static void text(final ByteArrayOutputStream block, final byte[] text)
    {
        if (text.length <= SHORT_LENGTH_MAX)
        {
            block.write(text.length);
        }
        else
        {
            block.write(SHORT_LENGTH_MAX + 1);
            int left = text.length - SHORT_LENGTH_MAX - 1;
            for (; left > 0x7F; left >>= 7)
            {
                block.write(left & 0x7F | 0x80);
            }
            block.write(left);
        }
        block.writeBytes(text);
    }

    /** A message as gRPC frames it. */
    static byte[] message(final byte[] message)
    {
        return message(0, message, message.length);
    }

    static byte[] message(final int flag, final byte[] message, final int length)
    {
        return ByteBuffer.allocate(5 + message.length).put((byte)flag).putInt(length).put(message).array();
    }

    /** Reads until a stream is over, or the connection is. */
    Outcome await(final int streamId) throws IOException
    {
        while (!outcomes.containsKey(streamId) && end == null)
        {
            readFrame();
        }
        return outcomes.containsKey(streamId) ? outcomes.remove(streamId) : new Outcome(-1, end);
    }

    /** Reads until the other end has seen all that was sent so far; what has become of a stream by then, null = nothing yet. */
    Outcome seen(final int streamId) throws IOException
    {
        final int awaited = ackCount + 1;
        frame(SETTINGS, 0, 0, new byte[0]); // pings would be too many soon
        flush();
        while (ackCount < awaited && end == null)
        {
            readFrame();
        }
        return outcomes.containsKey(streamId) ? outcomes.remove(streamId) : end == null ? null : new Outcome(-1, end);
    }

    /** Reads until the connection has ended: why. Null if it has not within a time. */
    String awaitEnd(final int timeoutMs) throws IOException
    {
        socket.setSoTimeout(timeoutMs);
        try
        {
            while (!isClosed)
            {
                readFrame();
            }
            return end;
        }
        catch (final SocketTimeoutException ex)
        {
            return null;
        }
        finally
        {
            socket.setSoTimeout(PATIENCE_MS);
        }
    }

    /** What ended the connection; null = nothing. */
    String end()
    {
        return end;
    }

    private void readFrame() throws IOException
    {
        final Frame frame;
        try
        {
            frame = read();
        }
        catch (final SocketTimeoutException ex)
        {
            throw ex;
        }
        catch (final IOException ex)
        {
            end = (end == null ? "" : end + "; ") + "closed";
            isClosed = true;
            return;
        }
        switch (frame.type)
        {
            case HEADERS -> onHeaders(frame);
            case RST_STREAM -> outcomes.put(frame.streamId, new Outcome(-1, "reset " + ByteBuffer.wrap(frame.payload).getInt()));
            case GOAWAY -> end = "goaway " + ByteBuffer.wrap(frame.payload, 4, 4).getInt() + " " +
                new String(frame.payload, 8, frame.payload.length - 8, UTF_8);
            case SETTINGS ->
            {
                ackCount += frame.flags & ACK;
                if ((frame.flags & ACK) == 0)
                {
                    isWelcome = true;
                    frame(SETTINGS, ACK, 0, new byte[0]);
                }
            }
            case DATA ->
            {
                if (frame.payload.length > 0)
                {
                    frame(WINDOW_UPDATE, 0, 0, number(frame.payload.length));
                }
            }
            default ->
            {
            } // pings, windows
        }
    }

    private void onHeaders(final Frame frame) throws IOException
    {
        assert (frame.flags & END_HEADERS) != 0 : "our answers are short";
        final ByteBuf block = Unpooled.wrappedBuffer(frame.payload);
        try
        {
            final Http2Headers found = headers.decodeHeaders(frame.streamId, block);
            if ((frame.flags & END_STREAM) != 0)
            {
                final CharSequence status = found.get("grpc-status");
                final CharSequence message = found.get("grpc-message");
                outcomes.put(frame.streamId, status == null ? new Outcome(-1, "without a status of gRPC: " + found) :
                    new Outcome(Integer.parseInt(status.toString()), message == null ? "" : message.toString()));
            }
        }
        catch (final Http2Exception ex)
        {
            throw new IOException(ex);
        }
    }

    /** Reads a frame as it is. */
    Frame read() throws IOException
    {
        final int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        final int type = in.readUnsignedByte();
        final int flags = in.readUnsignedByte();
        final int streamId = in.readInt();
        return new Frame(type, flags, streamId, in.readNBytes(length));
    }

    @Override
    public void close() throws IOException
    {
        socket.close();
    }
}
