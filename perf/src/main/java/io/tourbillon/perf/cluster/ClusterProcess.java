package io.tourbillon.perf.cluster;

import io.tourbillon.perf.load.ServerProcess;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A cluster of this run, of our nodes or of etcds: members on loopback, each a process with a directory of its own; ended with the run. */
public final class ClusterProcess implements AutoCloseable
{
    private static final long LEADER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long PROBE_TIMEOUT_MS = 2_000;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final boolean isEtcd;
    private final List<ServerProcess> members = new ArrayList<>();
    private Exception probeFailure;

    private ClusterProcess(final boolean isEtcd)
    {
        this.isEtcd = isEtcd;
    }

    /**
     * Starts a cluster, or one server alone, and waits until each member serves.
     *
     * @param isEtcd     of etcds; else of our nodes.
     * @param binary     etcd's path or name.
     * @param durability fsync or none.
     * @param directory  for their directories.
     * @param count      of members.
     * @param options    further ones of each member.
     * @return the cluster.
     */
    public static ClusterProcess start(
        final boolean isEtcd,
        final String binary,
        final String durability,
        final Path directory,
        final int count,
        final List<String> options)
    {
        final ClusterProcess cluster = new ClusterProcess(isEtcd);
        if (count == 1)
        {
            cluster.members.add(isEtcd ? ServerProcess.startEtcd(binary, durability, directory, options) :
                ServerProcess.startNode(durability, directory, options, List.of()));
            return cluster;
        }
        try
        {
            final int[] ports = new int[count];
            final StringBuilder initial = new StringBuilder();
            for (int i = 0; i < count; i++)
            {
                ports[i] = ServerProcess.freePorts();
                initial.append(i == 0 ? "" : ",").append(name(i)).append(isEtcd ? "=http://127.0.0.1:" : "=127.0.0.1:").append(ports[i] + 1);
            }
            for (int i = 0; i < count; i++)
            {
                final Path home = Files.createDirectories(directory.resolve(name(i)));
                cluster.members.add(isEtcd ?
                    ServerProcess.etcdMember(binary, durability, home, name(i), ports[i], initial.toString(), options) :
                    ServerProcess.nodeMember(durability, home, name(i), ports[i], initial.toString(), options));
            }
            cluster.members.forEach(ServerProcess::awaitServing);
            return cluster;
        }
        catch (final IOException ex)
        {
            cluster.close();
            throw new UncheckedIOException(ex);
        }
        catch (final RuntimeException ex)
        {
            cluster.close();
            throw ex;
        }
    }

    private static String name(final int member)
    {
        return String.valueOf((char)('a' + member));
    }

    /** @return number of members. */
    public int count()
    {
        return members.size();
    }

    /**
     * @param member from 0 on.
     * @return its process.
     */
    public ServerProcess member(final int member)
    {
        return members.get(member);
    }

    /** @return process ids of all. */
    public List<Long> pids()
    {
        return members.stream().map(ServerProcess::pid).toList();
    }

    /**
     * Waits until one says that it leads.
     *
     * @return which.
     */
    public int awaitLeader()
    {
        if (members.size() == 1)
        {
            return 0;
        }
        final long deadlineNs = System.nanoTime() + LEADER_TIMEOUT_NS;
        while (System.nanoTime() - deadlineNs < 0)
        {
            for (int i = 0; i < members.size(); i++)
            {
                if (members.get(i).isAlive() && isLeader(i))
                {
                    return i;
                }
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
        throw new IllegalStateException("no member leads; the members said:\n" + output(), probeFailure);
    }

    private boolean isLeader(final int member)
    {
        try (MemberProbe probe = probe(member, PROBE_TIMEOUT_MS))
        {
            return probe.isLeader();
        }
        catch (final Exception ex)
        {
            probeFailure = ex; // not connected, or no answer: somebody else is asked, or it again
            return false;
        }
    }

    MemberProbe probe(final int member, final long timeoutMs)
    {
        final ServerProcess process = members.get(member);
        return isEtcd ? new EtcdProbe(process.host(), process.port(), timeoutMs) :
            new NodeProbe(process.host() + ":" + process.port(), timeoutMs);
    }

    /** Starts a member that was killed again, on its own data. It may not serve yet. */
    void restart(final int member)
    {
        members.set(member, members.get(member).again());
    }

    /** Stops all members in order and starts them again on their data; waits until each serves. */
    public void startAgain()
    {
        members.forEach(ServerProcess::close);
        members.replaceAll(ServerProcess::again);
        members.forEach(ServerProcess::awaitServing);
    }

    /** The thread of one of our nodes that forces its journal. */
    long journalThread(final int member) throws IOException
    {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + members.get(member).pid() + "/task")))
        {
            for (final Path thread : threads.toList())
            {
                if (Files.readString(thread.resolve("comm")).startsWith("tourbillon-jour"))
                {
                    return Long.parseLong(thread.getFileName().toString());
                }
            }
        }
        throw new IllegalStateException("a node without a journal thread");
    }

    /** @return what all have printed. */
    public String output()
    {
        final StringBuilder output = new StringBuilder();
        members.forEach((member) -> output.append(member.output()));
        return output.toString();
    }

    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(members);
    }
}
