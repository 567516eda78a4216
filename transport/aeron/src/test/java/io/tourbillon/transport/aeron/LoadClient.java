package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.concurrent.TimeUnit;

/** Keeps a window of puts or gets in flight, on the caller's thread, without garbage. */
final class LoadClient extends FaultNoting implements AutoCloseable
{
    private static final int KEY_LENGTH = 32;
    private static final int VALUE_LENGTH = 256;
    /** For a million operations on a machine with far too much to do: it measures nothing, it ends what hangs. */
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(300);

    private final TourbillonClient client;
    private final ClientSession session;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_LENGTH]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_LENGTH]);
    private final UnsafeBuffer end = new UnsafeBuffer(new byte[1]);
    private final int keySpace;
    private long answered;
    private long found;
    private long events;
    private boolean isCreated;

    LoadClient(final NodeConfig config, final MediaKind mediaKind, final int keySpace)
    {
        this.keySpace = keySpace;
        client = TourbillonClient.launch(new ClientContext().mediaKind(mediaKind).requestTimeoutMs(30_000)
            .eventCreditBytes(Long.MAX_VALUE));
        session = client.connect(config.text(NodeOption.LISTEN_CLIENT), (connection, from, to, reason) -> { }).openSession(this);
        Await.until("the session", () -> client.poll() >= 0 && session.isOpen());
    }

    /** Watches all keys from now on. */
    void watch()
    {
        session.watch(new UnsafeBuffer(new byte[1]), 0, 1, end, 0, 1, 0, 0);
        Await.until("the watch", () -> client.poll() >= 0 && isCreated);
    }

    void put(final int count, final int window)
    {
        run(count, window, true);
    }

    void get(final int count, final int window)
    {
        run(count, window, false);
    }

    private void run(final int count, final int window, final boolean isPut)
    {
        final long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        final long target = answered + count;
        int sent = 0;
        while (answered < target)
        {
            while (sent < count && session.inFlightCount() < window && send(sent, isPut))
            {
                sent++;
            }
            client.poll();
            if (failure() != null || System.nanoTime() - deadlineNs > 0)
            {
                throw new AssertionError(failure() == null ? "not in time: " + answered + " of " + target : failure());
            }
        }
    }

    private boolean send(final int number, final boolean isPut)
    {
        key.putLong(KEY_LENGTH - Long.BYTES, Integer.toUnsignedLong(number * 0x9E3779B1) % keySpace);
        if (isPut)
        {
            value.putInt(0, number);
            return session.put(key, 0, KEY_LENGTH, value, 0, VALUE_LENGTH) >= 0;
        }
        return session.get(key, 0, KEY_LENGTH) >= 0;
    }

    /** Waits until so many events were delivered in all. */
    void awaitEvents(final long count)
    {
        Await.until(() -> count + " events, have " + events, TIMEOUT_NS, () -> client.poll() >= 0 && events >= count);
    }

    long events()
    {
        return events;
    }

    long found()
    {
        return found;
    }

    @Override
    public void onPutReply(final ClientSession from, final long correlationId, final PutReplyDecoder reply)
    {
        answered++;
    }

    @Override
    public void onRangeReply(final ClientSession from, final long correlationId, final RangeReplyDecoder reply)
    {
        answered++;
        found += reply.keyCount();
    }

    @Override
    public void onWatchCreated(final ClientSession from, final long watchId, final long revision)
    {
        isCreated = true;
    }

    @Override
    public void onWatchEvent(final ClientSession from, final long watchId, final WatchEvent event)
    {
        events++;
    }

    @Override
    public void close()
    {
        client.close();
    }
}
