package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Node processes, clients of each, and whatever befalls them; then everything is mended, must work again, and all that clients and
 * watchers saw is judged. {@code -Dminutes=N} for a long run, in rounds with a new cluster each; {@code -Dnemesis=KILL,POWER} for some
 * only; {@code -Dmembers=N}; {@code -Dlease-read-drift-ms=N} and other settings of nodes that are drawn else; {@code -Ddurability=none}
 * breaks a promise, which must be seen; {@code -Dseed=N} draws the same again, though no two runs are the same.
 */
class NemesisTest
{
    private static final long ROUND_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long SHORT_ROUND_NS = TimeUnit.SECONDS.toNanos(10);
    /** Who comes and goes does it meanwhile; of what befalls next, one in so many begins it. */
    private static final int SUCCESSION_ONE_IN = 3;
    private static final long MENDED_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    private final Map<Nemesis, Integer> befell = new EnumMap<>(Nemesis.class);
    private final Map<NodeOption, String> settings = new EnumMap<>(NodeOption.class);
    private final List<Thread> threads = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final Workload workload = new Workload();
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private Random random;
    private Cluster cluster;
    private int endedByThemselves;
    private int arrivedCount;
    @TempDir
    Path directory;

    @Test
    void shouldKeepEveryPromise() throws Exception
    {
        final long endNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(Integer.getInteger("minutes", 0));
        long seed = Long.getLong("seed", new Random().nextLong() >>> 32);
        do
        {
            final NemesisTest round = new NemesisTest();
            round.directory = Files.createDirectory(directory.resolve(Long.toString(seed)));
            round.drawSettings(seed);
            round.play(seed++, chosen(), ROUND_NS);
        }
        while (System.nanoTime() - endNs < 0);
    }

    /** What ends a lease without its holder's knowledge: it is away, or alone. */
    @Test
    void shouldReadByALeaseOnlyWhileItLasts() throws Exception
    {
        final long seed = Long.getLong("seed", new Random().nextLong() >>> 32);
        drawSettings(seed);
        settings.put(NodeOption.LEASE_READ_DRIFT, "100");
        play(seed, List.of(Nemesis.PAUSE, Nemesis.ALONE), SHORT_ROUND_NS);
    }

    /** By the property, else all. */
    private static List<Nemesis> chosen()
    {
        final String names = System.getProperty("nemesis", "");
        return names.isEmpty() ? List.of(Nemesis.values()) : Stream.of(names.split(",")).map(Nemesis::valueOf).toList();
    }

    private void drawSettings(final long seed)
    {
        random = new Random(seed);
        drawSetting(NodeOption.CATCH_UP_BYTES, "1m", "64m");
        drawSetting(NodeOption.LEASE_READ_DRIFT, "0", "100");
        drawSetting(NodeOption.STRICT_RECONFIG_CHECK, "false", "true");
    }

    private void play(final long seed, final List<Nemesis> nemeses, final long roundNs) throws Exception
    {
        try (Cluster begun = new Cluster(directory, Integer.getInteger("members", 3), settings))
        {
            cluster = begun;
            try
            {
                cluster.members().forEach(this::employ);
                torment(nemeses, roundNs);
                mend();
                endSuccession();
                workload.stop();
                for (final Thread thread : threads)
                {
                    thread.join();
                }
                judge();
            }
            catch (final AssertionError | IOException | RuntimeException ex)
            {
                final StringBuilder said = new StringBuilder("seed " + seed + ", " + settings + ", " + befell + ": " + ex.getMessage());
                cluster.members().forEach((member) -> said.append("\n---- member ").append(member.index()).append('\n')
                    .append(member.output()));
                throw new AssertionError(said.toString(), ex);
            }
            finally
            {
                workload.stop();
                CloseHelper.quietCloseAll(watchers);
            }
        }
        System.out.println("seed " + seed + ": " + settings + ", " + befell + ", " + arrivedCount + " members came, " + workload + "; " +
            endedByThemselves + " nodes ended by themselves");
    }

    /** One of two, unless a property says which. */
    private void drawSetting(final NodeOption option, final String one, final String other)
    {
        settings.put(option, System.getProperty(option.key(), random.nextBoolean() ? one : other));
    }

    /** Clients of a member, half of them over the network. */
    private void employ(final Member member)
    {
        for (int i = 0; i < 2; i++)
        {
            final boolean isOutside = i == 1 && member.isReachableFromOutside();
            if (i == 0 || isOutside)
            {
                watchers.add(new Watcher(member, isOutside, 2));
            }
            final Thread thread =
                new Thread(new Worker(member, i, isOutside, workload, random.nextLong()), "worker-" + member.index() + "-" + i);
            thread.setUncaughtExceptionHandler((failed, cause) -> broken.compareAndSet(null, cause));
            thread.start();
            threads.add(thread);
        }
    }

    private void torment(final List<Nemesis> nemeses, final long roundNs) throws IOException
    {
        final List<Nemesis> possible = nemeses.stream().filter(this::isPossible).toList();
        final List<Nemesis> others = possible.stream().filter((nemesis) -> nemesis != Nemesis.MEMBERS).toList();
        pass(1000);
        final long endNs = System.nanoTime() + roundNs;
        while (System.nanoTime() - endNs < 0)
        {
            final boolean mayComeAndGo = possible.size() > others.size() && cluster.succession() == null;
            if (mayComeAndGo && (others.isEmpty() || random.nextInt(SUCCESSION_ONE_IN) == 0))
            {
                befall(Nemesis.MEMBERS);
            }
            final Nemesis nemesis = others.isEmpty() ? Nemesis.MEMBERS : befall(others.get(random.nextInt(others.size())));
            pass(300 + random.nextInt(2700));
            checkAlive(nemesis == Nemesis.FULL_DISK);
            nemesis.end(cluster);
            mend();
            pass(300 + random.nextInt(1500));
        }
    }

    private Nemesis befall(final Nemesis nemesis) throws IOException
    {
        nemesis.begin(cluster, random, cluster.drawVictim(random));
        befell.merge(nemesis, 1, Integer::sum);
        return nemesis;
    }

    private boolean isPossible(final Nemesis nemesis)
    {
        final String reason = nemesis.unavailableBecause(cluster);
        if (reason != null)
        {
            System.out.println("without " + nemesis + ": " + reason);
        }
        return reason == null;
    }

    /** Time that goes by under the eyes of the watchers, while members come and go. */
    private void pass(final long milliseconds) throws IOException
    {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        while (System.nanoTime() - endNs < 0)
        {
            watchers.forEach(Watcher::attend);
            final Member arrived = cluster.step();
            if (arrived != null)
            {
                arrivedCount++;
                employ(arrived);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private void checkAlive(final boolean mayEnd)
    {
        for (final Member member : cluster.members())
        {
            if (member.hasEndedByItself() && !isDismissed(member))
            {
                endedByThemselves++;
                if (!mayEnd)
                {
                    throw new AssertionError("member " + member.index() + " ended by itself");
                }
                member.kill();
            }
        }
    }

    private boolean isDismissed(final Member member)
    {
        return cluster.succession() != null && cluster.succession().isLeaving(member) && member.isDismissed();
    }

    private void mend() throws IOException
    {
        cluster.network().heal();
        for (final Member member : cluster.members())
        {
            member.resume();
            if (!member.isAlive() && !isDismissed(member) && member.incarnation() > 0)
            {
                member.start();
            }
        }
    }

    /** Nothing stands in the way any more of who comes and goes. */
    private void endSuccession() throws IOException
    {
        final long deadlineNs = System.nanoTime() + MENDED_TIMEOUT_NS;
        while (cluster.succession() != null)
        {
            pass(100);
            checkAlive(false);
            mend();
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new AssertionError("not in time: " + cluster.succession());
            }
        }
    }

    private void judge()
    {
        if (broken.get() != null)
        {
            throw new AssertionError("a worker failed", broken.get());
        }
        final long revision = awaitRevision();
        final List<Watcher> readers = new ArrayList<>();
        cluster.members().forEach((member) -> readers.add(new Watcher(member, false, 2)));
        try
        {
            Await.until(() -> "all watchers come to " + revision + ": " + watchers + readers, MENDED_TIMEOUT_NS,
                () -> areAt(revision, watchers) && areAt(revision, readers));
        }
        finally
        {
            CloseHelper.quietCloseAll(readers);
        }
        final Judge judge = new Judge(readers.get(0).batches());
        judge.judgeClients(workload);
        readers.forEach(judge::judgeWatcher);
        watchers.forEach(judge::judgeWatcher);
        final List<String> contents = contents(cluster.members().get(0), revision);
        cluster.members().forEach((member) -> assertEquals(contents, contents(member, revision), "member " + member.index()));
    }

    private static boolean areAt(final long revision, final List<Watcher> watchers)
    {
        final List<Watcher> standing = watchers.stream().filter((watcher) -> !watcher.member().hasLeft()).toList();
        standing.forEach(Watcher::connect);
        return standing.stream().allMatch((watcher) -> watcher.lastRevision() >= revision || watcher.end() != null);
    }

    /** Each member takes a write now, and the last of them is the last of all. */
    private long awaitRevision()
    {
        final long[] revision = {0};
        for (final Member member : cluster.members())
        {
            final AtomicReference<String> said = new AtomicReference<>("nothing");
            Await.until(() -> "member " + member.index() + " takes a write: " + said, MENDED_TIMEOUT_NS, () ->
            {
                try (TourbillonAsyncClient client = member.connect())
                {
                    final var op = workload.write("end", false);
                    revision[0] = client.put("end".getBytes(), Values.of(op.id())).get(10, TimeUnit.SECONDS).header().revision();
                    workload.respond(op, op.value(), revision[0]);
                    return true;
                }
                catch (final ExecutionException | TimeoutException | TourbillonException ex)
                {
                    said.set(ex.toString());
                    return false;
                }
                catch (final InterruptedException ex)
                {
                    throw new AssertionError(ex);
                }
            });
        }
        return revision[0];
    }

    /** What a member itself has, without asking others. */
    private static List<String> contents(final Member member, final long revision)
    {
        try (TourbillonAsyncClient client = member.connect())
        {
            return client.range(RangeQuery.prefix(new byte[0]).serializable().revision(revision)).get(10, TimeUnit.SECONDS).kvs().stream()
                .map(NemesisTest::text)
                .toList();
        }
        catch (final ExecutionException | TimeoutException | InterruptedException ex)
        {
            throw new AssertionError("member " + member.index() + " does not say what it has", ex);
        }
    }

    private static String text(final KeyValue kv)
    {
        return kv.keyText() + "=" + Values.idOf(kv.value()) + " created " + kv.createRevision() + " changed " + kv.modRevision() +
            " version " + kv.version();
    }
}
