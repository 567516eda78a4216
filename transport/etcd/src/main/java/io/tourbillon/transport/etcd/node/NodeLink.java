package io.tourbillon.transport.etcd.node;

import io.tourbillon.codecs.Doorbell;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.TxnEncoder;
import io.tourbillon.transport.client.UserPassword;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client of the node, run by one thread, "the link's": takes calls from a queue, polls, hands answers to the calls. Who submits one
 * wakes it; which thread that is, and what it does meanwhile, is its {@link LinkPace}'s business.
 */
public final class NodeLink implements AutoCloseable
{
    /** Calls that wait for this thread; more are answered "too many requests". */
    private static final int QUEUE_CAPACITY = 32_768;
    private static final int TAKE_LIMIT = 256;
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ManyToOneConcurrentArrayQueue<NodeCall> calls = new ManyToOneConcurrentArrayQueue<>(QUEUE_CAPACITY);
    private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final TourbillonClient client;
    private final LinkConnections connections;
    private final TxnEncoder txnEncoder;
    private final AnswerMemory answers;
    private final long requestTimeoutNs;
    private final ArrayList<NodeSession> sessions = new ArrayList<>();
    private final ArrayList<NodeSession> blocked = new ArrayList<>();
    private final ArrayList<Runnable> ticks = new ArrayList<>();
    private final NodeSession nobody;
    /** Null before the start. */
    private volatile LinkPace pace;
    private long nowNs;
    private int sentCount;
    private int listenerCount;
    private long tickedNs = System.nanoTime();
    private volatile long leaderId;
    private volatile boolean isServing;
    private volatile boolean isEnded;

    /**
     * Takes calls, but does not make them before {@link #start}.
     *
     * @param context         of the client.
     * @param endpoint        of the node.
     * @param requestBytesMax longest request.
     * @param answerBytesMax  of answers that are put together here or wait for their clients, in all.
     * @param errorHandler    of what should not happen; called on the link's thread.
     */
    public NodeLink(
        final ClientContext context, final String endpoint, final int requestBytesMax, final long answerBytesMax,
        final ErrorHandler errorHandler)
    {
        answers = new AnswerMemory(answerBytesMax);
        context.errorHandler(errorHandler);
        client = TourbillonClient.launch(context);
        txnEncoder = new TxnEncoder(requestBytesMax);
        requestTimeoutNs = TimeUnit.MILLISECONDS.toNanos(context.requestTimeoutMs());
        connections = new LinkConnections(client, endpoint);
        nobody = open(null, SessionEvents.NONE);
    }

    /**
     * Begins to connect. Once.
     *
     * @param newPace  runs it.
     * @param doorbell of the node; null = it is of another process.
     */
    public void start(final LinkPace newPace, final Doorbell doorbell)
    {
        client.context().doorbell(doorbell);
        if (doorbell != null)
        {
            doorbell.onAnswers(newPace::wake);
        }
        pace = newPace;
        newPace.start(new LinkAgent());
    }

    private void wake()
    {
        final LinkPace current = pace;
        if (current != null)
        {
            current.wake();
        }
    }

    /** @return the session of who has not said who he is. */
    public NodeSession nobody()
    {
        return nobody;
    }

    /**
     * Has something done on the link's thread. Any thread.
     *
     * @param command to run.
     */
    public void execute(final Runnable command)
    {
        commands.add(command);
        wake();
    }

    /**
     * Opens a session. Any thread; does not wait.
     *
     * @param user   who logs in; null = nobody.
     * @param events hears of its fate.
     * @return the session, which may be used at once: calls wait until it is open.
     */
    public NodeSession open(final UserPassword user, final SessionEvents events)
    {
        final NodeSession session = new NodeSession(this, user, events);
        execute(session::begin);
        return session;
    }

    /** Opens a session at the node. Link's thread. */
    ClientSession begin(final NodeSession session, final UserPassword user)
    {
        sessions.add(session);
        final ClientConnection connection = connections.take();
        return user == null ? connection.openSession(session) : connection.openSession(user, session);
    }

    /** @return the encoder of transactions, for use within one {@link NodeCall#send}. Link's thread. */
    public TxnEncoder txnEncoder()
    {
        return txnEncoder;
    }

    /** @return who leads, as the node said last; 0 = nobody that it knows, or it is not reached. Any thread. */
    public long leaderId()
    {
        return leaderId;
    }

    /** @return whether the node is reached and serves. Any thread. */
    public boolean isServing()
    {
        return isServing;
    }

    /**
     * Has something done ten times a second, on the link's thread. Before {@link #start}.
     *
     * @param command short, and not to throw.
     */
    public void onTick(final Runnable command)
    {
        ticks.add(command);
    }

    private void observe()
    {
        final boolean isOpen = nobody.client().isOpen();
        final long foundId = isOpen ? connections.first().memberChoice().leaderId() : 0;
        if (foundId != leaderId)
        {
            leaderId = foundId;
        }
        if (isOpen != isServing)
        {
            isServing = isOpen;
        }
        if (nowNs - tickedNs >= TICK_NS)
        {
            tickedNs = nowNs;
            connections.leaveLeaderless(nowNs);
            ticks.forEach(Runnable::run);
        }
    }

    /** @return the time of this duty cycle, of a nano clock. Link's thread. */
    public long nowNs()
    {
        return nowNs;
    }

    /**
     * Somebody waits for what comes unasked (or does not any more), so that the thread must not sleep long. Link's thread.
     *
     * @param delta 1 or -1.
     */
    public void onListener(final int delta)
    {
        listenerCount += delta;
    }

    AnswerMemory answers()
    {
        return answers;
    }

    /** @return bytes of answers that are put together or wait for their clients. Any thread. */
    public long answerBytes()
    {
        return answers.taken();
    }

    void submit(final NodeSession session, final NodeCall call)
    {
        call.bind(session, System.nanoTime() + requestTimeoutNs);
        if (isEnded)
        {
            call.onFailure(Failures.of(ErrorCode.STOPPED));
        }
        else if (calls.offer(call))
        {
            wake();
            if (isEnded)
            {
                failQueued();
            }
        }
        else
        {
            call.onFailure(Failures.of(ErrorCode.TOO_MANY_REQUESTS));
        }
    }

    void forget(final NodeSession session)
    {
        if (sessions.remove(session))
        {
            connections.give(session.client().connection());
        }
        blocked.remove(session);
    }

    void onWaiting(final NodeSession session)
    {
        if (!blocked.contains(session))
        {
            blocked.add(session);
        }
    }

    void onSent(final int delta)
    {
        sentCount += delta;
    }

    private int runCommands()
    {
        int count = 0;
        for (int i = commands.size(); i > 0; i--)
        {
            commands.poll().run();
            count++;
        }
        return count;
    }

    private int takeCalls()
    {
        int count = 0;
        for (NodeCall call = calls.poll(); call != null; call = count < TAKE_LIMIT ? calls.poll() : null)
        {
            call.session().accept(call);
            count++;
        }
        for (int i = blocked.size() - 1; i >= 0; i--)
        {
            final NodeSession session = i < blocked.size() ? blocked.get(i) : null; // one that ends takes itself out
            if (session != null && !session.sendWaiting())
            {
                blocked.remove(session);
            }
        }
        return count;
    }

    private void failQueued()
    {
        synchronized (calls)
        {
            for (NodeCall call = calls.poll(); call != null; call = calls.poll())
            {
                call.onFailure(Failures.of(ErrorCode.STOPPED));
            }
        }
    }

    private int expected()
    {
        if (!isServing || !blocked.isEmpty())
        {
            return LinkPace.PROGRESS;
        }
        return sentCount > 0 ? LinkPace.ANSWERS : listenerCount > 0 ? LinkPace.EVENTS : LinkPace.NOTHING;
    }

    private void end()
    {
        isEnded = true;
        client.close();
        new ArrayList<>(sessions).forEach(NodeSession::onLinkClosed);
        failQueued();
    }

    /** Ends; what is under way fails with "server stopped". Blocks until then. */
    @Override
    public void close()
    {
        if (pace == null)
        {
            end();
        }
        else
        {
            pace.close();
        }
    }

    private final class LinkAgent implements Agent
    {
        @Override
        public int doWork()
        {
            nowNs = System.nanoTime();
            int workCount = runCommands();
            workCount += takeCalls();
            workCount += client.poll();
            observe();
            pace.expecting(expected());
            return workCount;
        }

        @Override
        public void onClose()
        {
            end();
        }

        @Override
        public String roleName()
        {
            return "tourbillon-etcd-front";
        }
    }
}
