package io.tourbillon.tools.ctl;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.command.KeyRange;
import io.tourbillon.tools.ctl.command.Request;
import io.tourbillon.tools.ctl.command.TxnScript;
import io.tourbillon.tools.ctl.output.AlarmAnswer;
import io.tourbillon.tools.ctl.output.Answer;
import io.tourbillon.tools.ctl.output.AuthAnswer;
import io.tourbillon.tools.ctl.output.HashAnswer;
import io.tourbillon.tools.ctl.output.MemberAnswer;
import io.tourbillon.tools.ctl.output.Status;
import io.tourbillon.transport.client.AuthCommand;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.WatchRanges;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.PrintStream;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/** A session on a node for one command: one thread, which sends, polls and waits. */
public final class NodeLink implements AutoCloseable
{
    private static final int SPINS = 50;
    private static final int SHORT_PARKS = 2_000;
    private static final long SHORT_PARK_NS = 20_000;
    private static final long LONG_PARK_NS = 1_000_000;
    private static final byte[] NO_KEY = {};

    private final TourbillonClient client;
    private final ClientConnection connection;
    private final ClientSession session;
    private final Collector collector;
    private final long commandTimeoutNs;
    private int idleCount;

    /**
     * How to speak to a node.
     *
     * @param key              that client and node prove to know; null = none.
     * @param user             who logs in; null = nobody.
     * @param dialTimeoutNs    for each endpoint.
     * @param commandTimeoutNs for an answer.
     * @param silenceMs        after which a node is given up; 0 = what is usual.
     * @param debug            told what becomes of the connection; null = nobody.
     */
    record Settings(
        ConnectionKey key, UserPassword user, long dialTimeoutNs, long commandTimeoutNs, long silenceMs, PrintStream debug)
    {
    }

    private NodeLink(final String endpoint, final Settings settings)
    {
        commandTimeoutNs = settings.commandTimeoutNs();
        final ClientContext context = new ClientContext()
            .clientName("tbctl")
            .connectionKey(settings.key())
            .requestTimeoutMs(Math.max(1, commandTimeoutNs / 1_000_000))
            .connectTimeoutMs(Math.max(1, settings.dialTimeoutNs() / 1_000_000));
        client = TourbillonClient.launch(settings.silenceMs() == 0 ? context : context.silenceMs(settings.silenceMs()));
        collector = new Collector(endpoint);
        final PrintStream debug = settings.debug();
        try
        {
            connection = client.connect(endpoint, (ignore, from, to, reason) ->
            {
                if (debug != null)
                {
                    debug.println("debug: " + endpoint + ": " + from + " -> " + to + ": " + reason);
                }
            });
        }
        catch (final IllegalArgumentException ex)
        {
            client.close();
            throw new CtlException(ExitCode.BAD_ARGS, ex.getMessage());
        }
        session = settings.user() == null ? connection.openSession(collector) : connection.openSession(settings.user(), collector);
    }

    /**
     * Opens a session on the first endpoint that answers. Blocks.
     *
     * @param endpoints separated by commas.
     * @param settings  of each of them.
     * @return the session.
     * @throws CtlException if none answers.
     */
    static NodeLink open(final String endpoints, final Settings settings)
    {
        String reason = "no endpoint";
        for (final String endpoint : endpoints.split(","))
        {
            final NodeLink link = new NodeLink(endpoint.trim(), settings);
            if (link.awaitOpened(settings.dialTimeoutNs()))
            {
                return link;
            }
            reason = "cannot connect to " + endpoint.trim() + " within " + settings.dialTimeoutNs() / 1_000_000 + " ms (" +
                link.connection.reason() + ")";
            link.close();
        }
        throw new CtlException(ExitCode.BAD_CONNECTION, reason);
    }

    private boolean awaitOpened(final long timeoutNs)
    {
        final long startNs = System.nanoTime();
        while (!collector.isOpened())
        {
            if (collector.isLoginRefused())
            {
                close();
                throw new CtlException(ExitCode.BAD_CONNECTION, ErrorCode.AUTH_FAILED.message());
            }
            if (System.nanoTime() - startNs > timeoutNs)
            {
                return false;
            }
            poll();
        }
        return true;
    }

    /** Takes what has come, and rests a little if nothing has. */
    public void poll()
    {
        if (client.poll() > 0)
        {
            idleCount = 0;
        }
        else if (++idleCount < SPINS)
        {
            Thread.yield();
        }
        else
        {
            LockSupport.parkNanos(idleCount < SHORT_PARKS ? SHORT_PARK_NS : LONG_PARK_NS);
        }
    }

    /**
     * Reads a range.
     *
     * @param request which.
     * @return the whole answer.
     */
    public Answer.Range get(final Request.Get request)
    {
        final byte[] key = request.range().key();
        final byte[] end = request.range().rangeEnd();
        return (Answer.Range)call(NO_KEY, () -> session.range(
            new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(end), 0, end.length, TxnBuilder.options(request)));
    }

    /**
     * Reads a range part by part, so that no part has to wait for the next in memory.
     *
     * @param request which.
     * @param sink    takes each part as it comes; the keys of a part are its own only until it returns.
     */
    public void stream(final Request.Get request, final Consumer<Answer.Range> sink)
    {
        collector.rangeSink(sink);
        try
        {
            get(request);
        }
        finally
        {
            collector.rangeSink(null);
        }
    }

    /**
     * Asks for the hash of all keys and values, with their history.
     *
     * @param revision up to which; 0 = up to now.
     * @return the answer of this node.
     */
    public HashAnswer hash(final long revision)
    {
        call(NO_KEY, () -> session.hashKv(revision));
        return collector.hash();
    }

    /**
     * Writes a key.
     *
     * @param request what.
     * @return the answer.
     */
    public Answer.Put put(final Request.Put request)
    {
        return (Answer.Put)call(request.key(), () -> send(request));
    }

    private long send(final Request.Put request)
    {
        return session.put(new UnsafeBuffer(request.key()), 0, request.key().length,
            new UnsafeBuffer(request.value()), 0, request.value().length, request.lease(), TxnBuilder.putFlags(request));
    }

    /**
     * Deletes a range.
     *
     * @param request which.
     * @return the whole answer.
     */
    public Answer.Delete delete(final Request.Delete request)
    {
        final byte[] key = request.range().key();
        final byte[] end = request.range().rangeEnd();
        return (Answer.Delete)call(NO_KEY, () -> session.deleteRange(
            new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(end), 0, end.length, request.prevKv() ? ClientSession.PREV_KV : 0));
    }

    /**
     * Runs a transaction.
     *
     * @param script of it.
     * @return the whole answer.
     */
    public Answer.Txn txn(final TxnScript script)
    {
        final var encoded = TxnBuilder.encode(script);
        return (Answer.Txn)call(NO_KEY, () -> session.txn(encoded));
    }

    /**
     * Gives history up.
     *
     * @param revision   up to which.
     * @param isPhysical true to wait until it is gone from the store.
     */
    public void compact(final long revision, final boolean isPhysical)
    {
        call(NO_KEY, () -> session.compact(revision, isPhysical));
    }

    /**
     * Asks something about leases.
     *
     * @param word    which request.
     * @param request sends it.
     * @return the whole answer.
     */
    public Answer.Lease lease(final Answer.LeaseWord word, final ToLongFunction<ClientSession> request)
    {
        collector.leaseWord(word);
        return (Answer.Lease)call(NO_KEY, () -> request.applyAsLong(session));
    }

    /** @return what the node says of itself. */
    public Status status()
    {
        call(NO_KEY, session::status);
        return collector.status();
    }

    /**
     * Asks the node for a snapshot. The time-out is that between two parts.
     *
     * @param sink called by this, with each part.
     */
    public void snapshot(final SnapshotSink sink)
    {
        collector.snapshot(sink);
        call(NO_KEY, () -> session.maintenance(MaintenanceOperation.SNAPSHOT, 0, AlarmType.NONE));
    }

    /**
     * Asks for the members.
     *
     * @param isLinearizable true: as of now, whoever is asked; false: as the one that is asked knows them.
     * @return the members.
     */
    public MemberAnswer members(final boolean isLinearizable)
    {
        call(NO_KEY, () -> session.members(MemberOperation.LIST, 0, isLinearizable, null));
        return collector.members();
    }

    /**
     * Changes the members, or asks for another leader.
     *
     * @param operation what to do.
     * @param memberId  whom it is about; 0 of an addition.
     * @param peerUrl   where other members reach who is added or updated; else null.
     * @return the members afterwards.
     */
    public MemberAnswer members(final MemberOperation operation, final long memberId, final String peerUrl)
    {
        call(NO_KEY, () -> session.members(operation, memberId, true, peerUrl));
        return collector.members();
    }

    /**
     * Asks which alarms there are, raises one, or disarms one.
     *
     * @param operation about alarms.
     * @param memberId  with whom it is; 0 of a question.
     * @param type      of the alarm; of a question: NONE = all.
     * @return the answer.
     */
    public AlarmAnswer alarm(final MaintenanceOperation operation, final long memberId, final AlarmType type)
    {
        call(NO_KEY, () -> session.maintenance(operation, memberId, type));
        return collector.alarms();
    }

    /**
     * Asks something about users, roles and permissions, or changes it.
     *
     * @param command what.
     * @return the whole answer.
     */
    public AuthAnswer auth(final AuthCommand command)
    {
        call(NO_KEY, () -> session.auth(command));
        return collector.auth();
    }

    /**
     * Watches a range, from now or from a revision on.
     *
     * @param range         of keys.
     * @param startRevision 0 = from now on.
     * @param flags         {@link ClientSession#WATCH_PREV_KV} and so on.
     * @param sink          called by {@link #poll()}.
     */
    public void watch(final KeyRange range, final long startRevision, final int flags, final WatchSink sink)
    {
        if (collector.watches().isEmpty())
        {
            status(); // for the head that etcdctl prints with events, which ours do not carry in full
        }
        final byte[] key = range.key();
        final byte[] end = range.rangeEnd();
        final long watchId = session.watch(new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(end), 0, end.length, startRevision,
            ClientSession.WATCH_FRAGMENT | flags);
        collector.watches().add(watchId, sink);
    }

    /**
     * The same of several ranges, with filters.
     *
     * @param ranges what is wanted.
     * @param sink   called by {@link #poll()}.
     */
    public void watch(final WatchRanges ranges, final WatchSink sink)
    {
        if (collector.watches().isEmpty())
        {
            status();
        }
        collector.watches().add(session.watch(ranges), sink);
    }

    /** Asks how far the watches of this session were delivered. */
    public void requestProgress()
    {
        session.progress();
    }

    /** @return puts submitted and not answered. */
    public int inFlight()
    {
        return collector.inFlight();
    }

    /**
     * Sends a put without waiting for its answer; waits only until it can be sent.
     *
     * @param request    what.
     * @param completion told its outcome, by {@link #poll()}.
     * @throws CtlException if the connection is lost and does not come back within the command's time-out.
     */
    public void submit(final Request.Put request, final Completion completion)
    {
        final long result = sendPatiently(() -> send(request));
        if (result >= 0)
        {
            collector.expect(result, completion);
        }
        else
        {
            completion.onDone(refusal(result));
        }
    }

    /** Waits for the answers of all that was submitted. */
    public void drain()
    {
        while (collector.inFlight() > 0)
        {
            poll(); // each put has its own time-out, so this ends
        }
    }

    private Answer call(final byte[] key, final LongSupplier request)
    {
        collector.expect(key);
        final long result = sendPatiently(request);
        if (result < 0)
        {
            throw new CtlException(ExitCode.ERROR, refusal(result));
        }
        while (!collector.isDone())
        {
            poll(); // the client's own time-out ends it
        }
        return collector.answer();
    }

    /** Gives a correlation id, or a result that waiting does not change. */
    private long sendPatiently(final LongSupplier request)
    {
        final long startNs = System.nanoTime();
        while (true)
        {
            final long result = request.getAsLong();
            if (result >= 0 || result == ClientResult.TOO_LARGE || result == ClientResult.CLOSED)
            {
                return result;
            }
            if (System.nanoTime() - startNs > commandTimeoutNs)
            {
                throw new CtlException(ExitCode.BAD_CONNECTION, "cannot send: " + ClientResult.name(result) + " (" + connection.reason() +
                    ")");
            }
            poll();
        }
    }

    private static String refusal(final long result)
    {
        return result == ClientResult.TOO_LARGE ?
            ErrorCode.REQUEST_TOO_LARGE.message() : "cannot send: " + ClientResult.name(result);
    }

    @Override
    public void close()
    {
        client.close();
    }

    /** Told the outcome of a submitted put. */
    @FunctionalInterface
    public interface Completion
    {
        /**
         * @param error null = acknowledged.
         */
        void onDone(String error);
    }
}
