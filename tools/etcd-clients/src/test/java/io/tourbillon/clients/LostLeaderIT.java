package io.tourbillon.clients;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static io.tourbillon.clients.JetcdIT.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Three members, each with its front, and a client that knows all of them: the leader dies. Requests are refused as where a client tries
 * again, and watches go on: each put that was acknowledged is heard once, in order.
 */
@Timeout(180)
class LostLeaderIT
{
    private static final int PUTS_BEFORE = 50;
    private static final int PUTS_AFTER = 50;
    private static final long HEARD_S = 30;
    /** The first put may come before the watch stands. */
    private static final WatchOption FROM_THE_FIRST = WatchOption.builder().withRevision(2).build();

    @TempDir
    private Path directory;

    @Test
    void shouldGoOnWithoutItsLeader() throws Exception
    {
        final List<EtcdMember> members = EtcdMember.cluster(directory, 3);
        final String[] urls = members.stream().map(EtcdMember::url).toArray(String[]::new);
        try (Client client = Client.builder().endpoints(urls).build())
        {
            final BlockingQueue<WatchResponse> heard = new LinkedBlockingQueue<>();
            final List<Long> acknowledged = new ArrayList<>();
            try (Watch.Watcher watcher = client.getWatchClient().watch(bytes("k"), FROM_THE_FIRST, heard::add))
            {
                put(client, PUTS_BEFORE, acknowledged);
                leaderOf(members).kill();
                put(client, PUTS_AFTER, acknowledged);
                final List<Long> revisions = new ArrayList<>();
                while (!revisions.containsAll(acknowledged))
                {
                    final WatchResponse response = heard.poll(HEARD_S, TimeUnit.SECONDS);
                    assertTrue(response != null, () -> "heard " + revisions + " of " + acknowledged + ", closed: " + watcher.isClosed());
                    response.getEvents().stream().map(WatchEvent::getKeyValue).forEach(kv -> revisions.add(kv.getModRevision()));
                }
                assertEquals(revisions.stream().distinct().sorted().toList(), revisions, "each once, in order");
            }
        }
        finally
        {
            members.forEach(EtcdMember::close);
        }
    }

    /** The member that leads now. */
    static EtcdMember leaderOf(final List<EtcdMember> members) throws Exception
    {
        for (final EtcdMember member : members)
        {
            try (Client client = Client.builder().endpoints(member.url()).build())
            {
                final var status = client.getMaintenanceClient().statusMember(member.url()).get(HEARD_S, TimeUnit.SECONDS);
                if (status.getLeader() == status.getHeader().getMemberId())
                {
                    return member;
                }
            }
        }
        throw new AssertionError("nobody leads");
    }

    /** What is refused meanwhile says so with the code on which clients try again; a put that is not acknowledged may be heard, too. */
    static void put(final Client client, final int count, final List<Long> acknowledged) throws Exception
    {
        for (int i = 0; i < count;)
        {
            try
            {
                acknowledged.add(client.getKVClient().put(bytes("k"), bytes(String.valueOf(i))).get(HEARD_S, TimeUnit.SECONDS)
                    .getHeader().getRevision());
                i++;
            }
            catch (final ExecutionException ex)
            {
                final Status.Code code = Status.fromThrowable(ex).getCode();
                assertEquals(Status.Code.UNAVAILABLE, code, () -> "refused: " + ex.getCause());
            }
        }
    }
}
