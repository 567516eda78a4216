package io.tourbillon.perf.front;

import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that keeps leases alive, one by one and many at once, until it is ended. It ends by itself if one of them is lost. */
final class Renewers implements ReplyListener
{
    /** Leases that it holds. */
    private static final int LEASES = 256;
    /** What it says when it holds them. */
    private static final String READY = "renewing";

    private static final long TTL_MS = 60_000;
    private static final long READY_TIMEOUT_MS = 60_000;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long BATCH_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final TourbillonClient client;
    private final ClientSession session;
    private final long[] leaseIds = new long[LEASES];
    private int asked;
    private int granted;
    private int next;

    private Renewers(final String endpoint, final boolean isIpc)
    {
        client = TourbillonClient.launch(new ClientContext()
            .clientName("perf-renewers")
            .mediaKind(isIpc ? MediaKind.IPC : MediaKind.UDP)
            .remembersWrites(false)
            .requestTimeoutMs(60_000));
        session = client.connect(endpoint,
            (which, from, to, reason) ->
            {
            }).openSession(this);
    }

    /**
     * Starts one and waits until it renews.
     *
     * @param server    to be at.
     * @param directory for its output.
     * @param isIpc     transport.
     * @return the process.
     */
    static ChildProcess start(final ServerProcess server, final Path directory, final boolean isIpc)
    {
        return OtherClient.start(Renewers.class, "256m", List.of(server.host() + ":" + server.port(), Boolean.toString(isIpc)),
            directory.resolve("renewers.log"), READY, READY_TIMEOUT_MS);
    }

    /**
     * Runs until it is ended.
     *
     * @param args endpoint, whether by IPC.
     */
    public static void main(final String[] args)
    {
        final Renewers renewers = new Renewers(args[0], Boolean.parseBoolean(args[1]));
        renewers.hold();
        System.out.println(READY);
        renewers.renew();
    }

    private void hold()
    {
        while (granted < LEASES)
        {
            if (asked < LEASES && session.grantLease(0, TTL_MS) > 0)
            {
                asked++;
            }
            if (client.poll() == 0)
            {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }

    private void renew()
    {
        long batchNs = System.nanoTime();
        while (true)
        {
            next = session.keepLeaseAlive(leaseIds[next]) > 0 ? (next + 1) % LEASES : next;
            if (System.nanoTime() - batchNs >= 0 && session.keepLeasesAlive(leaseIds, 0, LEASES) > 0)
            {
                batchNs = System.nanoTime() + BATCH_INTERVAL_NS;
            }
            client.poll();
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    @Override
    public void onLeaseReply(final ClientSession which, final long correlationId, final LeaseReplyDecoder reply)
    {
        if (granted < LEASES)
        {
            leaseIds[granted++] = reply.leaseId();
        }
        else
        {
            Wrong.unless(reply.ttlMs() > 0, "a lease is lost that was renewed in time");
        }
    }

    @Override
    public void onLeasesKeptAlive(final ClientSession which, final long correlationId, final LeasesKeptAliveDecoder reply)
    {
        for (final LeasesKeptAliveDecoder.LeasesDecoder lease : reply.leases())
        {
            Wrong.unless(lease.ttlMs() > 0 && lease.code() == 0, "one of many leases is lost, code " + lease.code());
        }
    }

    @Override
    public void onError(final ClientSession which, final long correlationId, final ErrorReplyDecoder error)
    {
        Wrong.unless(false, "error " + error.code());
    }

    @Override
    public void onUnknownOutcome(final ClientSession which, final long correlationId)
    {
        Wrong.unless(false, "no answer to a grant");
    }

    @Override
    public void onTimeout(final ClientSession which, final long correlationId)
    {
        Wrong.unless(false, "no answer to a renewal");
    }
}
