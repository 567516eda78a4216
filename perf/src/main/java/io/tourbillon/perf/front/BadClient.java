package io.tourbillon.perf.front;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.perf.KeySpace;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.RangeOptions;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that behaves badly to a node until it is ended. It says when it begins. */
final class BadClient implements ReplyListener
{
    /** What it says. */
    static final String READY = "at it";

    /** Ways to behave. */
    enum Manner
    {
        /** Asks for everything and for all events, by shared memory, then looks for 4 s at nothing, again and again. */
        STOPS,
        /** Puts as fast as it can, a thousand at a time in each of four sessions. */
        FLOODS,
        /** Sends bytes that mean nothing, or begin as a message does. */
        GARBAGE,
        /** Opens connections, sessions and watches, twice a second, and is gone without a word. */
        VANISHES
    }

    private static final byte[] ALL_FROM = KeySpace.PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ALL_TO = KeySpace.PREFIX.replace('/', '0').getBytes(StandardCharsets.US_ASCII); // the byte after '/'
    private static final long SEED = 7;
    private static final long STILL_NS = TimeUnit.SECONDS.toNanos(4);
    private static final long STIR_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long OPEN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int CONNECTIONS = 4;
    private static final int GARBAGE_LENGTH_MAX = 1024;

    private final String endpoint;

    private BadClient(final String endpoint)
    {
        this.endpoint = endpoint;
    }

    /**
     * Runs until it is ended.
     *
     * @param args manner, host, port.
     */
    public static void main(final String[] args)
    {
        final BadClient client = new BadClient(args[1] + ":" + args[2]);
        switch (Manner.valueOf(args[0]))
        {
            case STOPS -> client.stop();
            case FLOODS -> client.flood();
            case GARBAGE -> sendGarbage(Integer.parseInt(args[2]));
            case VANISHES -> client.vanish();
        }
    }

    private List<ClientSession> open(final TourbillonClient client)
    {
        final List<ClientSession> sessions = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++)
        {
            sessions.add(client.connect(endpoint,
                (which, from, to, reason) ->
                {
                }).openSession(this));
        }
        return sessions;
    }

    private static TourbillonClient client(final MediaKind kind)
    {
        return TourbillonClient.launch(new ClientContext()
            .clientName("perf-bad")
            .mediaKind(kind)
            .remembersWrites(false)
            .termLength(64 << 10)
            .eventCreditBytes(Long.MAX_VALUE));
    }

    private static void poll(final TourbillonClient client, final long forNs)
    {
        final long untilNs = System.nanoTime() + forNs;
        while (System.nanoTime() - untilNs < 0)
        {
            if (client.poll() == 0)
            {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static boolean areOpen(final List<ClientSession> sessions)
    {
        return sessions.stream().allMatch(ClientSession::isOpen);
    }

    private static void awaitOpen(final TourbillonClient client, final List<ClientSession> sessions)
    {
        final long deadlineNs = System.nanoTime() + OPEN_TIMEOUT_NS;
        while (!areOpen(sessions) && System.nanoTime() - deadlineNs < 0)
        {
            poll(client, STIR_NS / 10);
        }
    }

    private static void watchAll(final List<ClientSession> sessions)
    {
        final UnsafeBuffer from = new UnsafeBuffer(ALL_FROM);
        final UnsafeBuffer to = new UnsafeBuffer(ALL_TO);
        sessions.forEach((session) -> session.watch(from, 0, ALL_FROM.length, to, 0, ALL_TO.length, 0, 0));
    }

    private void stop()
    {
        final TourbillonClient client = client(MediaKind.IPC);
        final List<ClientSession> sessions = open(client);
        awaitOpen(client, sessions);
        watchAll(sessions);
        System.out.println(READY);
        final UnsafeBuffer from = new UnsafeBuffer(ALL_FROM);
        final UnsafeBuffer to = new UnsafeBuffer(ALL_TO);
        final RangeOptions options = new RangeOptions();
        while (true)
        {
            sessions.forEach((session) -> session.range(from, 0, ALL_FROM.length, to, 0, ALL_TO.length, options));
            poll(client, STIR_NS);
            LockSupport.parkNanos(STILL_NS);
        }
    }

    private void flood()
    {
        final TourbillonClient client = client(MediaKind.UDP);
        final List<ClientSession> sessions = open(client);
        awaitOpen(client, sessions);
        System.out.println(READY);
        final UnsafeBuffer key = new UnsafeBuffer("bad/key".getBytes(StandardCharsets.US_ASCII));
        final UnsafeBuffer value = new UnsafeBuffer(new byte[256]);
        while (true)
        {
            for (int i = 0; i < sessions.size(); i++)
            {
                while (sessions.get(i).put(key, 0, key.capacity(), value, 0, value.capacity()) > 0)
                {
                    Thread.onSpinWait();
                }
            }
            client.poll();
        }
    }

    private static void sendGarbage(final int port)
    {
        final Random random = new Random(SEED);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[GARBAGE_LENGTH_MAX]);
        final MessageHeaderEncoder header = new MessageHeaderEncoder();
        final Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(DriverDirectory.of(port).toString()));
        final Publication publication = aeron.addExclusivePublication("aeron:ipc?term-length=64k", Protocol.REQUEST_STREAM_ID);
        System.out.println(READY);
        while (true)
        {
            random.nextBytes(buffer.byteArray());
            if (random.nextBoolean())
            {
                header.wrap(buffer, 0).blockLength(random.nextInt(64)).templateId(random.nextInt(256)).schemaId(header.sbeSchemaId())
                    .version(header.sbeSchemaVersion());
            }
            if (publication.offer(buffer, 0, 1 + random.nextInt(GARBAGE_LENGTH_MAX - 1)) < 0)
            {
                LockSupport.parkNanos(100_000);
            }
        }
    }

    private void vanish()
    {
        System.out.println(READY);
        final List<TourbillonClient> gone = new ArrayList<>();
        while (true)
        {
            final TourbillonClient client = client(MediaKind.UDP);
            final List<ClientSession> sessions = open(client);
            awaitOpen(client, sessions);
            watchAll(sessions);
            poll(client, STIR_NS / 10);
            gone.add(client); // its media driver ran on this thread alone: from now on nothing of it moves
            LockSupport.parkNanos(STIR_NS);
        }
    }

    @Override
    public void onError(final ClientSession session, final long correlationId, final ErrorReplyDecoder error)
    {
    }

    @Override
    public void onUnknownOutcome(final ClientSession session, final long correlationId)
    {
    }

    @Override
    public void onTimeout(final ClientSession session, final long correlationId)
    {
    }
}
