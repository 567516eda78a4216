package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.codecs.Action;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.consensus.history.History;
import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.TxnResult;
import io.tourbillon.transport.client.async.UnknownOutcomeException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** One client of one member, one request at a time: puts, deletes, conditional puts, reads. A thread of its own. */
final class Worker implements Runnable
{
    static final int KEYS = 10;
    private static final long PACE_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SULK_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Longer than any request may take: the client itself gives up before. */
    private static final long ANSWER_TIMEOUT_S = 5;
    private static final int LOST = 0;

    private final Member member;
    private final boolean isOutside;
    private final Workload workload;
    private final SplittableRandom random;
    /** A delete says who it is of by a put to it. */
    private final byte[] mark;
    private final Map<String, String> seen = new HashMap<>();
    private TourbillonAsyncClient client;
    private int incarnation;

    /** @param isOutside whether it reaches the member over the network, else through shared memory. */
    Worker(final Member member, final int number, final boolean isOutside, final Workload workload, final long seed)
    {
        this.member = member;
        this.isOutside = isOutside;
        this.workload = workload;
        random = new SplittableRandom(seed);
        mark = ("by/" + member.index() + "/" + number).getBytes(US_ASCII);
    }

    @Override
    public void run()
    {
        while (!workload.isOver() && !member.hasLeft())
        {
            if (isConnected())
            {
                ask("k" + random.nextInt(KEYS));
                LockSupport.parkNanos(PACE_NS);
            }
            else
            {
                LockSupport.parkNanos(SULK_NS);
            }
        }
        close();
    }

    private boolean isConnected()
    {
        // A member that is started anew has another media driver; over the network that is the client's business.
        if (client == null || incarnation == LOST || !isOutside && incarnation != member.incarnation())
        {
            close();
            incarnation = member.incarnation();
            try
            {
                client = isOutside ? member.connectFromOutside() : member.connect();
            }
            catch (final TourbillonException ex)
            {
                return false;
            }
        }
        return true;
    }

    private void close()
    {
        if (client != null)
        {
            client.close();
            client = null;
        }
    }

    private void ask(final String key)
    {
        switch (random.nextInt(8))
        {
            case 0, 1, 2 -> put(key);
            case 3 -> delete(key);
            case 4, 5 -> putAfter(key, seen.get(key));
            default -> read(key);
        }
    }

    private void put(final String key)
    {
        final History.Op op = workload.write(key, false);
        final var result = answer(op, client.put(key.getBytes(US_ASCII), Values.of(op.id())));
        if (result != null)
        {
            done(op, result.header().revision());
        }
    }

    private void delete(final String key)
    {
        final History.Op op = workload.write(key, true);
        final TxnResult result = answer(op,
            client.txn().then(Op.delete(key.getBytes(US_ASCII)), Op.put(mark, Values.of(op.id()))).commit());
        if (result != null)
        {
            done(op, result.header().revision());
        }
    }

    private void putAfter(final String key, final String before)
    {
        final History.Op op = workload.writeAfter(key, before);
        final byte[] bytes = key.getBytes(US_ASCII);
        final Compare condition = before == null ?
            Compare.of(bytes, CompareTarget.VERSION, CompareResult.EQUAL, 0) :
            Compare.value(bytes, CompareResult.EQUAL, Values.of(before));
        final TxnResult result = answer(op,
            client.txn().when(condition).then(Op.put(bytes, Values.of(op.id()))).orElse(Op.range(RangeQuery.of(bytes))).commit());
        if (result != null && result.succeeded())
        {
            done(op, result.header().revision());
        }
        else if (result != null)
        {
            final String value = valueOf(((TxnResult.Range)result.responses().get(0)).kvs());
            seen.put(key, value);
            workload.failed(op, value, result.header().revision());
        }
    }

    private void read(final String key)
    {
        final History.Op op = workload.read(key);
        final var result = answer(op, client.get(key.getBytes(US_ASCII)));
        if (result != null)
        {
            final String value = valueOf(result.kvs());
            seen.put(key, value);
            workload.respond(op, value, result.header().revision());
        }
    }

    private static String valueOf(final List<KeyValue> found)
    {
        return found.isEmpty() ? null : Values.idOf(found.get(0).value());
    }

    private void done(final History.Op op, final long revision)
    {
        seen.put(op.keys().get(0), op.value());
        workload.respond(op, op.value(), revision);
    }

    /** Null if there is none: the write was refused, or nobody knows. */
    private <T> T answer(final History.Op op, final CompletableFuture<T> future)
    {
        try
        {
            return future.get(ANSWER_TIMEOUT_S, TimeUnit.SECONDS);
        }
        catch (final ExecutionException ex)
        {
            if (op.isRead() || isRefusal(ex.getCause()))
            {
                workload.refuse(op, nameOf(ex.getCause()));
            }
            else
            {
                workload.onUnknown(isOutside);
            }
            LockSupport.parkNanos(SULK_NS);
        }
        catch (final TimeoutException ex)
        {
            // Its thread waits for a media driver that was killed.
            if (op.isRead())
            {
                workload.refuse(op, "no answer");
            }
            else
            {
                workload.onUnknown(isOutside);
            }
            incarnation = LOST;
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
        return null;
    }

    private static String nameOf(final Throwable cause)
    {
        return cause instanceof final TourbillonException error && error.code() != null ? error.code().name() : cause.toString();
    }

    /** Nothing came of it, and nothing will. */
    private static boolean isRefusal(final Throwable cause)
    {
        return cause instanceof final TourbillonException refusal && !(refusal instanceof UnknownOutcomeException) &&
            refusal.code() != null && refusal.code().action() != Action.UNKNOWN_OUTCOME;
    }
}
