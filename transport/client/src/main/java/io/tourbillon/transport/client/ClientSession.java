package io.tourbillon.transport.client;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.client.CompactRequestEncoder;
import io.tourbillon.codecs.client.DeleteRangeRequestEncoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.TxnRequestEncoder;
import io.tourbillon.codecs.client.WatchCancelEncoder;
import io.tourbillon.codecs.client.WatchProgressRequestEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;

/**
 * A session: requests, their answers by a {@link ReplyListener}, and watches. It outlives connections: after a reconnect it is opened anew
 * and its watches go on where they were. Only on the thread that polls; does not allocate, but for {@link #watch}. Each request method
 * returns the request's correlation id, or one of {@link ClientResult}: then nothing was sent.
 */
public final class ClientSession
{
    /** Flag of put and delete: answer the previous key-values. */
    public static final int PREV_KV = 1;
    /** Flag of put: keep the value. */
    public static final int IGNORE_VALUE = 1 << 1;
    /** Flag of put: keep the lease. */
    public static final int IGNORE_LEASE = 1 << 2;
    /** Flag of a watch: events carry the key-value before them. */
    public static final int WATCH_PREV_KV = 1;
    /** Flag of a watch: say now and then how far all was delivered. */
    public static final int WATCH_PROGRESS_NOTIFY = 1 << 1;
    /** Flag of a watch: events of one revision may come in several messages. */
    public static final int WATCH_FRAGMENT = 1 << 2;
    /** Flag of a watch: no puts. */
    public static final int WATCH_NO_PUT = 1 << 3;
    /** Flag of a watch: no deletes. */
    public static final int WATCH_NO_DELETE = 1 << 4;

    private static final UnsafeBuffer NOTHING = new UnsafeBuffer(0, 0);
    private static final RangeOptions DEFAULT_RANGE = new RangeOptions();
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int TWO_DATA_HEADS_LENGTH = 2 * Integer.BYTES;

    final ReplyListener listener;
    final InFlight inFlight;
    final WriteRetries retries;
    final RequestBook requests;
    final SessionLife life;
    final SessionWatches watches;

    private final ClientConnection connection;
    private final TxnRequestEncoder txnMessage = new TxnRequestEncoder();

    ClientSession(final ClientConnection connection, final long localId, final UserPassword user, final ReplyListener listener)
    {
        this.connection = connection;
        this.listener = listener;
        final ClientContext context = connection.context();
        inFlight = new InFlight(Math.max(1, Math.min(context.requestsInFlightMax(), InFlight.CAPACITY_MAX)));
        retries = new WriteRetries(this, connection, inFlight);
        requests = new RequestBook(this, connection, inFlight, retries);
        watches = new SessionWatches(this, connection);
        life = new SessionLife(this, connection, localId, user);
    }

    /** @return true if requests can be sent. */
    public boolean isOpen()
    {
        return life.isOpen();
    }

    /** @return true if it is over for good: its owner has closed it, or the token that it was to be opened by is not taken. */
    public boolean isClosed()
    {
        return life.isClosed();
    }

    /**
     * The cluster need not remember this session's writes: it makes none, and so is opened without an entry of the log. To be said at once.
     */
    public void disclaimWrites()
    {
        life.disclaimWrites();
    }

    /** @return the node's id of the session; 0 while it is not open. */
    public long sessionId()
    {
        return life.nodeSessionId();
    }

    /** The cluster that it was opened in last; 0 = none yet. */
    long clusterId()
    {
        return retries.clusterId();
    }

    /** @return unanswered requests. */
    public int inFlightCount()
    {
        return inFlight.size();
    }

    /** @return the connection it is on. */
    public ClientConnection connection()
    {
        return connection;
    }

    /**
     * How long requests sent from now on may take. A request shorter than those before it costs a search for its place.
     *
     * @param valueMs at least 1.
     */
    public void requestTimeoutMs(final long valueMs)
    {
        if (valueMs < 1)
        {
            throw new IllegalArgumentException("requestTimeoutMs=" + valueMs + ": must be at least 1");
        }
        requests.timeoutMs(valueMs);
    }

    /**
     * Puts a key.
     *
     * @param key         buffer of the key.
     * @param keyOffset   of the key.
     * @param keyLength   of the key.
     * @param value       buffer of the value.
     * @param valueOffset of the value.
     * @param valueLength of the value.
     * @return correlation id or {@link ClientResult}.
     */
    public long put(
        final DirectBuffer key, final int keyOffset, final int keyLength, final DirectBuffer value, final int valueOffset,
        final int valueLength)
    {
        return put(key, keyOffset, keyLength, value, valueOffset, valueLength, 0, 0);
    }

    /**
     * Puts a key, in full.
     *
     * @param key         buffer of the key.
     * @param keyOffset   of the key.
     * @param keyLength   of the key.
     * @param value       buffer of the value.
     * @param valueOffset of the value.
     * @param valueLength of the value.
     * @param lease       to attach the key to; 0 = none.
     * @param flags       {@link #PREV_KV}, {@link #IGNORE_VALUE}, {@link #IGNORE_LEASE}.
     * @return correlation id or {@link ClientResult}.
     */
    public long put(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final DirectBuffer value, final int valueOffset, final int valueLength,
        final long lease, final int flags)
    {
        Encoders.checkBounds(key, keyOffset, keyLength, value, valueOffset, valueLength);
        final long length = HEADER_LENGTH + PutRequestEncoder.BLOCK_LENGTH + TWO_DATA_HEADS_LENGTH + (long)keyLength + valueLength;
        final long refusal = requests.claimWrite(length);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final PutRequestEncoder put = encoders.put.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        final long correlationId = requests.headOfWrite(put.request(), (int)length);
        Encoders.flags(out.buffer(), put.offset() + PutRequestEncoder.flagsEncodingOffset(), flags);
        put.lease(lease).putKey(key, keyOffset, keyLength).putValue(value, valueOffset, valueLength);
        return requests.sendWrite(correlationId, (int)length);
    }

    /**
     * Reads one key, linearizable.
     *
     * @param key       buffer of the key.
     * @param keyOffset of the key.
     * @param keyLength of the key.
     * @return correlation id or {@link ClientResult}.
     */
    public long get(final DirectBuffer key, final int keyOffset, final int keyLength)
    {
        return range(key, keyOffset, keyLength, NOTHING, 0, 0, DEFAULT_RANGE);
    }

    /**
     * Reads a range of keys.
     *
     * @param key       buffer of the first key.
     * @param keyOffset of the first key.
     * @param keyLength of the first key.
     * @param end       buffer of the range's end.
     * @param endOffset of the end.
     * @param endLength of the end; 0 = the one key. One zero byte = to the last key.
     * @param options   beside the keys.
     * @return correlation id or {@link ClientResult}.
     */
    public long range(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final DirectBuffer end, final int endOffset, final int endLength,
        final RangeOptions options)
    {
        Encoders.checkBounds(key, keyOffset, keyLength, end, endOffset, endLength);
        final long length = HEADER_LENGTH + RangeRequestEncoder.BLOCK_LENGTH + TWO_DATA_HEADS_LENGTH + (long)keyLength + endLength;
        final long refusal = requests.claim(length);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final RangeRequestEncoder range = encoders.range.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        final long correlationId = requests.headOfRead(range.request());
        options.encode(range);
        range.putKey(key, keyOffset, keyLength).putRangeEnd(end, endOffset, endLength);
        out.commit();
        return correlationId;
    }

    /**
     * Deletes a range of keys.
     *
     * @param key       buffer of the first key.
     * @param keyOffset of the first key.
     * @param keyLength of the first key.
     * @param end       buffer of the range's end.
     * @param endOffset of the end.
     * @param endLength of the end; 0 = the one key.
     * @param flags     {@link #PREV_KV}.
     * @return correlation id or {@link ClientResult}.
     */
    public long deleteRange(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final DirectBuffer end, final int endOffset, final int endLength,
        final int flags)
    {
        Encoders.checkBounds(key, keyOffset, keyLength, end, endOffset, endLength);
        final long length = HEADER_LENGTH + DeleteRangeRequestEncoder.BLOCK_LENGTH + TWO_DATA_HEADS_LENGTH + (long)keyLength + endLength;
        final long refusal = requests.claimWrite(length);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final DeleteRangeRequestEncoder delete = encoders.deleteRange.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        final long correlationId = requests.headOfWrite(delete.request(), (int)length);
        Encoders.flags(out.buffer(), delete.offset() + DeleteRangeRequestEncoder.flagsEncodingOffset(), flags);
        delete.putKey(key, keyOffset, keyLength).putRangeEnd(end, endOffset, endLength);
        return requests.sendWrite(correlationId, (int)length);
    }

    /**
     * Sends a transaction. Counts as a write, whatever is in it.
     *
     * @param txn as built; may be used again at once.
     * @return correlation id or {@link ClientResult}.
     */
    public long txn(final TxnEncoder txn)
    {
        final int length = txn.isOverflown() ? 0 : txn.encodedLength();
        final long refusal = txn.isOverflown() ? ClientResult.TOO_LARGE : requests.claimWrite(length);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        txn.encode(out.buffer(), out.offset(), txnMessage, connection.encoders().header);
        return requests.sendWrite(requests.headOfWrite(txnMessage.request(), length), length);
    }

    /**
     * Gives history up.
     *
     * @param revision   up to which, exclusive of what is still the newest of its key.
     * @param isPhysical answer when it is done, not when it is decided.
     * @return correlation id or {@link ClientResult}.
     */
    public long compact(final long revision, final boolean isPhysical)
    {
        final int length = HEADER_LENGTH + CompactRequestEncoder.BLOCK_LENGTH;
        final long refusal = requests.claimWrite(length);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final CompactRequestEncoder compact = encoders.compact.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        final long correlationId = requests.headOfWrite(compact.request(), length);
        compact.revision(revision).flags().clear().physical(isPhysical);
        return requests.sendWrite(correlationId, length);
    }

    /**
     * Makes a lease. Counts as a write: it changes the cluster's state.
     *
     * @param leaseId to give it; 0 = the cluster picks one, which the reply names.
     * @param ttlMs   how long it lives without a renewal, in milliseconds; raised to the cluster's least.
     * @return correlation id or {@link ClientResult}.
     */
    public long grantLease(final long leaseId, final long ttlMs)
    {
        return requests.lease(LeaseOperation.GRANT, leaseId, ttlMs, false);
    }

    /**
     * Ends a lease and deletes the keys it holds, in one revision. Counts as a write.
     *
     * @param leaseId of the lease.
     * @return correlation id or {@link ClientResult}.
     */
    public long revokeLease(final long leaseId)
    {
        return requests.lease(LeaseOperation.REVOKE, leaseId, 0, false);
    }

    /**
     * Gives a lease its whole time again. The reply's {@code ttlMs} is 0 if there is no such lease.
     *
     * @param leaseId of the lease.
     * @return correlation id or {@link ClientResult}.
     */
    public long keepLeaseAlive(final long leaseId)
    {
        return requests.lease(LeaseOperation.KEEP_ALIVE, leaseId, 0, false);
    }

    /**
     * Gives many leases their whole time again, by one request; {@link ReplyListener#onLeasesKeptAlive} tells of each.
     *
     * @param leaseIds ids; copied before the call returns.
     * @param offset   of the first.
     * @param count    of ids, at most {@link io.tourbillon.codecs.Protocol#LEASES_KEPT_ALIVE_MAX}.
     * @return correlation id or {@link ClientResult}.
     */
    public long keepLeasesAlive(final long[] leaseIds, final int offset, final int count)
    {
        return requests.keepLeasesAlive(leaseIds, offset, count);
    }

    /**
     * Asks how long a lease still has. The reply's {@code ttlMs} is -1 if there is no such lease.
     *
     * @param leaseId   of the lease.
     * @param wantsKeys list the keys it holds, too: in parts if they are many.
     * @return correlation id or {@link ClientResult}.
     */
    public long leaseTimeToLive(final long leaseId, final boolean wantsKeys)
    {
        return requests.lease(LeaseOperation.TIME_TO_LIVE, leaseId, 0, wantsKeys);
    }

    /**
     * Lists the ids of all leases, in parts if they are many.
     *
     * @return correlation id or {@link ClientResult}.
     */
    public long leases()
    {
        return requests.lease(LeaseOperation.LEASES, 0, 0, false);
    }

    /**
     * Asks for the members of the cluster, changes them, or asks for another leader. The reply lists them; {@code targetId} of a reply to
     * an addition is the new member's id. A change whose answer does not come may have happened: look at the list. Allocates.
     *
     * @param operation      what to do.
     * @param memberId       whom it is about; 0 for a list or an addition.
     * @param isLinearizable of a list: as of now, not as of what the member connected to has applied.
     * @param peerUrl        host:port where members reach the one that is added or updated; null if there is none.
     * @return correlation id or {@link ClientResult}.
     */
    public long members(final MemberOperation operation, final long memberId, final boolean isLinearizable, final String peerUrl)
    {
        final byte[] url = peerUrl == null ? null : peerUrl.getBytes(StandardCharsets.UTF_8);
        final int urlsLength = MemberRequestEncoder.PeerUrlsEncoder.HEADER_SIZE +
            (url == null ? 0 : MemberRequestEncoder.PeerUrlsEncoder.urlHeaderLength() + url.length);
        final long refusal = requests.claim(HEADER_LENGTH + MemberRequestEncoder.BLOCK_LENGTH + urlsLength);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final MemberRequestEncoder member = encoders.member.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        final boolean isChange = operation != MemberOperation.LIST;
        final long correlationId = isChange ? requests.headOfChange(member.request()) : requests.headOfRead(member.request());
        member.targetId(memberId).operation(operation).linearizable((short)(isLinearizable ? 1 : 0));
        final MemberRequestEncoder.PeerUrlsEncoder urls = member.peerUrlsCount(url == null ? 0 : 1);
        if (url != null)
        {
            urls.next().putUrl(url, 0, url.length);
        }
        out.commit();
        return correlationId;
    }

    /**
     * Asks the node for a snapshot of its state, or about alarms. Parts of a snapshot come in order, also empty ones; the last holds the
     * SHA-256 of the others. To raise or disarm an alarm counts as a write.
     *
     * @param operation SNAPSHOT, ALARM_GET, ALARM_ACTIVATE or ALARM_DEACTIVATE.
     * @param targetId  member that has the alarm; else 0.
     * @param type      of the alarm; in a question: NONE = all.
     * @return correlation id or {@link ClientResult}.
     */
    public long maintenance(final MaintenanceOperation operation, final long targetId, final AlarmType type)
    {
        return requests.maintenance(operation, targetId, 0, type);
    }

    /**
     * Asks this very member for a hash of all keys and values with their history, as they stand in its store: members at the same
     * revision of the same compaction agree. Root's.
     *
     * @param revision up to which; 0 = the member's newest.
     * @return correlation id or {@link ClientResult}.
     */
    public long hashKv(final long revision)
    {
        return requests.maintenance(MaintenanceOperation.HASH_KV, 0, revision, AlarmType.NONE);
    }

    /**
     * Asks something about users, roles and permissions, or changes it. What changes them is not sent again by itself.
     *
     * @param command what.
     * @return correlation id or {@link ClientResult}.
     */
    public long auth(final AuthCommand command)
    {
        return requests.auth(command);
    }

    /**
     * Asks for a token, by which other sessions of this user are opened for a while, at any member:
     * {@link UserPassword#ofToken}. {@link ReplyListener#onAuthReply} brings it as the one name. Of who has logged in by a password alone:
     * else the answer is an error (USER_EMPTY, PERMISSION_DENIED), as while authentication is not enabled (AUTH_NOT_ENABLED).
     *
     * @return correlation id or {@link ClientResult}.
     */
    public long requestToken()
    {
        return requests.auth(AuthCommand.token());
    }

    /**
     * Asks for the node's figures.
     *
     * @return correlation id or {@link ClientResult}.
     */
    public long status()
    {
        return requests.status();
    }

    /**
     * Watches a range of keys from now or from a revision on. The watch stands until it is canceled by either side; it need not be asked
     * for again after a reconnect, and may be asked for before there is a connection. Allocates.
     *
     * @param key           buffer of the first key.
     * @param keyOffset     of the first key.
     * @param keyLength     of the first key.
     * @param end           buffer of the range's end.
     * @param endOffset     of the end.
     * @param endLength     of the end; 0 = the one key.
     * @param startRevision first revision wanted; 0 = from now on.
     * @param flags         {@link #WATCH_PREV_KV} and so on.
     * @return id of the watch, of this session, above 0; or {@link ClientResult#CLOSED}.
     */
    public long watch(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final DirectBuffer end, final int endOffset, final int endLength,
        final long startRevision, final int flags)
    {
        return life.isClosed() ? ClientResult.CLOSED :
            watches.add(copy(key, keyOffset, keyLength), copy(end, endOffset, endLength), startRevision, flags);
    }

    /**
     * Watches several ranges at once, with filters; else as {@link #watch(DirectBuffer, int, int, DirectBuffer, int, int, long, int)}.
     *
     * @param ranges and what else is wanted.
     * @return id of the watch, of this session, above 0; or {@link ClientResult#CLOSED}.
     */
    public long watch(final WatchRanges ranges)
    {
        return life.isClosed() ? ClientResult.CLOSED : watches.add(ranges);
    }

    /**
     * Whether a watch stands: the node has said so ({@link ReplyListener#onWatchCreated}), and since then neither was the session lost, nor
     * has the watch ended, nor was its end asked for.
     *
     * @param watchId as {@link #watch} returned it.
     * @return true if it does.
     */
    public boolean isWatchCreated(final long watchId)
    {
        return watches.isCreated(watchId);
    }

    /**
     * Ends a watch: {@link ReplyListener#onWatchCanceled} follows, and until then events may come.
     *
     * @param watchId as {@link #watch} returned it.
     * @return 0, or {@link ClientResult}.
     */
    public long cancelWatch(final long watchId)
    {
        return watches.cancel(watchId);
    }

    /**
     * Keeps back, or gives again, the event credit of what is delivered from now on: once all that the node had is used, events wait there.
     * For who hands them on to somebody slow. A message is always delivered whole.
     *
     * @param isHeld keep it back.
     */
    public void holdCredit(final boolean isHeld)
    {
        watches.holdCredit(isHeld);
    }

    /**
     * Asks how far all watches of this session were delivered; {@link ReplyListener#onWatchProgress} answers, at some time, or
     * {@link ReplyListener#onProgressRefused}. What is unanswered when the session is opened anew is forgotten.
     *
     * @return 0, or {@link ClientResult}.
     */
    public long progress()
    {
        final long refusal = requests.claimControl(HEADER_LENGTH + WatchProgressRequestEncoder.BLOCK_LENGTH);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        Encoders.head(encoders.watchProgress.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header).request(), sessionId(), 0);
        out.commit();
        return 0;
    }

    /** Ends the session. Unanswered requests are reported to the listener before this returns. */
    public void close()
    {
        life.close();
    }

    long sendWatchCancel(final Watch watch)
    {
        final long refusal = requests.claimControl(HEADER_LENGTH + WatchCancelEncoder.BLOCK_LENGTH);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final WatchCancelEncoder cancel = encoders.watchCancel.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        Encoders.head(cancel.request(), sessionId(), -watch.id);
        cancel.watchId(watch.id);
        out.commit();
        return 0;
    }

    private static byte[] copy(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }
}
