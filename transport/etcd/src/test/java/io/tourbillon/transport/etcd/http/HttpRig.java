package io.tourbillon.transport.etcd.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** A connection that says what a test wants said, byte by byte, and reads answers. */
public final class HttpRig implements AutoCloseable
{
    private static final int PATIENCE_MS = 20_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    /**
     * An answer.
     *
     * @param status  of HTTP.
     * @param headers by their names in small letters.
     * @param body    null = not read.
     */
    public record Answer(int status, Map<String, String> headers, String body)
    {
    }

    /**
     * Connects.
     *
     * @param address of a front, or of an etcd.
     * @throws IOException if nobody listens.
     */
    public HttpRig(final InetSocketAddress address) throws IOException
    {
        socket.connect(address, PATIENCE_MS);
        socket.setSoTimeout(PATIENCE_MS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * Says something.
     *
     * @param text to say.
     * @throws IOException if the connection breaks.
     */
    public void say(final String text) throws IOException
    {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    /**
     * Says something that need not be text.
     *
     * @param bytes to say.
     * @throws IOException if the connection breaks.
     */
    public void say(final byte[] bytes) throws IOException
    {
        socket.getOutputStream().write(bytes);
    }

    /**
     * Sets how long an answer is waited for.
     *
     * @param patienceMs until a read fails.
     * @throws IOException if the connection is closed.
     */
    public void patience(final int patienceMs) throws IOException
    {
        socket.setSoTimeout(patienceMs);
    }

    /**
     * Asks by POST, and reads the answer whole.
     *
     * @param path of the request.
     * @param body of the request.
     * @return the answer.
     * @throws IOException if the connection breaks.
     */
    public Answer post(final String path, final String body) throws IOException
    {
        say(request("POST", path, body));
        return read();
    }

    /**
     * Writes a request.
     *
     * @param method  of HTTP.
     * @param path    of the request.
     * @param body    of the request.
     * @param headers lines of it.
     * @return its text.
     */
    public static String request(final String method, final String path, final String body, final String... headers)
    {
        final StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (final String header : headers)
        {
            text.append(header).append("\r\n");
        }
        return text + "Content-Length: " + body.getBytes(UTF_8).length + "\r\n\r\n" + body;
    }

    /**
     * Reads an answer whole.
     *
     * @return the answer.
     * @throws IOException if the connection breaks.
     */
    public Answer read() throws IOException
    {
        final Answer head = readHead();
        if ("chunked".equals(head.headers().get("transfer-encoding")))
        {
            final StringBuilder body = new StringBuilder();
            for (String chunk = readChunk(); !chunk.isEmpty(); chunk = readChunk())
            {
                body.append(chunk);
            }
            return new Answer(head.status(), head.headers(), body.toString());
        }
        final int length = Integer.parseInt(head.headers().getOrDefault("content-length", "0"));
        return new Answer(head.status(), head.headers(), new String(in.readNBytes(length), UTF_8));
    }

    /**
     * Reads an answer up to its body.
     *
     * @return the answer without that.
     * @throws IOException if the connection breaks.
     */
    public Answer readHead() throws IOException
    {
        final int status = Integer.parseInt(readLine().split(" ")[1]);
        final Map<String, String> headers = new TreeMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine())
        {
            final int colonAt = line.indexOf(':');
            headers.put(line.substring(0, colonAt).toLowerCase(Locale.ROOT), line.substring(colonAt + 1).trim());
        }
        return new Answer(status, headers, null);
    }

    /**
     * Reads a chunk.
     *
     * @return the chunk; empty: it was the last.
     * @throws IOException if the connection breaks.
     */
    public String readChunk() throws IOException
    {
        final int length = Integer.parseInt(readLine(), 16);
        final String chunk = new String(in.readNBytes(length), UTF_8);
        String end = readLine();
        while (length == 0 && !end.isEmpty())
        {
            end = readLine(); // a trailer
        }
        return chunk;
    }

    /**
     * Waits for something more.
     *
     * @return whether the other end has closed.
     * @throws IOException if the connection breaks.
     */
    public boolean isAtEnd() throws IOException
    {
        return in.read() < 0;
    }

    private String readLine() throws IOException
    {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read())
        {
            if (next < 0)
            {
                throw new IOException("closed after: " + line.toString(ISO_8859_1));
            }
            line.write(next);
        }
        return line.toString(ISO_8859_1).trim();
    }

    @Override
    public void close() throws IOException
    {
        socket.close();
    }
}
