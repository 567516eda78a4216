package io.tourbillon.mvcc;

import com.sun.management.ThreadMXBean;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.stream.LongStream;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Puts, gets, deletes, steps of a scan and events allocate nothing once warm: below one byte an operation, over a million of each. */
class AllocationTest
{
    private static final int KEY_COUNT = 1000;
    private static final int WARM_UP_COUNT = 60_000;
    private static final int OPERATION_COUNT = 1_000_000;
    /** Of what comes to a put's own work with leases. */
    private static final int LEASE_OPERATION_COUNT = 200_000;
    private static final int KEPT_ALIVE_COUNT = Protocol.LEASES_KEPT_ALIVE_MAX;
    private static final int SCAN_KEYS = 10;
    private static final int IN_FLIGHT = 500;
    private static final long SESSION = 5;

    private final CountingEgress egress = new CountingEgress();
    private final TreeStore store = TreeStore.open(TreeStoreContext.inMemory().extentBytes(16 << 20)); // growth is the store's matter
    private final Mvcc mvcc = new Mvcc(store, new MvccSettings(), egress);
    private final Requests requests = new Requests();
    private final UnsafeBuffer frameBuffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private final EntryFrame frame = new EntryFrame();
    private int keyOffset;
    private long sequence;
    private long credential;

    private record Encoded(byte[] bytes, int keyOffset)
    {
    }

    private static final class CountingEgress implements Egress
    {
        long replyCount;
        long partCount;
        long eventCount;
        private final MessageHeaderDecoder header = new MessageHeaderDecoder();
        private final WatchEventsDecoder events = new WatchEventsDecoder();

        @Override
        public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            replyCount++;
            return SENT;
        }

        @Override
        public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            partCount++;
            return SENT;
        }

        @Override
        public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            events.wrapAndApplyHeader(buffer, offset, header);
            eventCount += events.events().count();
            return SENT;
        }
    }

    @AfterEach
    void close()
    {
        store.close();
    }

    private void encode(final Op op)
    {
        requests.of(op, SESSION, 1);
        final byte[] marker = Requests.bytes("key-00000000");
        keyOffset = -1;
        for (int i = 0; i + marker.length <= requests.length && keyOffset < 0; i++)
        {
            keyOffset = requests.buffer.getStringWithoutLengthAscii(i, marker.length).equals("key-00000000") ? i : -1;
        }
        assertTrue(keyOffset >= 0);
    }

    private void setKey(final int number)
    {
        int rest = number;
        for (int digit = 11; digit >= 4; digit--)
        {
            requests.buffer.putByte(keyOffset + digit, (byte)('0' + rest % 10));
            rest /= 10;
        }
    }

    private void apply()
    {
        frame.encode(frameBuffer, 0, 1, mvcc.appliedIndex() + 1, 1, SESSION, credential, 1, sequence, requests.buffer, 0, requests.length);
        assertEquals(Mvcc.DONE, mvcc.onEntry(frame, true));
        mvcc.doWork(0);
    }

    private void puts(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            setKey(i * 7 % KEY_COUNT);
            apply();
        }
    }

    private void reads(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            setKey(i * 7 % KEY_COUNT);
            mvcc.onRead(SESSION, credential, requests.buffer, 0, requests.length);
        }
    }

    private static long allocatedBytes()
    {
        return ((ThreadMXBean)ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private void checkAllocation(final Runnable warmUp, final Runnable work)
    {
        checkAllocation(OPERATION_COUNT, warmUp, work);
    }

    private void checkAllocation(final int count, final Runnable warmUp, final Runnable work)
    {
        warmUp.run();
        final long before = allocatedBytes();
        work.run();
        final long allocated = allocatedBytes() - before;
        assertTrue(allocated < count, () -> "allocated " + allocated + " bytes in " + count + " operations");
    }

    @Test
    void shouldNotAllocateForPutsThatNobodyWatches()
    {
        encode(Op.put("key-00000000", "v".repeat(32)));
        checkAllocation(() -> puts(WARM_UP_COUNT), () -> puts(OPERATION_COUNT));
        assertEquals(WARM_UP_COUNT + OPERATION_COUNT, egress.replyCount);
    }

    @Test
    void shouldNotAllocateForPutsThatAreRememberedNorForThoseThatComeAgain()
    {
        requests.openClient(SESSION, 1);
        apply();
        encode(Op.put("key-00000000", "v".repeat(32)));
        checkAllocation(() -> numberedPuts(WARM_UP_COUNT), () -> numberedPuts(OPERATION_COUNT));
        assertEquals(1 + WARM_UP_COUNT + OPERATION_COUNT, egress.replyCount);
        assertTrue(mvcc.revision() < WARM_UP_COUNT + OPERATION_COUNT, "some came again");
    }

    private void numberedPuts(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            setKey(i * 7 % KEY_COUNT);
            sequence += i % 16 == 0 ? 0 : 1;
            requests.number(1, Math.max(1, sequence), Math.max(1, sequence - IN_FLIGHT));
            apply();
        }
    }

    @Test
    void shouldNotAllocateForPutsTransactionsAndGetsOfAUserWhoMay()
    {
        logIn();
        encode(Op.put("key-00000000", "v".repeat(32)).withPrevKv());
        checkAllocation(() -> puts(WARM_UP_COUNT), () -> puts(OPERATION_COUNT));
        encode(Op.txn().when("key-", CompareTarget.VERSION, CompareResult.EQUAL, 0).then(Op.put("key-00000000", "v"))
            .otherwise(Op.txn().then(Op.range("key-1", "key-2"))));
        checkAllocation(OPERATION_COUNT / 10, () -> puts(WARM_UP_COUNT), () -> puts(OPERATION_COUNT / 10));
        encode(Op.range("key-00000000", ""));
        checkAllocation(() -> reads(WARM_UP_COUNT), () -> reads(OPERATION_COUNT));
        final long before = mvcc.revision();
        credential = 0;
        encode(Op.put("key-00000000", "v"));
        checkAllocation(() -> puts(WARM_UP_COUNT), () -> puts(OPERATION_COUNT));
        assertEquals(before, mvcc.revision(), "nobody has logged in");
    }

    private void logIn()
    {
        final Permission none = Users.NONE;
        auth(AuthOperation.USER_ADD, "root", "", none);
        auth(AuthOperation.USER_GRANT_ROLE, "root", "root", none);
        auth(AuthOperation.USER_ADD, "u", "", none);
        auth(AuthOperation.ROLE_ADD, "", "r", none);
        for (int i = 0; i < 100; i++)
        {
            auth(AuthOperation.ROLE_GRANT_PERMISSION, "", "r", Users.permission(Permission.READWRITE, "b" + i + "a", "b" + i + "b"));
        }
        auth(AuthOperation.ROLE_GRANT_PERMISSION, "", "r", Users.permission(Permission.READWRITE, "key-", "key."));
        auth(AuthOperation.USER_GRANT_ROLE, "u", "r", none);
        auth(AuthOperation.ENABLE, "", "", none);
        credential = mvcc.auth().user("u").credential();
    }

    private void auth(final AuthOperation operation, final String name, final String role, final Permission permission)
    {
        requests.auth(operation, name, role, Users.verifier(1), permission, SESSION, 1);
        apply();
    }

    @Test
    void shouldNotAllocateForEventsToWatchersOfKeysAndRanges()
    {
        for (int i = 0; i < 100; i++)
        {
            requests.watch(0, "key-" + String.format("%08d", i * 7), "", 0, Watcher.PREV_KV, i % 10, 1);
            mvcc.onRead(i % 10, 0, requests.buffer, 0, requests.length);
        }
        requests.watch(0, "key-", "key.", 0, 0, 11, 1);
        mvcc.onRead(11, 0, requests.buffer, 0, requests.length);
        encode(Op.put("key-00000000", "v".repeat(32)));
        checkAllocation(() -> puts(WARM_UP_COUNT), () -> puts(OPERATION_COUNT));
        assertTrue(egress.eventCount >= WARM_UP_COUNT + OPERATION_COUNT);
        final long putEvents = egress.eventCount;
        checkAllocation(() -> putAndDelete(KEY_COUNT), () -> putAndDelete(OPERATION_COUNT / 2));
        assertTrue(egress.eventCount - putEvents >= OPERATION_COUNT);
    }

    @Test
    void shouldNotAllocateForGetsAndSmallRanges()
    {
        encode(Op.put("key-00000000", "v".repeat(32)));
        puts(KEY_COUNT);
        encode(Op.range("key-00000000", ""));
        checkAllocation(() -> reads(WARM_UP_COUNT), () -> reads(OPERATION_COUNT));
    }

    /** A read of ten keys is ten steps: so the bound holds for a step. */
    @Test
    void shouldNotAllocateForStepsOfAScan()
    {
        encode(Op.put("key-00000000", "v".repeat(32)));
        puts(KEY_COUNT + SCAN_KEYS * 7);
        encode(Op.range("key-00000000", "key.").limit(SCAN_KEYS));
        checkAllocation(() -> reads(WARM_UP_COUNT), () -> reads(OPERATION_COUNT / SCAN_KEYS));
    }

    /** Each put moves its key from one lease to the other. */
    @Test
    void shouldNotAllocateForPutsWithLeases()
    {
        for (int lease = 1; lease <= 2; lease++)
        {
            requests.lease(LeaseOperation.GRANT, lease, 60_000, false, SESSION, 1);
            apply();
        }
        final Encoded[] puts = new Encoded[2];
        for (int lease = 1; lease <= 2; lease++)
        {
            final Op op = Op.put("key-00000000", "v".repeat(32));
            op.lease = lease;
            encode(op);
            puts[lease - 1] = copy();
        }
        checkAllocation(
            LEASE_OPERATION_COUNT, () -> putAlternately(puts, WARM_UP_COUNT), () -> putAlternately(puts, LEASE_OPERATION_COUNT));
        assertEquals(KEY_COUNT, store.tree(Mvcc.LEASE_KEYS_TREE).size());
    }

    private void putAlternately(final Encoded[] puts, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            use(puts[i / KEY_COUNT % 2]);
            setKey(i * 7 % KEY_COUNT);
            apply();
        }
    }

    /** A leader with leases that are renewed: the clock, the heap and the answers. */
    @Test
    void shouldNotAllocateForRenewals()
    {
        mvcc.onLeader(1, 0);
        for (int lease = 1; lease <= KEY_COUNT; lease++)
        {
            requests.lease(LeaseOperation.GRANT, lease, 60_000, false, SESSION, 1);
            apply();
        }
        checkAllocation(LEASE_OPERATION_COUNT, () -> renew(WARM_UP_COUNT), () -> renew(LEASE_OPERATION_COUNT));
        assertEquals(KEY_COUNT + WARM_UP_COUNT + LEASE_OPERATION_COUNT, egress.replyCount);
    }

    private void renew(final int count)
    {
        final UnsafeBuffer proposal = new UnsafeBuffer(new byte[Mvcc.PROPOSAL_LENGTH_MAX]);
        requests.lease(LeaseOperation.KEEP_ALIVE, 1, 0, false, SESSION, 1);
        final int idOffset = MessageHeaderEncoder.ENCODED_LENGTH + LeaseRequestEncoder.leaseIdEncodingOffset();
        for (int i = 0; i < count; i++)
        {
            requests.buffer.putLong(idOffset, 1 + i * 7 % KEY_COUNT, LITTLE_ENDIAN);
            mvcc.onRead(SESSION, 0, requests.buffer, 0, requests.length);
            mvcc.doWork(i * 1000L);
            assertEquals(0, mvcc.proposal(proposal));
        }
    }

    /** The same, many by one request, those that are not there included. */
    @Test
    void shouldNotAllocateForRenewalsOfMany()
    {
        mvcc.onLeader(1, 0);
        for (int lease = 1; lease <= KEY_COUNT; lease++)
        {
            requests.lease(LeaseOperation.GRANT, lease, 60_000, false, SESSION, 1);
            apply();
        }
        requests.keepAlives(SESSION, 1, LongStream.rangeClosed(KEY_COUNT - KEPT_ALIVE_COUNT + 2, KEY_COUNT + 1).toArray());
        final int requestCount = LEASE_OPERATION_COUNT / KEPT_ALIVE_COUNT;
        checkAllocation(LEASE_OPERATION_COUNT, () -> renewMany(WARM_UP_COUNT / 10), () -> renewMany(requestCount));
        assertEquals(KEY_COUNT + WARM_UP_COUNT / 10 + requestCount, egress.replyCount);
    }

    private void renewMany(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            mvcc.onRead(SESSION, 0, requests.buffer, 0, requests.length);
            mvcc.doWork(i * 1000L);
        }
    }

    @Test
    void shouldNotAllocateForDeletes()
    {
        checkAllocation(() -> putAndDelete(WARM_UP_COUNT), () -> putAndDelete(OPERATION_COUNT));
        assertEquals(0, mvcc.keyCount());
    }

    private void putAndDelete(final int count)
    {
        encode(Op.put("key-00000000", "v"));
        final Encoded put = copy();
        encode(Op.delete("key-00000000", ""));
        final Encoded delete = copy();
        for (int i = 0; i < count; i++)
        {
            use(put);
            setKey(i * 7 % KEY_COUNT);
            apply();
            use(delete);
            setKey(i * 7 % KEY_COUNT);
            apply();
        }
    }

    private Encoded copy()
    {
        final byte[] bytes = new byte[requests.length];
        requests.buffer.getBytes(0, bytes);
        return new Encoded(bytes, keyOffset);
    }

    private void use(final Encoded request)
    {
        requests.buffer.putBytes(0, request.bytes);
        requests.length = request.bytes.length;
        keyOffset = request.keyOffset;
    }
}
