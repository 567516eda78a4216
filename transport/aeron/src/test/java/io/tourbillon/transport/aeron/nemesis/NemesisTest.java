package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.transport.aeron.Await;
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
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Three node processes, clients of each, and whatever befalls them; then everything is mended, must work again, and all that clients and
 * watchers saw is judged. {@code -Dminutes=N} for a long run, in rounds with a new cluster each; {@code -Dnemesis=KILL,POWER} for some
 * only; {@code -Dmembers=N}; {@code -Ddurability=none} breaks a promise, which must be seen; {@code -Dseed=N} draws the same again, though
 * no two runs are the same.
 */
class NemesisTest
{
    private static final long ROUND_NS = TimeUnit.SECONDS.toNanos(40);
    private static final long MENDED_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int WORKERS_A_MEMBER = 2;

    private final Map<Nemesis, Integer> befell = new EnumMap<>(Nemesis.class);
    private final List<Watcher> watchers = new ArrayList<>();
    private final Workload workload = new Workload();
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private int endedByThemselves;
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
            round.play(seed++);
        }
        while (System.nanoTime() - endNs < 0);
    }

    private void play(final long seed) throws Exception
    {
        final Random random = new Random(seed);
        try (Cluster cluster = new Cluster(directory, Integer.getInteger("members", 3)))
        {
            try
            {
                final List<Thread> threads = begin(cluster, random);
                torment(cluster, random);
                mend(cluster);
                workload.stop();
                for (final Thread thread : threads)
                {
                    thread.join();
                }
                judge(cluster);
            }
            catch (final AssertionError | IOException | RuntimeException ex)
            {
                final StringBuilder said = new StringBuilder("seed " + seed + ", " + befell + ": " + ex.getMessage());
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
        System.out.println("seed " + seed + ": " + befell + ", " + workload + "; " + endedByThemselves + " nodes ended by themselves");
    }

    private List<Thread> begin(final Cluster cluster, final Random random)
    {
        final List<Thread> threads = new ArrayList<>();
        for (final Member member : cluster.members())
        {
            watchers.add(new Watcher(member, 2));
            for (int i = 0; i < WORKERS_A_MEMBER; i++)
            {
                final Thread thread = new Thread(new Worker(member, i, workload, random.nextLong()), "worker-" + member.index() + "-" + i);
                thread.setUncaughtExceptionHandler((failed, cause) -> broken.compareAndSet(null, cause));
                thread.start();
                threads.add(thread);
            }
        }
        return threads;
    }

    private void torment(final Cluster cluster, final Random random) throws IOException
    {
        final List<Nemesis> possible = new ArrayList<>();
        for (final String name : System.getProperty("nemesis", Arrays.toString(Nemesis.values()).replaceAll("[\\[\\] ]", "")).split(","))
        {
            final String reason = Nemesis.valueOf(name).unavailableBecause(cluster);
            if (reason == null)
            {
                possible.add(Nemesis.valueOf(name));
            }
            else
            {
                System.out.println("without " + name + ": " + reason);
            }
        }
        pass(1000);
        final long endNs = System.nanoTime() + ROUND_NS;
        while (System.nanoTime() - endNs < 0)
        {
            final Nemesis nemesis = possible.get(random.nextInt(possible.size()));
            final int any = random.nextInt(cluster.size());
            final int victim = random.nextBoolean() ? cluster.probableLeader(any) : any;
            befell.merge(nemesis, 1, Integer::sum);
            nemesis.begin(cluster, random, victim);
            pass(300 + random.nextInt(2700));
            checkAlive(cluster, nemesis == Nemesis.FULL_DISK);
            nemesis.end(cluster);
            mend(cluster);
            pass(300 + random.nextInt(1500));
        }
    }

    /** Time that goes by under the eyes of the watchers. */
    private void pass(final long milliseconds)
    {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        while (System.nanoTime() - endNs < 0)
        {
            watchers.stream().filter((watcher) -> watcher.member().isReady()).forEach(Watcher::connect);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private void checkAlive(final Cluster cluster, final boolean mayEnd)
    {
        for (final Member member : cluster.members())
        {
            if (member.hasEndedByItself())
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

    private void mend(final Cluster cluster) throws IOException
    {
        cluster.network().heal();
        for (final Member member : cluster.members())
        {
            member.resume();
            if (!member.isAlive())
            {
                member.start();
            }
        }
    }

    private void judge(final Cluster cluster)
    {
        if (broken.get() != null)
        {
            throw new AssertionError("a worker failed", broken.get());
        }
        final long revision = awaitRevision(cluster);
        final List<Watcher> readers = new ArrayList<>();
        cluster.members().forEach((member) -> readers.add(new Watcher(member, 2)));
        try
        {
            Await.until(() -> "all watchers come to " + revision, MENDED_TIMEOUT_NS,
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
        final List<String> contents = contents(cluster.member(0), revision);
        cluster.members().forEach((member) -> assertEquals(contents, contents(member, revision), "member " + member.index()));
    }

    private static boolean areAt(final long revision, final List<Watcher> watchers)
    {
        watchers.forEach(Watcher::connect);
        return watchers.stream().allMatch((watcher) -> watcher.lastRevision() >= revision || watcher.end() != null);
    }

    /** Each member takes a write now, and the last of them is the last of all. */
    private long awaitRevision(final Cluster cluster)
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
