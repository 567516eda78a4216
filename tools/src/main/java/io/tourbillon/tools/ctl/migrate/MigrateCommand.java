package io.tourbillon.tools.ctl.migrate;

import com.google.protobuf.ByteString;
import io.tourbillon.tools.Signals;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * {@code migrate}: copies a running etcd, all live keys at one revision with their leases, follows its changes, each revision a transaction
 * of its own, until it is told to cut over: by the line {@code cut-over} on stdin, or at once with {@code --once}.
 */
public final class MigrateCommand implements Command
{
    private static final long MAX_TXN_OPS = 128;
    private static final long LOOK_MS = 200;
    private static final long REPORT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int INTERRUPTED = 130;
    private static final String CUT_OVER = "cut-over";

    private Context context;
    private EtcdSource source;
    private TourbillonAsyncClient destination;
    private CopiedLeases leases;
    private ByteString from;
    private ByteString end;
    private int opsMax;
    private long copiedCount;
    private long appliedRevision;
    private boolean once;
    private volatile boolean isCutOverWanted;
    private volatile boolean isInterrupted;

    @Override
    public String usage()
    {
        return "--from ENDPOINT [options]";
    }

    @Override
    public String summary()
    {
        return "Copies a running etcd and follows its changes until it is cut over";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags
            .text("from", (char)0, "", "The etcd: host:port, http://host:port or https://host:port")
            .text("from-user", (char)0, "", "User there, NAME or NAME:PASSWORD")
            .text("from-password", (char)0, "", "Password there (if this is used, --from-user is the name alone)")
            .text("from-cacert", (char)0, "", "File with the certificate that signs the etcd's")
            .text("from-cert", (char)0, "", "File with the client's certificate")
            .text("from-key", (char)0, "", "File with its key")
            .text("prefix", (char)0, "", "Copy the keys with this prefix alone")
            .number("max-txn-ops", MAX_TXN_OPS, "Operations of one transaction here; a revision with more is cut")
            .bool("force", "Also into a destination that has such keys already")
            .bool("once", "Cut over as soon as all is copied, without being told");
    }

    @Override
    public int run(final Context ctlContext) throws InterruptedException
    {
        context = ctlContext;
        final Flags flags = context.flags();
        if (!context.arguments().isEmpty() || flags.get("from").isEmpty())
        {
            throw new CtlException(ExitCode.BAD_ARGS, "migrate needs --from ENDPOINT, and no other argument");
        }
        if (flags.number("max-txn-ops") < 1)
        {
            throw new CtlException(ExitCode.BAD_ARGS, "--max-txn-ops=" + flags.number("max-txn-ops") + ": must be at least 1");
        }
        opsMax = (int)Math.min(Integer.MAX_VALUE, flags.number("max-txn-ops"));
        keysOf(flags.get("prefix"));
        Signals.register("INT", () -> isInterrupted = true);
        Signals.register("TERM", () -> isInterrupted = true);
        try (EtcdSource etcd = open(flags); TourbillonAsyncClient client = context.client())
        {
            source = etcd;
            destination = client;
            leases = new CopiedLeases(etcd, client);
            return migrate(flags);
        }
    }

    private static EtcdSource open(final Flags flags)
    {
        final String given = flags.get("from-user");
        final String password = flags.get("from-password");
        final int colon = password.isEmpty() ? given.indexOf(':') : -1;
        return new EtcdSource(flags.get("from"), colon < 0 ? given : given.substring(0, colon),
            colon < 0 ? password : given.substring(colon + 1),
            new EtcdSource.Tls(flags.get("from-cacert"), flags.get("from-cert"), flags.get("from-key")));
    }

    private void keysOf(final String prefix)
    {
        final byte[] first = prefix.getBytes(UTF_8);
        final byte[] last = first.clone();
        from = first.length == 0 ? ByteString.copyFrom(new byte[1]) : ByteString.copyFrom(first);
        end = ByteString.copyFrom(new byte[1]);
        if (first.length > 0)
        {
            last[last.length - 1]++; // UTF-8 has no byte 0xff
            end = ByteString.copyFrom(last);
        }
    }

    private int migrate(final Flags flags) throws InterruptedException
    {
        final String version = source.version();
        final long alreadyThere = countHere();
        if (alreadyThere > 0 && !flags.is("force"))
        {
            throw new CtlException(ExitCode.ERROR, "the destination has " + alreadyThere + " such keys already: --force writes over them");
        }
        leases.copyAll();
        copy();
        tell("copied " + copiedCount + " keys and " + leases.count() + " leases at revision " + appliedRevision + " of etcd " + version);
        once = flags.is("once");
        isCutOverWanted = once;
        if (!once)
        {
            tell("following changes; the line " + CUT_OVER + " ends it once nobody writes there any more");
            listen();
        }
        try (Changes changes = new Changes(source, from, end, appliedRevision + 1))
        {
            return follow(changes);
        }
    }

    /** Pages of one revision; the keys of a page are different ones, so their puts are under way together. */
    private void copy()
    {
        ByteString next = from;
        while (true)
        {
            requireNotInterrupted();
            final RangeResponse page = source.page(next, end, appliedRevision);
            appliedRevision = appliedRevision == 0 ? page.getHeader().getRevision() : appliedRevision;
            final List<CompletableFuture<?>> puts = new ArrayList<>();
            for (final KeyValue kv : page.getKvsList())
            {
                puts.add(destination.put(kv.getKey().toByteArray(), kv.getValue().toByteArray(), withLease(kv)));
            }
            Context.await(CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)));
            copiedCount += puts.size();
            leases.keep();
            if (!page.getMore())
            {
                return;
            }
            final byte[] last = page.getKvs(page.getKvsCount() - 1).getKey().toByteArray();
            next = ByteString.copyFrom(Arrays.copyOf(last, last.length + 1)); // the next key there can be
        }
    }

    private PutOptions withLease(final KeyValue kv)
    {
        return new PutOptions(leases.have(kv.getLease()), false, false, false);
    }

    private int follow(final Changes changes) throws InterruptedException
    {
        long reportedNs = System.nanoTime();
        long goalRevision = 0;
        while (true)
        {
            requireNotInterrupted();
            final WatchResponse response = changes.next(LOOK_MS);
            if (response != null)
            {
                apply(response.getEventsList());
                appliedRevision = Math.max(appliedRevision, response.getCreated() ? 0 : response.getHeader().getRevision());
            }
            leases.keep();
            if (System.nanoTime() - reportedNs >= REPORT_NS)
            {
                reportedNs = System.nanoTime();
                tell("revision " + appliedRevision + ", " + copiedCount + " keys written");
            }
            if (isCutOverWanted && goalRevision == 0)
            {
                goalRevision = source.count(from, end).getHeader().getRevision();
            }
            if (goalRevision > 0 && appliedRevision >= goalRevision)
            {
                if (isCutOver(goalRevision))
                {
                    return ExitCode.SUCCESS;
                }
                isCutOverWanted = once;
                goalRevision = 0;
            }
            if (goalRevision > 0 && response == null)
            {
                changes.askProgress(); // the last revisions may have changed other keys
            }
        }
    }

    /** Not while somebody writes there: what he writes would stay there. */
    private boolean isCutOver(final long revision)
    {
        leases.settle();
        final RangeResponse there = source.count(from, end);
        final long here = countHere();
        if (there.getHeader().getRevision() != revision)
        {
            tell("not cut over: somebody still writes there, revision " + there.getHeader().getRevision() + " came after " + revision);
            return false;
        }
        if (there.getCount() != here)
        {
            throw new CtlException(ExitCode.ERROR, "the source has " + there.getCount() + " keys, the destination " + here +
                ": somebody has written here, or a lease has ended meanwhile");
        }
        tell("cut over at revision " + revision + ": " + here + " keys and " + leases.count() + " leases; point clients here");
        return true;
    }

    /** A transaction for each revision, one after the other; what is too long for one is cut. */
    private void apply(final List<Event> events)
    {
        final List<Op> ops = new ArrayList<>();
        for (int i = 0; i < events.size(); i++)
        {
            final KeyValue kv = events.get(i).getKv();
            final byte[] key = kv.getKey().toByteArray();
            ops.add(events.get(i).getType() == Event.EventType.DELETE ?
                Op.delete(key) : new Op.Put(key, kv.getValue().toByteArray(), withLease(kv)));
            final boolean isLast = i + 1 == events.size() || events.get(i + 1).getKv().getModRevision() != kv.getModRevision();
            if (isLast || ops.size() == opsMax)
            {
                Context.await(destination.commit(new Op.Txn(List.of(), List.copyOf(ops), List.of())));
                copiedCount += ops.size();
                ops.clear();
            }
        }
    }

    private long countHere()
    {
        final RangeQuery query = RangeQuery.of(bytes(from)).rangeEnd(bytes(end)).countOnly();
        return Context.await(destination.range(query)).keyCount();
    }

    private static byte[] bytes(final ByteString text)
    {
        return text.toByteArray();
    }

    /** Stdin's end says nothing: it may be closed. */
    private void listen()
    {
        final Thread thread = new Thread(this::readLines, "tbctl-migrate-stdin");
        thread.setDaemon(true);
        thread.start();
    }

    private void readLines()
    {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(context.in(), UTF_8)))
        {
            for (String line = lines.readLine(); line != null; line = lines.readLine())
            {
                isCutOverWanted |= line.trim().equals(CUT_OVER);
            }
        }
        catch (final IOException ex)
        {
            context.err().println("tbctl: stdin cannot be read (" + ex.getMessage() + "): end with SIGINT");
        }
    }

    private void requireNotInterrupted()
    {
        if (isInterrupted)
        {
            throw new CtlException(INTERRUPTED, "interrupted: the destination is not complete");
        }
    }

    private void tell(final String line)
    {
        context.out().println(line);
        context.out().flush();
    }
}
