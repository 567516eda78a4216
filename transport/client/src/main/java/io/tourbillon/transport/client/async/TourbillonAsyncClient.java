package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.transport.client.ClientSession;
import org.agrona.concurrent.AgentRunner;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * The comfortable client: any thread may call it, answers are futures. Futures are completed on the client's one thread: what hangs on them
 * must be
 * short, or go to another thread by {@code thenApplyAsync} and its like. A future fails with {@link TourbillonException}, a write whose
 * answer never came
 * with {@link UnknownOutcomeException}. It reconnects by itself; requests made meanwhile wait until their time-out.
 */
public final class TourbillonAsyncClient implements Keyspace, AutoCloseable
{
    private final ClientAgents agents;
    private final ClientAgent agent;
    private final AgentRunner runner;
    private final Thread thread;
    private final long requestTimeoutNs;
    private final AuthApi auth = new AuthApi(this);
    private final LeaseKeeper leaseKeeper = new LeaseKeeper(this);
    private volatile boolean isClosed;

    private TourbillonAsyncClient(final ClientOptions options)
    {
        final ClientIdle idle = new ClientIdle();
        agents = new ClientAgents(options, idle);
        agent = agents.main();
        requestTimeoutNs = TimeUnit.MILLISECONDS.toNanos(options.context().requestTimeoutMs());
        runner = new AgentRunner(idle, options.context().errorHandler(), null, agents);
        thread = AgentRunner.startOnThread(runner, TourbillonAsyncClient::newThread);
    }

    /**
     * Connects to a node. Blocks until a session is open.
     *
     * @param options where and how.
     * @return the client.
     * @throws TourbillonException with NOT_CONNECTED and the reason, if that takes longer than {@link ClientOptions#connectTimeout}; with
     *                             AUTH_FAILED if the user's login was refused.
     */
    public static TourbillonAsyncClient connect(final ClientOptions options)
    {
        final TourbillonAsyncClient client = new TourbillonAsyncClient(options);
        try
        {
            client.agent.opened().get(options.connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
            return client;
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw client.unreachable(options, ex);
        }
        catch (final ExecutionException | TimeoutException ex)
        {
            if (ex.getCause() instanceof final TourbillonException refusal && refusal.code() != ErrorCode.NOT_CONNECTED)
            {
                client.close();
                throw refusal;
            }
            throw client.unreachable(options, ex);
        }
    }

    /**
     * Connects to a node with the defaults.
     *
     * @param endpoint {@code host:port}, or {@code ipc:/directory/of/the/node's/media/driver}.
     * @return the client.
     */
    public static TourbillonAsyncClient connect(final String endpoint)
    {
        return connect(new ClientOptions().endpoint(endpoint));
    }

    @Override
    public CompletableFuture<PutResult> put(final byte[] key, final byte[] value, final PutOptions options)
    {
        return send(new Requests.Put(key, value, options));
    }

    @Override
    public CompletableFuture<RangeResult> range(final RangeQuery query)
    {
        return send(new Requests.Range(query));
    }

    @Override
    public CompletableFuture<DeleteResult> deleteRange(final byte[] key, final byte[] rangeEnd, final boolean prevKv)
    {
        return send(new Requests.Delete(key, rangeEnd, prevKv));
    }

    @Override
    public CompletableFuture<TxnResult> commit(final Op.Txn txn)
    {
        return send(new Requests.Txn(TxnBuilder.encode(txn)));
    }

    /**
     * Gives history up.
     *
     * @param revision   up to which.
     * @param isPhysical answer when it is done, not when it is decided.
     * @return the outcome.
     */
    public CompletableFuture<ResponseHeader> compact(final long revision, final boolean isPhysical)
    {
        return send(new Requests.Compact(revision, isPhysical));
    }

    /**
     * Makes a lease.
     *
     * @param id    to give it; 0 = the cluster picks one.
     * @param ttlMs how long it lives without a renewal, in milliseconds; raised to the cluster's least.
     * @return the outcome, with id and granted time.
     */
    public CompletableFuture<LeaseResult> grantLease(final long id, final long ttlMs)
    {
        return send(new Requests.Lease(session -> session.grantLease(id, ttlMs)));
    }

    /**
     * Ends a lease and deletes the keys it holds.
     *
     * @param id of the lease.
     * @return the outcome.
     */
    public CompletableFuture<LeaseResult> revokeLease(final long id)
    {
        return send(new Requests.Lease(session -> session.revokeLease(id)));
    }

    /**
     * Gives a lease its whole time again, once.
     *
     * @param id of the lease.
     * @return the time it has, 0 if there is no such lease.
     */
    public CompletableFuture<LeaseResult> keepLeaseAlive(final long id)
    {
        return send(new Requests.Lease(session -> session.keepLeaseAlive(id)));
    }

    /**
     * Gives many leases their whole time again, once, by one request. To keep them alive for as long as the program lives there is
     * {@link #leaseKeeper()}.
     *
     * @param ids of the leases, at most {@link io.tourbillon.codecs.Protocol#LEASES_KEPT_ALIVE_MAX}; not to be changed until the answer.
     * @return what has become of each.
     */
    public CompletableFuture<RenewalsResult> keepLeasesAlive(final long... ids)
    {
        return send(new Requests.LeasesKeepAlive(ids));
    }

    /** @return what renews this client's leases, all together. */
    public LeaseKeeper leaseKeeper()
    {
        return leaseKeeper;
    }

    /**
     * Asks how long a lease still has.
     *
     * @param id        of the lease.
     * @param wantsKeys list the keys it holds, too.
     * @return the time left, -1 if there is no such lease.
     */
    public CompletableFuture<LeaseResult> leaseTimeToLive(final long id, final boolean wantsKeys)
    {
        return send(new Requests.Lease(session -> session.leaseTimeToLive(id, wantsKeys)));
    }

    /** @return the ids of all leases. */
    public CompletableFuture<LeaseResult> leases()
    {
        return send(new Requests.Lease(ClientSession::leases));
    }

    /** @return the members of the cluster as of now, whichever of them is asked. */
    public CompletableFuture<MembersResult> members()
    {
        return send(new Requests.Members((session) -> session.members(MemberOperation.LIST, 0, true, null)));
    }

    /** @return the members as the one that is asked has applied it: also while nobody leads. */
    public CompletableFuture<MembersResult> membersSerializable()
    {
        return send(new Requests.Members((session) -> session.members(MemberOperation.LIST, 0, false, null)));
    }

    /**
     * Adds a member, which is then to be started. Its id is {@link MembersResult#memberId()}.
     *
     * @param peerUrl   host:port where members will reach it.
     * @param isLearner true: without a vote, until {@link #promoteMember} is called.
     * @return the members with it.
     */
    public CompletableFuture<MembersResult> addMember(final String peerUrl, final boolean isLearner)
    {
        final MemberOperation operation = isLearner ? MemberOperation.ADD_LEARNER : MemberOperation.ADD;
        return send(new Requests.Members((session) -> session.members(operation, 0, false, peerUrl)));
    }

    /**
     * Removes a member for good; it stops. Ask another than the one that goes: its answer may be lost with it.
     *
     * @param memberId of the member.
     * @return the members without it.
     */
    public CompletableFuture<MembersResult> removeMember(final long memberId)
    {
        return send(new Requests.Members((session) -> session.members(MemberOperation.REMOVE, memberId, false, null)));
    }

    /**
     * Says where a member is reached by others.
     *
     * @param memberId of the member.
     * @param peerUrl  host:port.
     * @return the members.
     */
    public CompletableFuture<MembersResult> updateMember(final long memberId, final String peerUrl)
    {
        return send(new Requests.Members((session) -> session.members(MemberOperation.UPDATE, memberId, false, peerUrl)));
    }

    /**
     * Lets a learner vote, if it has nine tenths of the leader's log.
     *
     * @param memberId of the learner.
     * @return the members.
     */
    public CompletableFuture<MembersResult> promoteMember(final long memberId)
    {
        return send(new Requests.Members((session) -> session.members(MemberOperation.PROMOTE, memberId, false, null)));
    }

    /**
     * Lets another member lead; to be asked of the leader.
     *
     * @param memberId who is to lead.
     * @return done once it leads; it lists nobody.
     */
    public CompletableFuture<MembersResult> moveLeader(final long memberId)
    {
        return send(new Requests.Members((session) -> session.members(MemberOperation.MOVE_LEADER, memberId, false, null)));
    }

    /** @return the alarms of the cluster as of now, whichever member is asked. */
    public CompletableFuture<AlarmsResult> alarms()
    {
        return send(new Requests.Alarms((session) -> session.maintenance(MaintenanceOperation.ALARM_GET, 0, AlarmType.NONE)));
    }

    /**
     * Raises an alarm: NOSPACE refuses what needs room, CORRUPT every change, on all members, until it is disarmed.
     *
     * @param memberId with whom it is.
     * @param type     not NONE.
     * @return the alarm.
     */
    public CompletableFuture<AlarmsResult> raiseAlarm(final long memberId, final AlarmType type)
    {
        return send(new Requests.Alarms((session) -> session.maintenance(MaintenanceOperation.ALARM_ACTIVATE, memberId, type)));
    }

    /**
     * Disarms an alarm. What is so still is said again: by a member of its full disk, by the next put that the quota refuses. Both end by
     * themselves, without this.
     *
     * @param memberId with whom it is.
     * @param type     of the alarm.
     * @return the alarm that was there, or none.
     */
    public CompletableFuture<AlarmsResult> disarmAlarm(final long memberId, final AlarmType type)
    {
        return send(new Requests.Alarms((session) -> session.maintenance(MaintenanceOperation.ALARM_DEACTIVATE, memberId, type)));
    }

    /** @return users, roles and permissions. */
    public AuthApi auth()
    {
        return auth;
    }

    /** @return the node's figures. */
    public CompletableFuture<StatusResult> status()
    {
        return send(new Requests.Status());
    }

    @Override
    public WatchHandle watch(final WatchQuery query, final WatchListener listener)
    {
        final WatchHandle handle = new WatchHandle(this, query, listener);
        execute(agents.readers(), () -> agents.readers().startWatch(handle));
        return handle;
    }

    @Override
    public CompletableFuture<Void> after(final long delayNs)
    {
        final CompletableFuture<Void> due = new CompletableFuture<>();
        final long dueNs = System.nanoTime() + delayNs;
        execute(agent, () -> agent.startTimer(dueNs, due));
        if (isClosed)
        {
            due.completeExceptionally(new TourbillonException(ErrorCode.NOT_CONNECTED, "the client was closed"));
        }
        return due;
    }

    /** @return true on the client's thread, where nothing may be waited for. */
    public boolean isOnClientThread()
    {
        return Thread.currentThread() == thread;
    }

    /** @return true if requests go through the node's own media driver. */
    public boolean isIpc()
    {
        return agent.isIpc();
    }

    /** Ends the session and the thread. What is unanswered fails. */
    @Override
    public void close()
    {
        if (!isClosed)
        {
            isClosed = true;
            LockSupport.unpark(thread);
            runner.close();
            agents.failQueued("the client was closed");
        }
    }

    <T> CompletableFuture<T> send(final Request<T> request)
    {
        request.deadlineNs = System.nanoTime() + requestTimeoutNs;
        if (isClosed)
        {
            request.future.completeExceptionally(new TourbillonException(ErrorCode.NOT_CONNECTED, "the client was closed"));
        }
        else if (!(request.isSerializable() ? agents.readers() : agent).offer(request))
        {
            request.future.completeExceptionally(
                new TourbillonException(ErrorCode.TOO_MANY_REQUESTS, "too many requests wait to be sent"));
        }
        else if (isClosed)
        {
            // Closed between the look and the offer: nobody may come to take it.
            request.future.completeExceptionally(new TourbillonException(ErrorCode.NOT_CONNECTED, "the client was closed"));
        }
        else
        {
            LockSupport.unpark(thread);
        }
        return request.future;
    }

    void cancel(final WatchHandle handle)
    {
        execute(agents.readers(), () -> agents.readers().cancelWatch(handle));
    }

    private void execute(final ClientAgent owner, final Runnable command)
    {
        owner.execute(command);
        LockSupport.unpark(thread);
    }

    private TourbillonException unreachable(final ClientOptions options, final Exception cause)
    {
        final String why = agent.reason();
        close();
        final TourbillonException error =
            new TourbillonException(ErrorCode.NOT_CONNECTED, "cannot reach " + options.endpoint() + ": " + why);
        error.initCause(cause);
        return error;
    }

    private static Thread newThread(final Runnable runnable)
    {
        final Thread thread = new Thread(runnable, "tourbillon-client");
        thread.setDaemon(true);
        return thread;
    }
}
