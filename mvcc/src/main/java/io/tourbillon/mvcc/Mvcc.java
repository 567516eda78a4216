package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthRequestDecoder;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.LeasesKeepAliveDecoder;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import io.tourbillon.codecs.client.StatusReplyEncoder;
import io.tourbillon.codecs.client.StatusRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import io.tourbillon.codecs.client.WatchCancelDecoder;
import io.tourbillon.codecs.client.WatchCreateDecoder;
import io.tourbillon.codecs.client.WatchProgressRequestDecoder;
import io.tourbillon.codecs.client.WatchRangesCreateDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The deterministic state machine over a {@link TreeStore}: etcd's key-value store, transactions, compaction and watches.
 * Apply thread only. Puts, gets, deletes and events allocate nothing in steady state; nothing here blocks but for page faults of the store.
 */
public final class Mvcc
{
    /** The entry is applied. */
    public static final int DONE = 1;
    /** The entry is under way: call again with the same entry. {@link TreeStore#freeze()} is allowed in between. */
    public static final int MORE = 0;
    /** The store has no room: nothing changed, call again with the same entry once a checkpoint was released. */
    public static final int PAUSED = -1;

    /** Name of the tree of changes by revision. */
    public static final String REVISIONS_TREE = "revisions";
    /** Name of the tree of heads by user key. */
    public static final String KEYS_TREE = "keys";

    /** Name of the tree of leases by id. */
    public static final String LEASES_TREE = "leases";
    /** Name of the tree of keys by the lease that holds them. */
    public static final String LEASE_KEYS_TREE = "leaseKeys";
    /** Name of the tree of members. */
    public static final String MEMBERS_TREE = "members";
    /** Name of the tree of alarms. */
    public static final String ALARMS_TREE = "alarms";
    /** Name of the tree of clients' outcomes. */
    public static final String SESSIONS_TREE = "sessions";
    /** Name of the tree of users. */
    public static final String USERS_TREE = "users";
    /** Name of the tree of roles. */
    public static final String ROLES_TREE = "roles";
    /** Bytes that {@link #proposal} writes at most. */
    public static final int PROPOSAL_LENGTH_MAX = Lessor.PROPOSAL_LENGTH_MAX;

    /** Credential of the member's own reads: no session has it, and it may read everything. */
    public static final long NODE_ITSELF = Long.MIN_VALUE;

    private static final int WATCHERS_FREED_PER_SLICE = 256;

    private final Tree keys;
    private final Tree revisions;
    private final MvccHeader header;
    private final MvccSettings settings;
    private final ReplyHead head;
    private final Replies replies;
    private final Writer writer;
    private final Compactor compactor;
    private final Applier applier;
    private final Walks walks;
    private final Reads reads;
    private final Leases leases;
    private final Outcomes outcomes;
    private final Members members;
    private final Alarms alarms;
    private final AuthStore users;
    private final Guard guard;
    private final AuthReplies authReplies;
    private final AuthReads authReads;
    private final WatchGuard watchGuard;
    private final LeaderWords leaderWords;
    private final AutoCompactor autoCompactor;
    private final MemberList memberList;
    private final Lessor lessor;
    private final LeaseReads leaseReads;
    private final WatchTable watches;
    private final CatchUp catchUp;
    private final FanOut fanOut;
    private final WatchFigures watchFigures;
    private final WatchProgress progress;
    private final WatchBookmarks bookmarks;
    private final WatchRequests watchRequests;
    private final AlarmList alarmList;
    private Auth knownAuth;
    private long lastNowNs;

    /**
     * Opens the state that lies in a store, or a new one.
     *
     * @param store    to own, opened by the caller, who also closes it.
     * @param settings of this member.
     * @param egress   to write to.
     * @throws NewerClusterException when the store was written by a newer build, or its cluster version is newer than this one.
     * @throws IllegalStateException when it belongs to another cluster.
     */
    public Mvcc(final TreeStore store, final MvccSettings settings, final Egress egress)
    {
        this.settings = settings;
        header = new MvccHeader(store.userHeader(), settings.clusterId(), settings.applyVersion());
        keys = store.tree(KEYS_TREE);
        revisions = store.tree(REVISIONS_TREE);
        leases = new Leases(store.tree(LEASES_TREE), store.tree(LEASE_KEYS_TREE), header);
        outcomes = new Outcomes(store.tree(SESSIONS_TREE), header);
        members = new Members(store.tree(MEMBERS_TREE), header);
        alarms = new Alarms(store.tree(ALARMS_TREE), header);
        users = new AuthStore(store.tree(USERS_TREE), store.tree(ROLES_TREE), header);
        knownAuth = users.auth();
        guard = new Guard(users, leases);
        leaderWords = new LeaderWords(header, members, settings);
        autoCompactor = new AutoCompactor(header, settings.autoCompaction());
        head = new ReplyHead(header, settings.memberId());
        memberList = new MemberList(members, settings.initialMembers(), head, egress);
        replies = new Replies(egress, head, header);
        authReplies = new AuthReplies(egress, head, header);
        authReads = new AuthReads(users, authReplies, replies);
        lessor = new Lessor(leases, settings, replies);
        alarmList = new AlarmList(alarms, replies);
        leaseReads = new LeaseReads(header, leases, lessor, replies, guard, head, egress, settings);
        writer = new Writer(store, keys, revisions, leases, header);
        compactor = new Compactor(keys, revisions, header);
        walks = new Walks(keys, revisions, header, writer, leases, head, egress, replies, settings.sortedKeys());
        reads = new Reads(header, replies, guard, settings, walks::newRangeRead, walks::newDeleteRead, walks::newTxnRead,
            () -> new HashRead(keys, revisions, header, replies));
        applier = newApplier();
        if (header.isUncounted())
        {
            header.countedLiveBytes(countLiveBytes());
        }
        watches = new WatchTable();
        final EventBatch batch = new EventBatch(egress, head, header, new Versions(revisions, header));
        final LaneReader reader = new LaneReader(header, revisions, watches, batch);
        watchGuard = new WatchGuard(guard, watches, replies);
        catchUp = new CatchUp(header, watches, reader, watchGuard, replies);
        fanOut = new FanOut(header, revisions, watches, catchUp, reader);
        watchFigures = new WatchFigures(header, watches, catchUp, fanOut);
        progress = new WatchProgress(watches, replies, settings.progressNotifyIntervalNs());
        bookmarks = new WatchBookmarks(watches, replies);
        watchRequests = new WatchRequests(header, settings, watches, fanOut, catchUp, watchGuard, progress, bookmarks, replies);
    }

    /** Reads everything: a store of an older version has no sum; tests compare it with the sum that was kept. */
    long countLiveBytes()
    {
        return LiveBytes.of(revisions, keys, leases);
    }

    private Applier newApplier()
    {
        final int keysPerSlice = settings.keysPerSlice();
        final Quota quota = new Quota(header, alarms);
        final PutWork put = new PutWork(writer, leases, new Versions(revisions, header), compactor, replies);
        final DeleteWalk deleteWalk = new DeleteWalk(keys, revisions, header, writer, compactor);
        final DeleteWork delete = new DeleteWork(deleteWalk, reads, replies, keysPerSlice);
        final TxnWork txn = new TxnWork(
            header, walks.newPlan(), new TxnRun(keys, revisions, header, writer, compactor), reads, keysPerSlice);
        final LeaseWork lease = new LeaseWork(
            header, leases, lessor, leaderWords.leaseTtlMin, writer, compactor, replies, keysPerSlice);
        final LeaseTickWork leaseTick = new LeaseTickWork(leases, lessor, writer, compactor, keysPerSlice);
        final MembersWork changes = new MembersWork(members, alarms, writer, compactor);
        final AuthWork auth = new AuthWork(users, writer, compactor, authReplies);
        return new Applier(header, head, replies, writer, compactor, quota, guard, new Applier.Works(
            put, delete, txn, lease, leaseTick, changes, new MemberRequestWork(memberList, members, writer, compactor),
            new AlarmRequestWork(alarms, writer, compactor, replies), new SpaceWork(quota, alarms, members, writer, compactor),
            new VersionWork(leaderWords.version, leaderWords.leaseTtlMin),
            new OpenClientWork(outcomes, users, writer, compactor, replies), auth,
            new OnceWork(header, outcomes, new Versions(revisions, header), leaderWords.leaseTtlMin, reads, replies, auth)));
    }

    /**
     * Applies one committed entry, or goes on with it. Its index must follow {@link #appliedIndex()}; one at or below it is passed over.
     * The work of one call is bounded.
     *
     * @param entry  whose payload is a whole message of the client protocol or of the records' schema.
     * @param answer true on the member that the client is connected to, unless the entry is replayed at start.
     * @return {@link #DONE}, {@link #MORE} or {@link #PAUSED}.
     */
    public int onEntry(final EntryFrame entry, final boolean answer)
    {
        if (fanOut.isBehind() && Applier.isCompaction(entry))
        {
            // A new bound lets records go that the fan-out has still to read. Only sessions that cannot keep up lose events by it.
            fanOut.doWork(settings.eventsPerSlice());
            if (fanOut.isBehind())
            {
                return MORE;
            }
        }
        final int result = applier.onEntry(entry, answer);
        fanOut.onApplied(writer);
        if (knownAuth != users.auth())
        {
            onAuthChanged();
        }
        return result;
    }

    /** What is under way for those who may not have it any more ends, before anything else is said. */
    private void onAuthChanged()
    {
        knownAuth = users.auth();
        reads.onAuthChanged();
        leaseReads.onAuthChanged();
        watchGuard.onAuthChanged(catchUp);
    }

    /**
     * Serves a request that does not go through the log: range, read-only transaction, watch create, cancel and progress, a lease's
     * renewal, its time to live, the list of leases, the list of members, that of alarms, users and roles, a hash of the key space. Ask
     * about leases linearizably: only then is an answer the leader's. What the node answers has been permitted here.
     *
     * @param sessionId  of the session that asks.
     * @param credential of its user; 0 = nobody.
     * @param buffer     holding the message; copied where the answer takes longer than this call.
     * @param offset     of its SBE header.
     * @param length     of the message in bytes.
     * @return true if it was or will be answered here; false if the node must answer it (status, other maintenance).
     */
    public boolean onRead(final long sessionId, final long credential, final DirectBuffer buffer, final int offset, final int length)
    {
        final int error = MessageValidator.check(buffer, offset, length);
        if (error != SOUND)
        {
            final boolean hasHead = MessageValidator.hasHead(buffer, offset, length);
            replies.error(sessionId, hasHead ? correlationId(buffer, offset) : 0, error);
            return true;
        }
        final int templateId = buffer.getShort(offset + MessageHeaderDecoder.templateIdEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF;
        final long correlationId = correlationId(buffer, offset);
        switch (templateId)
        {
            case RangeRequestDecoder.TEMPLATE_ID:
                reads.onRange(sessionId, credential, correlationId, buffer, offset);
                return true;
            case TxnRequestDecoder.TEMPLATE_ID:
                reads.onTxn(sessionId, credential, correlationId, buffer, offset, length);
                return true;
            case WatchCreateDecoder.TEMPLATE_ID, WatchRangesCreateDecoder.TEMPLATE_ID:
                watchRequests.onCreate(sessionId, credential, correlationId, templateId, buffer, offset);
                return true;
            case WatchCancelDecoder.TEMPLATE_ID:
                watchRequests.onCancel(sessionId, correlationId, buffer, offset);
                return true;
            case WatchProgressRequestDecoder.TEMPLATE_ID:
                watchRequests.onProgress(sessionId, correlationId);
                return true;
            case LeaseRequestDecoder.TEMPLATE_ID, LeasesKeepAliveDecoder.TEMPLATE_ID:
                leaseReads.on(sessionId, credential, correlationId, templateId, buffer, offset);
                return true;
            case AuthRequestDecoder.TEMPLATE_ID:
                authReads.on(sessionId, credential, correlationId, buffer, offset);
                return true;
            case MemberRequestDecoder.TEMPLATE_ID:
                if (isPermitted(sessionId, correlationId, guard.refusalUnlessUser(credential)))
                {
                    memberList.answer(sessionId, correlationId, 0);
                }
                return true;
            case MaintenanceRequestDecoder.TEMPLATE_ID:
                return !isPermitted(sessionId, correlationId, alarmList.check(guard, credential, buffer, offset)) ||
                    alarmList.on(sessionId, correlationId, buffer, offset) ||
                    reads.onHash(sessionId, credential, correlationId, buffer, offset);
            case StatusRequestDecoder.TEMPLATE_ID:
                return !isPermitted(sessionId, correlationId, guard.refusalUnlessUser(credential));
            default:
                replies.error(sessionId, correlationId, ErrorCode.UNKNOWN_TEMPLATE.number());
                return true;
        }
    }

    /**
     * Goes on with an answer that has the time of a lease from the leader: adds the keys, which this member's state has too, and judges who
     * may see them. To be called once everything is applied that was acknowledged when the keys were asked for.
     *
     * @param sessionId  of the session that asks.
     * @param credential of its user; 0 = nobody.
     * @param buffer     with the leader's lease reply, addressed to that session.
     * @param offset     of its SBE header.
     */
    public void onLeaseTime(final long sessionId, final long credential, final DirectBuffer buffer, final int offset)
    {
        leaseReads.addKeys(sessionId, credential, correlationId(buffer, offset), buffer, offset);
    }

    private boolean isPermitted(final long sessionId, final long correlationId, final int refusal)
    {
        if (refusal != SOUND)
        {
            replies.error(sessionId, correlationId, refusal);
        }
        return refusal == SOUND;
    }

    private static long correlationId(final DirectBuffer buffer, final int offset)
    {
        return buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * Fills the fields of a status answer that the state machine knows: applied index, compact revision, key count, watchers, live bytes,
     * quota, versions, and whether the member is a learner: the other flags are kept.
     *
     * @param status wrapped by the caller, who fills the rest.
     */
    public void fillStatus(final StatusReplyEncoder status)
    {
        status.flags().learner(memberList.isLearner(settings.memberId()));
        status.raftAppliedIndex(appliedIndex())
            .compactRevision(Math.max(0, compactRevision()))
            .keyCount(keyCount())
            .watchers(watcherCount())
            .liveBytes(liveBytes())
            .quotaBytes(quotaBytes())
            .clusterVersion(header.clusterVersion())
            .applyVersion(settings.applyVersion());
    }

    /**
     * A bounded slice of what is under way: fan-out of events, sessions that catch up, periodic progress, long reads. Call it in each duty
     * cycle. A leader's leases age between two calls, unless those are further apart than a heartbeat: it could not hear renewals then.
     *
     * @param nowNs of a clock for spans, which never goes back. It decides when something is said, never what the state is.
     * @return work count; 0 when there was nothing to do.
     */
    public int doWork(final long nowNs)
    {
        lastNowNs = nowNs;
        int workCount = lessor.doWork(nowNs);
        workCount += fanOut.doWork(settings.eventsPerSlice());
        workCount += catchUp.doWork(settings.eventsPerSlice(), fanOut.frontier(), fanOut.fannedOut());
        workCount += progress.doWork(nowNs, fanOut.fannedOut());
        workCount += bookmarks.doWork(nowNs, fanOut.fannedOut());
        workCount += watches.sweep(WATCHERS_FREED_PER_SLICE);
        workCount += reads.doWork();
        workCount += leaseReads.doWork();
        return workCount;
    }

    /**
     * Lets the time go on that automatic compaction counts in, on every member, leading or not. Call it in each duty cycle.
     *
     * @param nowNs of a clock for spans, which never goes back; it may be another than that of {@link #doWork(long)}.
     * @return work count; 0 when there was nothing to do.
     */
    public int autoCompact(final long nowNs)
    {
        return autoCompactor.doWork(nowNs, lessor.isLeading());
    }

    /**
     * This member leads, and all entries of earlier terms are applied. Each lease has what the log says is left of it and an election's
     * time on top.
     *
     * @param term  that it leads in.
     * @param nowNs of the same clock as in {@link #doWork(long)}.
     */
    public void onLeader(final long term, final long nowNs)
    {
        lessor.onLeader(term, nowNs);
        leaderWords.onLeader();
    }

    /** This member does not lead any more: nothing expires here, renewals that waited are refused with "leader changed". */
    public void onFollower()
    {
        lessor.onFollower();
    }

    /**
     * Moves every lease's deadline: for so long this leader could not hear renewals, although {@link #doWork(long)} was called.
     *
     * @param stallNs to move by, in nanoseconds, from 0.
     */
    public void onStall(final long stallNs)
    {
        lessor.onStall(stallNs);
    }

    /**
     * What the leader has to say to the log now: leases that are expired, or how long they still have; the cluster's version, its quota and
     * its shortest time of a lease; a compaction. To be proposed once, for nobody (session 0), in the order of the calls; one that gets
     * lost is made again. Does not allocate unless members have changed.
     *
     * @param target to write a message of the records' schema, or a compaction, to, at 0; of at least {@link #PROPOSAL_LENGTH_MAX} bytes.
     * @return length of the message in bytes; 0 if there is nothing to say.
     */
    public int proposal(final MutableDirectBuffer target)
    {
        if (!lessor.isLeading())
        {
            return 0;
        }
        int length = lessor.proposal(target);
        length = length > 0 ? length : leaderWords.proposal(target, lastNowNs);
        return length > 0 ? length : autoCompactor.proposal(target);
    }

    /**
     * Forgets a session: its watchers and its reads end without a word.
     *
     * @param sessionId that is closed.
     */
    public void onSessionClosed(final long sessionId)
    {
        reads.onSessionClosed(sessionId);
        leaseReads.onSessionClosed(sessionId);
        lessor.onSessionClosed(sessionId);
        final WatchSession session = watches.session(sessionId);
        if (session != null)
        {
            watches.close(session);
        }
    }

    /**
     * To be called when another member's state has taken the place of what the store held, before the next entry: every watcher reads on
     * from history where it stood, or is cancelled when that is compacted.
     */
    public void onStateReplaced()
    {
        header.onStateReplaced();
        applier.onStateReplaced();
        leases.hasUnseenChanges(false);
        compactor.beginWalk();
        outcomes.load();
        members.load();
        alarms.load();
        users.load();
        if (header.isUncounted())
        {
            header.countedLiveBytes(countLiveBytes());
        }
        fanOut.sendAllToHistory();
        onAuthChanged();
    }

    /**
     * Whether the state came from another member and no checkpoint of this one has been made since: the journal may not know of it.
     *
     * @return true until {@link #onInstalledStateKept()}.
     */
    public boolean isStateInstalled()
    {
        return header.isInstalled();
    }

    /** The journal begins behind the state that came: from the next checkpoint on it is of this member's own making. */
    public void onInstalledStateKept()
    {
        header.clearInstalled();
    }

    /**
     * Users and roles. Any thread; perhaps a moment old.
     *
     * @return as of the last entry applied; never changes.
     */
    public Auth auth()
    {
        return users.auth();
    }

    /** @return what the log has said of the cluster's members. */
    public Members members()
    {
        return members;
    }

    /** @return Raft index of the last entry applied, also right after open; 0 = none. */
    public long appliedIndex()
    {
        return header.appliedIndex();
    }

    /** @return Raft term of the last entry applied. */
    public long appliedTerm()
    {
        return header.appliedTerm();
    }

    /** @return current revision; 1 in a new store. */
    public long revision()
    {
        return header.revision();
    }

    /** @return revision of the last compaction; -1 = none yet. */
    public long compactRevision()
    {
        return header.compactRevision();
    }

    /** @return true while compacted records are still to be removed: the leader should propose compactTick entries when idle. */
    public boolean isCompacting()
    {
        return compactor.isActive();
    }

    /** @return the cluster's alarms. */
    public Alarms alarms()
    {
        return alarms;
    }

    /** @return bytes of all that is kept, as a quota counts them: the same on members that applied the same entries. */
    public long liveBytes()
    {
        return header.liveBytes();
    }

    /** @return bytes of live data that are allowed, as the log says; 0 = any. */
    public long quotaBytes()
    {
        return header.quotaBytes();
    }

    /** @return which version of what entries do is in force. */
    public ClusterVersion version()
    {
        return leaderWords.version;
    }

    /** @return count of live keys. */
    public long keyCount()
    {
        return keys.liveSize();
    }

    /** @return rolling hash over all changes: equal on members that applied the same entries. */
    public long stateHash()
    {
        return header.stateHash();
    }

    /** Keys of leases that were looked for to find out who may change them. */
    long leaseLookUps()
    {
        return guard.lookUpCount();
    }

    /** @return count of leases. */
    public long leaseCount()
    {
        return leases.count();
    }

    /** @return what has become of leases. */
    public LeaseFigures leaseFigures()
    {
        return leases.figures;
    }

    /** @return what was done to keys. */
    public OperationFigures operationFigures()
    {
        return writer.operations;
    }

    /** @return count of clients whose outcomes are remembered. */
    public int clientCount()
    {
        return outcomes.clientCount();
    }

    /** @return count of watchers on this member. */
    public int watcherCount()
    {
        return watches.watcherCount();
    }

    /** @return how far those who watch are behind. */
    public WatchFigures watchFigures()
    {
        return watchFigures;
    }

    /** @return count of long reads under way on this member. */
    public int scanCount()
    {
        return reads.activeCount() + leaseReads.activeCount();
    }
}
