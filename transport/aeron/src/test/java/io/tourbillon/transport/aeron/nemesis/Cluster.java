package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.aeron.Ports;
import io.tourbillon.transport.client.async.StatusResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Members with one cluster key. One thread. */
final class Cluster implements AutoCloseable
{
    private static final long START_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(180);

    private final List<Member> members = new ArrayList<>();
    private final Network network;

    Cluster(final Path directory, final int size) throws IOException
    {
        network = Network.create(size);
        boolean isOpen = false;
        try
        {
            open(directory, size);
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

    private void open(final Path directory, final int size) throws IOException
    {
        final Path key = Files.writeString(directory.resolve("key"), "the secret of a cluster in tests");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        final List<String> addresses = new ArrayList<>();
        for (int i = 0; i < size; i++)
        {
            members.add(new Member(i, directory, network, Ports.free()));
            addresses.add("m" + i + "=" + members.get(i).config().text(NodeOption.LISTEN_PEER));
        }
        for (final Member member : members)
        {
            member.config()
                .set(NodeOption.INITIAL_CLUSTER, String.join(",", addresses))
                .set(NodeOption.CLUSTER_KEY_FILE, key.toString());
            member.start();
        }
        awaitReady();
    }

    /** All serve; who has ended is started again. */
    void awaitReady() throws IOException
    {
        for (final Member member : members)
        {
            if (!member.isAlive())
            {
                member.start();
            }
        }
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

    Member member(final int index)
    {
        return members.get(index);
    }

    int size()
    {
        return members.size();
    }

    Network network()
    {
        return network;
    }

    /** Who leads as far as its neighbour knows; another if nobody says in time. */
    int probableLeader(final int asked)
    {
        try (TourbillonAsyncClient client = member(asked).connect())
        {
            final StatusResult status = client.status().get(500, TimeUnit.MILLISECONDS);
            for (final Member member : members)
            {
                if (member.index() != asked && status.leaderId() != status.header().memberId() && isLeading(member))
                {
                    return member.index();
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
        CloseHelper.quietCloseAll(members);
        network.close();
    }
}
