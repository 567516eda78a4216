package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.Branch;
import io.tourbillon.codecs.client.CloseSessionEncoder;
import io.tourbillon.codecs.client.CompactRequestEncoder;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.CreditEncoder;
import io.tourbillon.codecs.client.DeleteRangeRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.codecs.client.TxnRequestEncoder;
import io.tourbillon.codecs.client.WatchCancelEncoder;
import io.tourbillon.codecs.client.WatchCreateEncoder;
import io.tourbillon.codecs.client.WatchProgressRequestEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.SplittableRandom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Sound messages with senseless content against a whole node: what reaches the log must not end it, now or when it is replayed. */
class HostileClientTest
{
    private static final int MESSAGES = 20_000;
    private static final int LONG_KEY = 40_000;
    private static final int PIECE = 7000;
    private static final int BODY_OFFSET = 56;
    private static final long[] EXTREMES = {
        Long.MIN_VALUE, Long.MIN_VALUE + 1, -1L << 32, -1, 0, 0, 0, 0, 1, 2, 3, 1000, 1L << 31, 1L << 32, Long.MAX_VALUE - 1,
        Long.MAX_VALUE};

    private final String given = System.getProperty("seed", "");
    private final long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
    private final SplittableRandom random = new SplittableRandom(seed);
    @TempDir
    Path directory;
    private RawClient bad;
    private long badId;
    private boolean isSessionOver;

    @Test
    void shouldOutliveSenselessRequestsAndTheirReplay()
    {
        final NodeConfig config = TestConfig.in(directory);
        try
        {
            try (Node node = Node.launch(config))
            {
                assertTrue(node.awaitReady(10_000));
                torment(node);
                assertNull(node.fatalMessage());
            }
            try (Node node = Node.launch(config))
            {
                assertTrue(node.awaitReady(10_000), node.fatalMessage());
                assertServes(node, 1);
            }
        }
        catch (final AssertionError ex)
        {
            throw new AssertionError("mvn -pl transport/aeron test -Dtest=HostileClientTest -Dseed=" + seed, ex);
        }
    }

    private void torment(final Node node)
    {
        connect(node);
        try
        {
            for (int i = 0; i < MESSAGES; i++)
            {
                if (!bad.publication.isConnected() || !bad.subscription.isConnected())
                {
                    bad.close();
                    connect(node);
                }
                final int length = MessageHeaderEncoder.ENCODED_LENGTH + encode(random.nextInt(10));
                for (int n = length > BODY_OFFSET ? random.nextInt(4) : 0; n > 0; n--)
                {
                    bad.buffer.putByte(random.nextInt(BODY_OFFSET, length), (byte)random.nextInt());
                }
                send(length, i);
                bad.poll();
                bad.received.clear();
                if (isSessionOver)
                {
                    isSessionOver = false;
                    badId = bad.openSession();
                }
                assertNull(node.fatalMessage());
            }
            assertServes(node, 1);
            assertTrue(node.pipelineCounters().entriesApplied.getAcquire() > MESSAGES / 10, "it was not all refused at the door");
        }
        finally
        {
            bad.close();
        }
    }

    private void connect(final Node node)
    {
        bad = new RawClient(node.driverDirectory()).connect();
        badId = bad.openSession();
    }

    private void send(final int length, final int number)
    {
        if (length <= PIECE)
        {
            bad.send(bad.buffer, length);
            return;
        }
        final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
        message.putBytes(0, bad.buffer, 0, length);
        for (int offset = 0; offset < length; offset += PIECE)
        {
            bad.chunk(badId, number, message, offset, Math.min(PIECE, length - offset), length);
        }
    }

    private static void assertServes(final Node node, final long correlationId)
    {
        try (RawClient good = new RawClient(node.driverDirectory()).connect())
        {
            good.put(good.openSession(), correlationId, 100);
            assertEquals(correlationId, RawClient.reply(good.await(PutReplyDecoder.TEMPLATE_ID)).correlationId());
        }
    }

    private int encode(final int kind)
    {
        final long correlationId = random.nextInt(4) == 0 ? extreme() : random.nextInt(1, 1 << 20);
        return switch (kind)
        {
            case 0 -> range(correlationId);
            case 1 -> delete(correlationId);
            case 2, 3, 4 -> txn(correlationId);
            case 5 -> compact(correlationId);
            case 6, 7 -> watch(correlationId);
            case 8 -> small(correlationId);
            default -> bad.encodePut(badId, correlationId, random.nextInt(300)) - MessageHeaderEncoder.ENCODED_LENGTH;
        };
    }

    private int range(final long correlationId)
    {
        final RangeRequestEncoder range = new RangeRequestEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
        RawClient.head(range.request(), badId, correlationId);
        range.keyLimit(extreme()).revision(extreme()).minModRevision(extreme()).maxModRevision(extreme())
            .minCreateRevision(extreme()).maxCreateRevision(extreme()).sortOrder(SortOrder.NONE).sortTarget(SortTarget.KEY);
        range.flags().clear().serializable(random.nextBoolean());
        final byte[] key = key();
        final byte[] end = key();
        return range.putKey(key, 0, key.length).putRangeEnd(end, 0, end.length).encodedLength();
    }

    private int delete(final long correlationId)
    {
        final DeleteRangeRequestEncoder delete = new DeleteRangeRequestEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
        RawClient.head(delete.request(), badId, correlationId);
        delete.flags().clear().prevKv(random.nextBoolean());
        final byte[] key = key();
        final byte[] end = key();
        return delete.putKey(key, 0, key.length).putRangeEnd(end, 0, end.length).encodedLength();
    }

    private int compact(final long correlationId)
    {
        final CompactRequestEncoder compact = new CompactRequestEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
        RawClient.head(compact.request(), badId, correlationId);
        compact.revision(random.nextInt(8) == 0 ? random.nextInt(100) : extreme()).flags().clear();
        return compact.encodedLength();
    }

    private int txn(final long correlationId)
    {
        final TxnRequestEncoder txn = new TxnRequestEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
        RawClient.head(txn.request(), badId, correlationId);
        final int compareCount = random.nextInt(4);
        final TxnRequestEncoder.ComparesEncoder compares = txn.comparesCount(compareCount);
        for (int i = 0; i < compareCount; i++)
        {
            final byte[] key = key();
            final byte[] end = random.nextBoolean() ? new byte[0] : key();
            compares.next().txnIndex(random.nextInt(3) == 0 ? (int)extreme() : random.nextInt(-1, 4)).operand(extreme())
                .result(CompareResult.get((short)random.nextInt(4))).target(CompareTarget.get((short)random.nextInt(5)))
                .putKey(key, 0, key.length).putRangeEnd(end, 0, end.length).putValue(key, 0, Math.min(10, key.length));
        }
        final int opCount = random.nextInt(40) == 0 ? 130 : random.nextInt(8);
        final TxnRequestEncoder.OpsEncoder ops = txn.opsCount(opCount);
        int depth = 0;
        for (int i = 0; i < opCount; i++)
        {
            final OpKind kind = OpKind.get((short)(random.nextInt(3) == 0 ? 4 : random.nextInt(1, 4)));
            depth = random.nextInt(10) == 0 ? random.nextInt(256) : random.nextInt(Math.min(80, depth) + 1);
            final byte[] key = opCount > 100 ? new byte[] {1, (byte)i} : key();
            ops.next().keyLimit(extreme()).revision(0).lease(0).minModRevision(extreme()).maxModRevision(extreme())
                .minCreateRevision(0).maxCreateRevision(0).kind(kind).depth((short)depth)
                .branch(Branch.get((short)random.nextInt(2))).sortOrder(SortOrder.NONE).sortTarget(SortTarget.KEY);
            ops.flags().clear().prevKv(random.nextBoolean());
            ops.putKey(key, 0, key.length).putRangeEnd(key, 0, random.nextBoolean() ? 0 : key.length).putValue(key, 0, 0);
            depth += kind == OpKind.TXN ? 1 : 0;
        }
        return txn.encodedLength();
    }

    private int watch(final long correlationId)
    {
        final WatchCreateEncoder watch = new WatchCreateEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
        RawClient.head(watch.request(), badId, correlationId);
        watch.watchId(extreme()).startRevision(extreme()).flags().clear().prevKv(random.nextBoolean()).fragment(random.nextBoolean());
        final byte[] key = key();
        final byte[] end = key();
        return watch.putKey(key, 0, key.length).putRangeEnd(end, 0, end.length).encodedLength();
    }

    private int small(final long correlationId)
    {
        switch (random.nextInt(5))
        {
            case 0 ->
            {
                final WatchCancelEncoder cancel = new WatchCancelEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
                RawClient.head(cancel.request(), badId, correlationId);
                return cancel.watchId(extreme()).encodedLength();
            }
            case 1 ->
            {
                final CloseSessionEncoder close = new CloseSessionEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
                RawClient.head(close.request(), badId, correlationId);
                isSessionOver = true;
                return close.encodedLength();
            }
            case 2, 3 ->
            {
                final CreditEncoder credit = new CreditEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
                RawClient.head(credit.request(), badId, correlationId);
                return credit.eventBytes(extreme()).encodedLength();
            }
            default ->
            {
                final WatchProgressRequestEncoder progress =
                    new WatchProgressRequestEncoder().wrapAndApplyHeader(bad.buffer, 0, bad.header);
                RawClient.head(progress.request(), badId, correlationId);
                return progress.encodedLength();
            }
        }
    }

    private long extreme()
    {
        return EXTREMES[random.nextInt(EXTREMES.length)];
    }

    private byte[] key()
    {
        final byte[] key = new byte[random.nextInt(60) == 0 ? LONG_KEY : random.nextInt(3)];
        for (int i = 0; i < key.length && i < 4; i++)
        {
            key[i] = (byte)random.nextInt(-1, 3);
        }
        return key;
    }
}
