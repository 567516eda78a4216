package io.tourbillon.tools.ctl;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.tools.ctl.output.AlarmAnswer;
import io.tourbillon.tools.ctl.output.Answer;
import io.tourbillon.tools.ctl.output.AuthAnswer;
import io.tourbillon.tools.ctl.output.HashAnswer;
import io.tourbillon.tools.ctl.output.Header;
import io.tourbillon.tools.ctl.output.KeyValue;
import io.tourbillon.tools.ctl.output.MemberAnswer;
import io.tourbillon.tools.ctl.output.Status;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Puts the answer to the one request that a command waits for together; hands those of an import's many puts to their completions. */
final class Collector implements ReplyListener
{
    private final Long2ObjectHashMap<NodeLink.Completion> completions = new Long2ObjectHashMap<>();
    private final WatchTable watches = new WatchTable();
    private final List<KeyValue> kvs = new ArrayList<>();
    private final String endpoint;
    private TxnBuilder txn = new TxnBuilder();
    private final List<Long> leases = new ArrayList<>();
    private final List<byte[]> leaseKeys = new ArrayList<>();
    private byte[] putKey = {};
    private Answer.LeaseWord leaseWord;
    private SnapshotSink snapshot;
    private boolean isOpened;
    private boolean isDone;
    private Answer answer;
    private Status status;
    private MemberAnswer members;
    private AlarmAnswer alarms;
    private AuthAnswer auth;
    private HashAnswer hash;
    private Consumer<Answer.Range> rangeSink;
    private boolean isLoginRefused;
    private CtlException failure;

    Collector(final String endpoint)
    {
        this.endpoint = endpoint;
    }

    /** Forgets the last answer. */
    void expect(final byte[] key)
    {
        isDone = false;
        failure = null;
        answer = null;
        putKey = key;
        kvs.clear();
        leases.clear();
        leaseKeys.clear();
        auth = null;
        txn = new TxnBuilder();
    }

    /** Of the snapshot that is asked for next. */
    void snapshot(final SnapshotSink sink)
    {
        snapshot = sink;
    }

    /** Of the ranges that are asked for next; null = their parts are put together. */
    void rangeSink(final Consumer<Answer.Range> sink)
    {
        rangeSink = sink;
    }

    void expect(final long correlationId, final NodeLink.Completion completion)
    {
        completions.put(correlationId, completion);
    }

    /** Of the request about leases that is made next. */
    void leaseWord(final Answer.LeaseWord word)
    {
        leaseWord = word;
    }

    int inFlight()
    {
        return completions.size();
    }

    boolean isOpened()
    {
        return isOpened;
    }

    boolean isDone()
    {
        return isDone;
    }

    /** The answer that came, or why none will. */
    Answer answer()
    {
        if (failure != null)
        {
            throw failure;
        }
        return answer;
    }

    Status status()
    {
        answer();
        return status;
    }

    MemberAnswer members()
    {
        answer();
        return members;
    }

    AlarmAnswer alarms()
    {
        answer();
        return alarms;
    }

    HashAnswer hash()
    {
        answer();
        return hash;
    }

    AuthAnswer auth()
    {
        answer();
        return auth;
    }

    /** Whether the user may not log in: a wrong name or a wrong password. */
    boolean isLoginRefused()
    {
        return isLoginRefused;
    }

    WatchTable watches()
    {
        return watches;
    }

    @Override
    public void onSessionOpened(final ClientSession session)
    {
        isOpened = true;
    }

    @Override
    public void onSessionClosed(final ClientSession session, final int errorCode)
    {
        isLoginRefused |= errorCode == ErrorCode.AUTH_FAILED.number();
    }

    @Override
    public void onError(final ClientSession session, final long correlationId, final ErrorReplyDecoder error)
    {
        final String message = error.message();
        fail(correlationId, message.isEmpty() ? "error " + error.code() : message);
    }

    @Override
    public void onUnknownOutcome(final ClientSession session, final long correlationId)
    {
        fail(correlationId, "no answer within the time allowed: whether it was done is not known");
    }

    @Override
    public void onTimeout(final ClientSession session, final long correlationId)
    {
        fail(correlationId, "no answer within the time allowed");
    }

    private void fail(final long correlationId, final String message)
    {
        final NodeLink.Completion completion = completions.remove(correlationId);
        if (completion != null)
        {
            completion.onDone(message);
            return;
        }
        isDone = true;
        failure = new CtlException(ExitCode.ERROR, message);
    }

    private void done(final Answer complete)
    {
        isDone = true;
        answer = complete;
    }

    @Override
    public void onPutReply(final ClientSession session, final long correlationId, final PutReplyDecoder reply)
    {
        final NodeLink.Completion completion = completions.remove(correlationId);
        if (completion != null)
        {
            completion.onDone(null);
            return;
        }
        done(Replies.put(reply, putKey));
    }

    @Override
    public void onRangeReply(final ClientSession session, final long correlationId, final RangeReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        final Answer.Range soFar = Replies.range(reply, kvs);
        if (rangeSink != null)
        {
            rangeSink.accept(soFar);
            kvs.clear();
        }
        if (isLast)
        {
            done(soFar);
        }
    }

    @Override
    public void onDeleteRangeReply(final ClientSession session, final long correlationId, final DeleteRangeReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        final Answer.Delete soFar = Replies.delete(reply, kvs);
        if (isLast)
        {
            done(soFar);
        }
    }

    @Override
    public void onTxnReply(final ClientSession session, final long correlationId, final TxnReplyDecoder reply)
    {
        txn.onPart(reply);
        if (reply.flags().last())
        {
            done(txn.answer(reply));
        }
    }

    @Override
    public void onCompactReply(final ClientSession session, final long correlationId, final CompactReplyDecoder reply)
    {
        done(null);
    }

    @Override
    public void onLeaseReply(final ClientSession session, final long correlationId, final LeaseReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        for (final LeaseReplyDecoder.LeasesDecoder lease : reply.leases())
        {
            leases.add(lease.id());
        }
        for (final LeaseReplyDecoder.KeysDecoder item : reply.keys())
        {
            final byte[] key = new byte[item.keyLength()];
            item.getKey(key, 0, key.length);
            leaseKeys.add(key);
        }
        if (isLast)
        {
            done(new Answer.Lease(Replies.header(reply.reply()), leaseWord, reply.leaseId(), reply.ttlMs(), reply.grantedTtlMs(),
                List.copyOf(leases), List.copyOf(leaseKeys)));
        }
    }

    @Override
    public void onMemberReply(final ClientSession session, final long correlationId, final MemberReplyDecoder reply)
    {
        members = Replies.members(reply);
        done(null);
    }

    @Override
    public void onMaintenanceReply(final ClientSession session, final long correlationId, final MaintenanceReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        hash = Replies.hash(reply, endpoint);
        alarms = Replies.alarms(reply); // also of a snapshot, which has none: the blob is behind them
        final byte[] blob = new byte[reply.blobLength()];
        reply.getBlob(blob, 0, blob.length);
        if (snapshot != null)
        {
            snapshot.onPart(blob, isLast);
        }
        if (isLast)
        {
            done(null);
        }
    }

    @Override
    public void onAuthReply(final ClientSession session, final long correlationId, final AuthReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        auth = Replies.auth(reply, auth);
        if (isLast)
        {
            done(null);
        }
    }

    @Override
    public void onStatusReply(final ClientSession session, final long correlationId, final StatusReplyDecoder reply)
    {
        status = Replies.status(reply, endpoint);
        done(null);
    }

    @Override
    public void onWatchEvent(final ClientSession session, final long watchId, final WatchEvent event)
    {
        watches.onEvent(watchId, event);
    }

    @Override
    public void onWatchEventsEnd(final ClientSession session, final long revision, final boolean isFragment)
    {
        if (!isFragment)
        {
            final Header seen = status.header();
            watches.deliver(new Header(seen.clusterId(), seen.memberId(), revision, seen.raftTerm()));
        }
    }

    @Override
    public void onWatchProgress(final ClientSession session, final long watchId, final long revision)
    {
        watches.onProgress(watchId, revision);
    }

    @Override
    public void onWatchCanceled(
        final ClientSession session, final long watchId, final int errorCode, final long compactRevision, final DirectBuffer reason)
    {
        if (errorCode != 0)
        {
            final ErrorCode code = ErrorCode.of(errorCode);
            final String text = reason.capacity() > 0 ? reason.getStringWithoutLengthUtf8(0, reason.capacity()) :
                code == null ? "error " + errorCode : code.message();
            watches.onCanceled(watchId, text);
        }
    }
}
