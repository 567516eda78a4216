package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.client.async.StatusResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Members with one cluster key, who may come and go. One thread. */
final class Cluster implements AutoCloseable
{
    private static final long START_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(180);

    private final Path directory;
    private final Map<NodeOption, String> settings;
    private final List<Member> members = new ArrayList<>();
    private final Network network;
    private int madeCount;
    /** Null: nobody comes or goes. */
    private Succession succession;

    /** @param settings of all members. */
    Cluster(final Path directory, final int size, final Map<NodeOption, String> settings) throws IOException
    {
        this.directory = directory;
        this.settings = new TreeMap<>(settings);
        network = Network.create();
        boolean isOpen = false;
        try
        {
            open(size);
            isOpen = true;
        }
        finally
        {
            if (!isOpen)
            {
                close();
            }
        }
    }

    private void open(final int size) throws IOException
    {
        final Path key = Files.writeString(directory.resolve("key"), "the secret of a cluster in tests");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        settings.put(NodeOption.CLUSTER_KEY_FILE, key.toString());
        final List<String> addresses = new ArrayList<>();
        for (int i = 0; i < size; i++)
        {
            addresses.add("m" + i + "=" + make().config().text(NodeOption.LISTEN_PEER));
        }
        for (final Member member : members)
        {
            member.config().set(NodeOption.INITIAL_CLUSTER, String.join(",", addresses));
            member.onVoting();
            member.start();
        }
        awaitReady();
    }

    /** One more, with a place and a disk of its own; not started yet. */
    Member make() throws IOException
    {
        final Member member = new Member(madeCount++, directory, network, settings);
        members.add(member);
        return member;
    }

    /** One comes and one goes, unless others still do. */
    void beginSuccession(final Random random)
    {
        if (succession == null)
        {
            succession = new Succession(this, random);
        }
    }

    /** Null: nobody comes or goes. */
    Succession succession()
    {
        return succession;
    }

    /** Who comes and goes makes a step. Gives who has come just now, or null. */
    Member step() throws IOException
    {
        if (succession == null)
        {
            return null;
        }
        succession.step();
        final Member arrived = succession.takeArrived();
        if (succession.isOver())
        {
            succession.close();
            succession = null;
        }
        return arrived;
    }

    /** It was removed, and has ended. */
    void forget(final Member member)
    {
        final boolean isOurs = members.remove(member);
        assert isOurs : member.index();
        member.leave();
        network.remove(member.index());
    }

    /** All serve. */
    private void awaitReady()
    {
        Await.until(
            () -> "all members serve: " + members.stream().filter((member) -> !member.isReady()).map(Member::output).toList(),
            START_TIMEOUT_NS,
            () -> members.stream().allMatch((member) -> member.isReady() || !member.isAlive()));
        for (final Member member : members)
        {
            if (!member.isAlive())
            {
                throw new AssertionError("member " + member.index() + " has ended:\n" + member.output());
            }
        }
    }

    List<Member> members()
    {
        return members;
    }

    int size()
    {
        return members.size();
    }

    Network network()
    {
        return network;
    }

    /** One whose process runs, half of the time the one that leads; null if none runs. */
    Member drawVictim(final Random random)
    {
        final List<Member> running = members.stream().filter(Member::isAlive).toList();
        if (running.isEmpty())
        {
            return null;
        }
        final Member any = running.get(random.nextInt(running.size()));
        return random.nextBoolean() ? probableLeader(any) : any;
    }

    /** Who leads as far as its neighbour knows; that one if nobody says in time. */
    Member probableLeader(final Member asked)
    {
        try (TourbillonAsyncClient client = asked.connect())
        {
            final StatusResult status = client.status().get(500, TimeUnit.MILLISECONDS);
            for (final Member member : members)
            {
                if (member != asked && member.isAlive() && status.leaderId() != status.header().memberId() && isLeading(member))
                {
                    return member;
                }
            }
            return asked;
        }
        catch (final ExecutionException | TimeoutException | RuntimeException ex)
        {
            return asked; // any will do
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
    }

    private static boolean isLeading(final Member member)
    {
        try (TourbillonAsyncClient client = member.connect())
        {
            return client.status().get(500, TimeUnit.MILLISECONDS).isLeader();
        }
        catch (final ExecutionException | TimeoutException | RuntimeException ex)
        {
            return false; // it cannot be asked
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
    }

    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(succession);
        CloseHelper.quietCloseAll(members);
        network.close();
    }
}
