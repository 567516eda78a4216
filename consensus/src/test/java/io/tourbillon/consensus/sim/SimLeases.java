package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.mvcc.Egress;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Clients that hold leases: each takes one, attaches keys, renews it for a while, then falls silent. No lease may end before the time that
 * was promised with its grant or its last renewal is over, whoever leads and whoever believes it leads; and each ends at last.
 */
final class SimLeases implements SimListener
{
    static final long FIRST_SESSION = 2_000_000;
    private static final int TTL_MS_MIN = 2000;
    private static final int TTL_MS_MAX = 6000;
    private static final long NS_PER_MS = 1_000_000;
    private static final int GRANT_PATIENCE_TICKS = 100;

    private static final class Lease
    {
        private final long id;
        private final long ttlMs;
        /** It may not end before; unless its client wants it to. */
        private long promisedUntil;
        private boolean isUnwanted;

        private Lease(final long id, final long ttlMs)
        {
            this.id = id;
            this.ttlMs = ttlMs;
        }
    }

    private final class Client
    {
        private Lease lease;
        private boolean isGranted;
        private long nextTick;
        private long silentFrom;

        private void cycle(final boolean isCalm)
        {
            if (nextTick > world.time.tick())
            {
                return;
            }
            nextTick = world.time.tick() + world.ticks(10, 90);
            if (lease == null)
            {
                begin(isCalm);
            }
            else if (!isGranted)
            {
                isGranted = world.oracle.hasLease(lease.id);
                lease = isGranted || silentFrom > world.time.tick() ? lease : null;
                silentFrom = isGranted ? world.time.tick() + world.ticks(1, 1500) : silentFrom;
            }
            else if (!world.oracle.hasLease(lease.id))
            {
                lease = null;
            }
            else if (silentFrom > world.time.tick() && !isCalm)
            {
                step();
            }
        }

        private void begin(final boolean isCalm)
        {
            if (!isCalm)
            {
                lease = new Lease(++lastLeaseId, TTL_MS_MIN + world.random.nextInt(TTL_MS_MAX - TTL_MS_MIN));
                leases.put(lease.id, lease);
                isGranted = false;
                silentFrom = world.time.tick() + GRANT_PATIENCE_TICKS;
                propose(SimRequests.lease(LeaseOperation.GRANT, lease.id, lease.ttlMs, 1));
            }
        }

        private void step()
        {
            final Lease mine = lease;
            switch (world.random.nextInt(8))
            {
                case 0, 1 -> propose(Messages.encode(
                    new Messages.Write(List.of("l" + world.random.nextInt(SimClients.KEYS)), "of " + mine.id, mine.id), 1));
                case 2 ->
                {
                    if (world.random.nextInt(10) == 0)
                    {
                        mine.isUnwanted = true;
                        propose(SimRequests.lease(LeaseOperation.REVOKE, mine.id, 0, 1));
                    }
                }
                default ->
                {
                    final long correlationId = nextCorrelationId++;
                    asked.put(correlationId, world.time.tick());
                    final byte[] request = SimRequests.lease(LeaseOperation.KEEP_ALIVE, mine.id, 0, correlationId);
                    final SimNode node = someLeader();
                    world.time.after(delay(), () -> node.ask((member) -> member.reads().read(request, FIRST_SESSION)));
                }
            }
        }

        private void propose(final byte[] payload)
        {
            final SimNode node = someLeader();
            world.time.after(delay(), () -> node.ask((member) -> member.propose(payload, SimOracle.OTHERS)));
        }
    }

    private final SimWorld world;
    private final List<Client> clients = new ArrayList<>();
    private final Map<Long, Lease> leases = new HashMap<>();
    /** When each renewal was asked for. */
    private final Map<Long, Long> asked = new HashMap<>();
    private long lastLeaseId;
    private long nextCorrelationId = 1;
    private int renewalCount;
    private int expiryCount;

    SimLeases(final SimWorld world)
    {
        this.world = world;
        for (int i = 0; i < world.weather.leaseClients; i++)
        {
            clients.add(new Client());
        }
        world.oracle.onLeases(this::onGranted, this::onEnded);
    }

    void cycle()
    {
        clients.forEach((client) -> client.cycle(world.network.isCalm()));
    }

    /** Mostly who leads, or believes so; sometimes anybody. */
    private SimNode someLeader()
    {
        final List<SimNode> leaders =
            world.nodes.values().stream().filter((node) -> node.isUp() && node.member().isLeader()).toList();
        return leaders.isEmpty() || world.random.nextInt(8) == 0 ? world.anyNode() : leaders.get(world.random.nextInt(leaders.size()));
    }

    private int delay()
    {
        return 1 + world.random.nextInt(world.weather.delayTicksMax);
    }

    private void onGranted(final long leaseId)
    {
        promise(leases.get(leaseId), world.time.tick());
    }

    /** By the fastest clock that there may be. */
    private void promise(final Lease lease, final long fromTick)
    {
        final double ticks = lease.ttlMs * NS_PER_MS / (SimMember.LEASE_PACE * (double)SimTime.TICK_NS) / (1 + world.weather.clockSpread);
        lease.promisedUntil = Math.max(lease.promisedUntil, fromTick + (long)ticks - 1);
    }

    private void onEnded(final long leaseId)
    {
        expiryCount++;
        final Lease lease = leases.get(leaseId);
        SimFailure.unless(lease.isUnwanted || world.time.tick() >= lease.promisedUntil,
            "lease " + leaseId + " ends at " + world.time.tick() + ", promised until " + lease.promisedUntil);
    }

    @Override
    public int onMessage(final long sessionId, final boolean isEvent, final DirectBuffer buffer, final int offset, final int length)
    {
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, offset);
        if (header.templateId() == LeaseReplyDecoder.TEMPLATE_ID)
        {
            final LeaseReplyDecoder reply = new LeaseReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
            final long askedTick = asked.remove(buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET));
            if (reply.ttlMs() > 0)
            {
                renewalCount++;
                promise(leases.get(reply.leaseId()), askedTick);
            }
            else
            {
                SimFailure.unless(!world.oracle.hasLease(reply.leaseId()), "lease " + reply.leaseId() + " is said to be gone, and lives");
            }
        }
        return Egress.SENT;
    }

    /** Whether all ended whose clients fell silent. */
    boolean areOver()
    {
        return leases.keySet().stream().noneMatch(world.oracle::hasLease);
    }

    int renewalCount()
    {
        return renewalCount;
    }

    int expiryCount()
    {
        return expiryCount;
    }
}
