package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.TlsFlags;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.recipe.Mirror;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * {@code make-mirror}: copies keys to another cluster, then each revision behind them, in a transaction of its own, until SIGINT or
 * SIGTERM. If the destination is slower than the source the watch is given up, and taken up again where the copy stands.
 */
public final class MirrorCommand implements Command
{
    private static final String DESTINATION = "dest-";
    private static final int BATCHES_MAX = 1_024;
    private static final long MAX_TXN_OPS = 128;
    private static final long LOOK_MS = 100;
    private static final long REPORT_NS = TimeUnit.SECONDS.toNanos(30);

    private Context context;
    private TourbillonAsyncClient destination;
    private byte[] prefix;
    private byte[] destinationPrefix;
    private int opsMax;
    private long mirrored;
    private long reportedNs;

    @Override
    public String usage()
    {
        return "[options] <destination> [flags]";
    }

    @Override
    public String summary()
    {
        return "Makes a mirror at the destination cluster";
    }

    @Override
    public void declare(final Flags flags)
    {
        TlsFlags.declare(flags, DESTINATION)
            .text("dest-password", (char)0, "", "Destination password for authentication (if this is used, --dest-user is the name alone)")
            .text("dest-prefix", (char)0, "", "destination prefix to mirror a prefix to a different prefix in the destination cluster")
            .text("dest-user", (char)0, "", "Destination username[:password] for authentication (prompt if password is not supplied)")
            .number("max-txn-ops", MAX_TXN_OPS, "Maximum number of operations permitted in a transaction during syncing updates")
            .bool("no-dest-prefix", "mirror key-values to the root of the destination cluster")
            .text("prefix", (char)0, "", "Key-value prefix to mirror")
            .number("rev", "Specify the kv revision to start to mirror");
    }

    @Override
    public int run(final Context ctlContext) throws InterruptedException
    {
        context = ctlContext;
        final Flags flags = context.flags();
        TlsFlags.refuse(flags, DESTINATION);
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("make-mirror takes one destination argument");
        }
        if (flags.is("no-dest-prefix") && !flags.get("dest-prefix").isEmpty())
        {
            throw Words.badArgs("`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one");
        }
        if (flags.number("max-txn-ops") < 1 || flags.number("rev") < 0)
        {
            throw Words.badArgs("--max-txn-ops must be at least 1, --rev at least 0");
        }
        opsMax = (int)Math.min(Integer.MAX_VALUE, flags.number("max-txn-ops"));
        prefix = flags.get("prefix").getBytes(UTF_8);
        destinationPrefix = flags.is("no-dest-prefix") ? new byte[0] :
            flags.get("dest-prefix").isEmpty() ? prefix : flags.get("dest-prefix").getBytes(UTF_8);
        final CompletableFuture<Integer> interrupted = Interruption.future();
        try (TourbillonAsyncClient source = context.client();
            TourbillonAsyncClient target = context.client(context.arguments().get(0), "dest-user", "dest-password"))
        {
            destination = target;
            reportedNs = System.nanoTime();
            return mirror(source, flags.number("rev"), interrupted);
        }
    }

    private int mirror(final TourbillonAsyncClient source, final long startRevision, final CompletableFuture<Integer> interrupted)
        throws InterruptedException
    {
        final Mirror base = new Mirror(source, prefix, startRevision == 0 ? 0 : startRevision - 1);
        final boolean hasBase = startRevision == 0;
        final CompletableFuture<?> copied = hasBase ? base.syncBase(this::copy) : CompletableFuture.completedFuture(null);
        Interruption.awaitEither(copied, interrupted);
        if (interrupted.isDone())
        {
            return interrupted.join();
        }
        Context.await(copied);
        long revision = hasBase ? base.revision() : Math.max(1, startRevision - 1);
        Feed feed = new Feed();
        WatchHandle watch = new Mirror(source, prefix, revision).syncUpdates(feed);
        while (!interrupted.isDone())
        {
            final List<Event> events = feed.batches.poll(LOOK_MS, TimeUnit.MILLISECONDS);
            report();
            if (events != null)
            {
                apply(events);
                revision = events.get(events.size() - 1).kv().modRevision();
            }
            else if (feed.error != null)
            {
                throw new CtlException(ExitCode.ERROR, feed.error.getMessage());
            }
            else if (feed.isOverrun)
            {
                watch.close();
                feed = new Feed();
                watch = new Mirror(source, prefix, revision).syncUpdates(feed);
            }
        }
        watch.close();
        return interrupted.join();
    }

    /** A page: keys are different ones, so the puts may be under way together. */
    private CompletableFuture<?> copy(final RangeResult page)
    {
        final List<CompletableFuture<?>> puts = new ArrayList<>();
        for (final KeyValue kv : page.kvs())
        {
            puts.add(destination.put(renamed(kv.key()), kv.value()));
        }
        mirrored += puts.size();
        return CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new));
    }

    /** A transaction for each revision, one after the other; what is too long for one is cut. */
    private void apply(final List<Event> events)
    {
        final List<Op> ops = new ArrayList<>();
        for (int i = 0; i < events.size(); i++)
        {
            final KeyValue kv = events.get(i).kv();
            ops.add(events.get(i).isDelete() ? Op.delete(renamed(kv.key())) : Op.put(renamed(kv.key()), kv.value()));
            final boolean isLast = i + 1 == events.size() || events.get(i + 1).kv().modRevision() != kv.modRevision();
            if (isLast || ops.size() == opsMax)
            {
                Context.await(destination.commit(new Op.Txn(List.of(), List.copyOf(ops), List.of())));
                mirrored += ops.size();
                ops.clear();
            }
        }
    }

    private byte[] renamed(final byte[] key)
    {
        final byte[] name = new byte[destinationPrefix.length + key.length - prefix.length];
        System.arraycopy(destinationPrefix, 0, name, 0, destinationPrefix.length);
        System.arraycopy(key, prefix.length, name, destinationPrefix.length, key.length - prefix.length);
        return name;
    }

    /** As etcdctl: the count of keys mirrored so far, every 30 s. */
    private void report()
    {
        if (System.nanoTime() - reportedNs >= REPORT_NS)
        {
            reportedNs = System.nanoTime();
            context.out().println(mirrored);
            context.out().flush();
        }
    }

    /** What one watch tells, up to where it overran the destination; filled on the client's thread. */
    private static final class Feed implements WatchListener
    {
        private final BlockingQueue<List<Event>> batches = new ArrayBlockingQueue<>(BATCHES_MAX);
        private volatile boolean isOverrun;
        private volatile TourbillonException error;

        @Override
        public void onEvents(final List<Event> events)
        {
            if (!isOverrun && !batches.offer(events))
            {
                isOverrun = true; // what comes from here on is asked for again
            }
        }

        @Override
        public void onCanceled(final TourbillonException why)
        {
            error = why;
        }
    }
}
