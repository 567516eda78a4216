package io.tourbillon.clients;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Two fronts in processes of their own over three members. The member that both are at dies, the leader: their clients go on, and their
 * watches tell each put that was acknowledged, by whichever front, once and in order.
 */
@Timeout(240)
class FrontsIT
{
    private static final int PUTS = 40;
    private static final long HEARD_S = 60;
    private static final WatchOption FROM_THE_FIRST = WatchOption.builder().withRevision(2).build();

    @TempDir
    private Path directory;

    @Test
    void shouldGoOnAtAnotherMember() throws Exception
    {
        final List<EtcdMember> members = EtcdMember.cluster(directory, 3);
        try
        {
            final EtcdMember leader = LostLeaderIT.leaderOf(members);
            final List<String> endpoints = new ArrayList<>(List.of(leader.nativeEndpoint()));
            members.stream().filter((member) -> member != leader).forEach((member) -> endpoints.add(member.nativeEndpoint()));
            try (FrontProcess first = new FrontProcess(directory, "first", endpoints);
                FrontProcess second = new FrontProcess(directory, "second", endpoints))
            {
                assertEquals("{\"health\":\"true\",\"reason\":\"\"}", first.page("/health"));
                talk(first, second, leader);
                assertTrue(first.page("/metrics").contains("grpc_method=\"Put\""));
                first.end();
                assertThrows(ConnectException.class, () -> first.page("/version"), "its port is free");
                second.end();
            }
        }
        finally
        {
            members.forEach(EtcdMember::close);
        }
    }

    private static void talk(final FrontProcess first, final FrontProcess second, final EtcdMember leader) throws Exception
    {
        final List<Long> acknowledged = new ArrayList<>();
        final BlockingQueue<WatchResponse> heardByFirst = new LinkedBlockingQueue<>();
        final BlockingQueue<WatchResponse> heardBySecond = new LinkedBlockingQueue<>();
        final ByteSequence key = ByteSequence.from("k", UTF_8);
        try (Client byFirst = Client.builder().endpoints(first.url()).build();
            Client bySecond = Client.builder().endpoints(second.url()).build();
            Watch.Watcher atFirst = byFirst.getWatchClient().watch(key, FROM_THE_FIRST, heardByFirst::add);
            Watch.Watcher atSecond = bySecond.getWatchClient().watch(key, FROM_THE_FIRST, heardBySecond::add))
        {
            LostLeaderIT.put(byFirst, PUTS, acknowledged);
            LostLeaderIT.put(bySecond, PUTS, acknowledged);
            leader.kill();
            LostLeaderIT.put(byFirst, PUTS, acknowledged);
            LostLeaderIT.put(bySecond, PUTS, acknowledged);
            assertAllHeard(acknowledged, heardByFirst, atFirst);
            assertAllHeard(acknowledged, heardBySecond, atSecond);
        }
    }

    private static void assertAllHeard(
        final List<Long> acknowledged, final BlockingQueue<WatchResponse> heard, final Watch.Watcher watcher) throws InterruptedException
    {
        final List<Long> revisions = new ArrayList<>();
        while (!revisions.containsAll(acknowledged))
        {
            final WatchResponse response = heard.poll(HEARD_S, TimeUnit.SECONDS);
            assertTrue(response != null, () -> "heard " + revisions + " of " + acknowledged + ", closed: " + watcher.isClosed());
            response.getEvents().stream().map(WatchEvent::getKeyValue).forEach((kv) -> revisions.add(kv.getModRevision()));
        }
        assertEquals(revisions.stream().distinct().sorted().toList(), revisions, "each once, in order");
    }
}
