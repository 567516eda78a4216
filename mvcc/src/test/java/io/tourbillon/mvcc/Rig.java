package io.tourbillon.mvcc;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.MemoryPageFile;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.record.ConfigurationEncoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.codecs.record.LeaseTickDecoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A member without network and disk: a store in memory, a log that is a list, an egress that records. */
final class Rig implements Member
{
    static final long SESSION = 7;
    /** etcd's default. */
    static final int TXN_OPS_MAX = 128;
    private static final String TOO_MANY_OPS = "error " + ErrorCode.TOO_MANY_OPS.number();
    /** Shorter than what is taken for a stall. */
    private static final long CYCLE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int CALLS_MAX = 1_000_000;
    /** A back-pressured session rests for up to 64 calls: so many refusals in a row are taken for good. */
    private static final int IDLE_CALLS = 64 * 40;

    final RecordingEgress egress = new RecordingEgress();
    final Requests requests = new Requests();
    final List<byte[]> log = new ArrayList<>();
    private final MemoryPageFile file = new MemoryPageFile();
    private final MvccSettings settings;
    private final TxnAdmission txnAdmission = new TxnAdmission(TXN_OPS_MAX);
    private final EntryFrame frame = new EntryFrame();
    TreeStore store;
    Mvcc mvcc;
    private long correlationId;
    /** Who asks: its session, and the credential that this carries. */
    long session = SESSION;
    long credential;
    /** Numbers writes and lets some come again; null = writes have no numbers. */
    Repeats repeats;
    private boolean waitsForAnswers = true;
    /** Leases that {@link #propose} has let expire, in the order of their entry. */
    final List<Long> expired = new ArrayList<>();
    int crashCount;
    /** Of the entries from now on. */
    long term = 1;
    /** What the member takes for the time. */
    long nowNs;
    /** Called between two calls for one entry; true = the member is to be stopped there. */
    java.util.function.BooleanSupplier betweenSteps = () -> false;

    Rig(final MvccSettings settings)
    {
        this.settings = settings;
        open();
        mvcc.onLeader(term, nowNs);
    }

    Rig()
    {
        this(new MvccSettings());
    }

    private void open()
    {
        store = TreeStore.open(TreeStoreContext.on(file));
        mvcc = new Mvcc(store, settings, egress);
    }

    /** Makes all that was applied durable. */
    @Override
    public void checkpoint()
    {
        final Checkpoint checkpoint = store.freeze();
        if (checkpoint == null)
        {
            return;
        }
        try
        {
            while (!checkpoint.step())
            {
                assertTrue(!checkpoint.isDurable());
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        while (store.releaseCheckpointed() > 0)
        {
            assertTrue(checkpoint.isDurable());
        }
    }

    /** Loses what no checkpoint has, opens again and replays the log's tail. */
    @Override
    public void crash()
    {
        crashCount++;
        store.close();
        file.crash(page -> 0);
        egress.events.clear(); // watch ids begin anew
        open();
        replay();
    }

    private void replay()
    {
        for (int i = (int)mvcc.appliedIndex(); i < log.size(); i++)
        {
            apply(log.get(i), false);
        }
        mvcc.onLeader(term, nowNs);
    }

    /** Applies what another's log has more. */
    void follow(final Rig leader)
    {
        for (final byte[] bytes : leader.log.subList(log.size(), leader.log.size()))
        {
            log.add(bytes);
            assertTrue(apply(bytes, false));
        }
    }

    /** Proposes the encoded request, applies it, and gives the answer; null if the member was stopped in the midst of it. */
    String apply()
    {
        if (repeats == null)
        {
            return applyOnce();
        }
        repeats.number(requests);
        final String answer = applyOnce();
        if (answer != null)
        {
            repeats.onAnswer(requests, answer);
        }
        return answer;
    }

    private String applyOnce()
    {
        final long index = log.size() + 1;
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(EntryFrame.frameLength(requests.length)));
        final long sequence = requests.buffer.getLong(Protocol.SEQUENCE_OFFSET, LITTLE_ENDIAN);
        frame.encode(buffer, 0, term, index, 1, session, credential, correlationId, sequence, requests.buffer, 0, requests.length);
        final byte[] bytes = new byte[frame.length()];
        buffer.getBytes(0, bytes);
        log.add(bytes);
        return apply(bytes, true) ? answer() : null;
    }

    /** Applies a write that was applied before, as an entry of its own, and gives its answer; null if the member was stopped amid it. */
    String applyAgain(final UnsafeBuffer message)
    {
        requests.length = message.capacity();
        requests.buffer.putBytes(0, message, 0, requests.length);
        requests.buffer.putLong(Protocol.CORRELATION_ID_OFFSET, ++correlationId, LITTLE_ENDIAN);
        return applyOnce();
    }

    /** Opens a client whose outcomes are remembered: its id. */
    long openClient()
    {
        requests.openClient(session, ++correlationId);
        return Long.parseLong(applyOnce());
    }

    /** Applies an op as a numbered write of a client. */
    String runOnce(final Op op, final long clientId, final long sequence, final long lowestUnanswered)
    {
        requests.of(op, session, ++correlationId);
        requests.number(clientId, sequence, lowestUnanswered);
        return applyOnce();
    }

    /** Runs an op whose answer nobody takes now. */
    void runDeaf(final Op op)
    {
        egress.isBlocked = () -> true;
        waitsForAnswers = false;
        assertNull(run(op), "the session takes no part now");
        waitsForAnswers = true;
    }

    /** What has written is answered at once, or in slices from history. */
    private String answer()
    {
        if (!waitsForAnswers)
        {
            return egress.answers.remove(correlationId);
        }
        if (!egress.answers.containsKey(correlationId))
        {
            settle();
        }
        final String answer = egress.answers.remove(correlationId);
        assertNotNull(answer, "an entry without an answer");
        return answer;
    }

    private boolean apply(final byte[] bytes, final boolean answer)
    {
        for (int i = 0; i < CALLS_MAX; i++)
        {
            final UnsafeBuffer moved = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
            moved.putBytes(0, bytes);
            final int result = mvcc.onEntry(new EntryFrame().wrap(moved, 0, bytes.length), answer);
            if (result == Mvcc.DONE)
            {
                return true;
            }
            if (answer && betweenSteps.getAsBoolean())
            {
                crash();
                return false;
            }
            doWork();
        }
        throw new AssertionError("the entry does not end");
    }

    /** As a node does: a transaction with too many operations is refused before anything else. */
    @Override
    public String run(final Op op)
    {
        requests.of(op, session, ++correlationId);
        return isRefused(op) ? TOO_MANY_OPS : op.isReadOnly() ? read() : apply();
    }

    private boolean isRefused(final Op op)
    {
        return op.kind == OpKind.TXN && txnAdmission.hasTooMany(requests.buffer, 0, requests.length);
    }

    /** The answer to the request before the last one, if it came later. */
    String answerBeforeLast()
    {
        return egress.answers.remove(correlationId - 1);
    }

    /** Puts the op through the log even if it only reads. */
    @Override
    public String runLogged(final Op op)
    {
        requests.of(op, session, ++correlationId);
        return isRefused(op) ? TOO_MANY_OPS : apply();
    }

    /** An op that another member has let into the log. */
    String runAsEntry(final Op op)
    {
        requests.of(op, session, ++correlationId);
        return apply();
    }

    String read()
    {
        assertTrue(mvcc.onRead(session, credential, requests.buffer, 0, requests.length));
        settle();
        return egress.answers.remove(correlationId);
    }

    @Override
    public String compact(final long revision, final boolean isPhysical)
    {
        requests.compact(revision, isPhysical, session, ++correlationId);
        return apply();
    }

    @Override
    public void tick(final int budget)
    {
        requests.tick(budget);
        applyOwn();
    }

    /** Applies the encoded message as an entry that the member proposes by itself; false if the member was stopped in the midst of it. */
    boolean applyOwn()
    {
        final long index = log.size() + 1;
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(EntryFrame.frameLength(requests.length)));
        frame.encode(buffer, 0, term, index, 1, 0, 0, 0, requests.buffer, 0, requests.length);
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        log.add(bytes);
        return apply(bytes, true);
    }

    // ---- leases

    @Override
    public String grant(final long id, final long ttlMs)
    {
        requests.lease(LeaseOperation.GRANT, id, ttlMs, false, session, ++correlationId);
        return apply();
    }

    @Override
    public String revoke(final long id)
    {
        requests.lease(LeaseOperation.REVOKE, id, 0, false, session, ++correlationId);
        return apply();
    }

    /** Renews a lease; null if the answer must wait: it comes from {@link #lateAnswer}. */
    String keepAlive(final long id)
    {
        requests.lease(LeaseOperation.KEEP_ALIVE, id, 0, false, session, ++correlationId);
        return read();
    }

    /** Renews several leases by one request; null if part of the answer must wait: it comes from {@link #lateAnswer}. */
    String keepAlives(final long... ids)
    {
        requests.keepAlives(session, ++correlationId, ids);
        return read();
    }

    /** The answer to the request made last, if it has come since. */
    String lateAnswer()
    {
        settle();
        return egress.answers.remove(correlationId);
    }

    @Override
    public String timeToLive(final long id, final boolean wantsKeys)
    {
        requests.lease(LeaseOperation.TIME_TO_LIVE, id, 0, wantsKeys, session, ++correlationId);
        return read();
    }

    String leases()
    {
        requests.lease(LeaseOperation.LEASES, 0, 0, false, session, ++correlationId);
        return read();
    }

    /** Applies the request behind a change of members that its leader has made. */
    String addMember(final long memberId)
    {
        requests.addMember(memberId, session, ++correlationId);
        return apply();
    }

    /** Lets time pass in duty cycles; nothing that the clock asks for is proposed. */
    void pass(final long ms)
    {
        final long untilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(ms);
        while (nowNs < untilNs)
        {
            nowNs += Math.min(CYCLE_NS, untilNs - nowNs);
            doWork();
        }
    }

    /** Proposes and applies what the leader's clock asks for: how many entries. Ends early if the member was stopped amid one. */
    int propose()
    {
        expired.clear();
        int count = 0;
        while ((requests.length = mvcc.proposal(requests.buffer)) > 0)
        {
            count++;
            noteExpired();
            if (!applyOwn())
            {
                break;
            }
        }
        return count;
    }

    private void noteExpired()
    {
        if (new MessageHeaderDecoder().wrap(requests.buffer, 0).templateId() != LeaseTickDecoder.TEMPLATE_ID)
        {
            return;
        }
        final LeaseTickDecoder tick = new LeaseTickDecoder().wrapAndApplyHeader(requests.buffer, 0, new MessageHeaderDecoder());
        for (final LeaseTickDecoder.LeasesDecoder lease : tick.leases())
        {
            if (lease.remainingMs() == LeaseTickWork.EXPIRED)
            {
                expired.add(lease.id());
            }
        }
    }

    // ---- users and roles

    /** Applies a change of users or roles, or asks for what there is. */
    String auth(
        final AuthOperation operation, final String name, final String role, final byte[] verifier, final Permission permission)
    {
        requests.auth(operation, name, role, verifier, permission, session, ++correlationId);
        return switch (operation)
        {
            case STATUS, USER_GET, USER_LIST, ROLE_GET, ROLE_LIST -> read();
            default -> apply();
        };
    }

    // ---- alarms

    /** What the request about alarms is answered. */
    String alarm(final MaintenanceOperation operation, final long memberId, final AlarmType type)
    {
        requests.alarm(operation, memberId, type, session, ++correlationId);
        return operation == MaintenanceOperation.ALARM_GET ? read() : apply();
    }

    /** What the member says is the hash of its key space; null if it is not answered yet. */
    String hash(final long revision)
    {
        requests.hash(revision, session, ++correlationId);
        return read();
    }

    /** A member says of itself that it has an alarm, or has it no more. */
    void note(final long memberId, final AlarmType type, final boolean isRaised)
    {
        requests.note(memberId, type, isRaised);
        applyOwn();
    }

    @Override
    public String watch(final long id, final String key, final String end, final long start, final int flags)
    {
        requests.watch(id, key, end, start, flags, session, ++correlationId);
        assertTrue(mvcc.onRead(session, credential, requests.buffer, 0, requests.length));
        return egress.answers.remove(correlationId);
    }

    @Override
    public String cancel(final long id)
    {
        requests.cancel(id, session, ++correlationId);
        assertTrue(mvcc.onRead(session, credential, requests.buffer, 0, requests.length));
        return egress.answers.remove(correlationId);
    }

    /** Asks for progress; the answer, if it is there, comes from {@link #progressAnswer}. */
    long progress()
    {
        requests.progress(session, ++correlationId);
        assertTrue(mvcc.onRead(session, credential, requests.buffer, 0, requests.length));
        return correlationId;
    }

    String progressAnswer(final long id)
    {
        return egress.answers.remove(id);
    }

    /** One duty cycle at the rig's time. */
    int doWork()
    {
        return mvcc.doWork(nowNs);
    }

    @Override
    public String endOfWatch()
    {
        return egress.log.get(egress.log.size() - 1);
    }

    @Override
    public List<String> events(final long watchId, final int count)
    {
        settle();
        return egress.eventsOf(session, watchId);
    }

    @Override
    public void forget(final long watchId)
    {
        egress.forget(session, watchId);
    }

    @Override
    public void checkEnd()
    {
        checkFollower(new MvccSettings());
    }

    /** Works until there is nothing to do. */
    void settle()
    {
        int idleCount = 0;
        for (int i = 0; idleCount < IDLE_CALLS; i++)
        {
            assertTrue(i < CALLS_MAX, "work does not end");
            idleCount = doWork() == 0 ? idleCount + 1 : 0;
        }
    }

    /** Another member with the same log must be in the same state. */
    void checkFollower(final MvccSettings followerSettings)
    {
        try (TreeStore other = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Mvcc follower = new Mvcc(other, followerSettings, new RecordingEgress());
            for (final byte[] bytes : log)
            {
                final UnsafeBuffer copy = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
                copy.putBytes(0, bytes);
                int result;
                do
                {
                    result = follower.onEntry(new EntryFrame().wrap(copy, 0, bytes.length), false);
                }
                while (result != Mvcc.DONE);
            }
            assertEquals(mvcc.stateHash(), follower.stateHash(), "state hash");
            assertEquals(mvcc.revision(), follower.revision(), "revision");
            assertEquals(mvcc.keyCount(), follower.keyCount(), "live keys");
            assertEquals(mvcc.liveBytes(), follower.liveBytes(), "live bytes");
            assertEquals(mvcc.quotaBytes(), follower.quotaBytes(), "quota");
            assertEquals(mvcc.alarms().list(), follower.alarms().list(), "alarms");
            assertEquals(store.tree(Mvcc.REVISIONS_TREE).size(), other.tree(Mvcc.REVISIONS_TREE).size(), "records");
            assertEquals(store.tree(Mvcc.KEYS_TREE).size(), other.tree(Mvcc.KEYS_TREE).size(), "heads");
            assertEquals(store.tree(Mvcc.LEASES_TREE).size(), other.tree(Mvcc.LEASES_TREE).size(), "leases");
            assertEquals(store.tree(Mvcc.LEASE_KEYS_TREE).size(), other.tree(Mvcc.LEASE_KEYS_TREE).size(), "attached keys");
            assertEquals(store.tree(Mvcc.SESSIONS_TREE).size(), other.tree(Mvcc.SESSIONS_TREE).size(), "records of clients");
            assertEquals(mvcc.clientCount(), follower.clientCount(), "clients");
            assertEquals(mvcc.auth().toString(), follower.auth().toString(), "users and roles");
        }
    }

    @Override
    public void close()
    {
        store.close();
    }

    /** All members, each with a vote. */
    void configure(final long... ids)
    {
        final ConfigurationEncoder encoder =
            new ConfigurationEncoder().wrapAndApplyHeader(requests.buffer, 0, new MessageHeaderEncoder());
        final ConfigurationEncoder.MembersEncoder members = encoder.clusterId(1).membersCount(ids.length);
        for (final long id : ids)
        {
            members.next().id(id).voter((short)1).wasVoter((short)0).name("m" + id).peerUrls("127.0.0.1:" + id).clientUrls("");
        }
        requests.length = encoder.limit();
        applyOwn();
    }
}
