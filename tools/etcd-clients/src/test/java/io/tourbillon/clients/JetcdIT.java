package io.tourbillon.clients;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Maintenance;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.cluster.MemberAddResponse;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** jetcd does with a member of ours what it does with an etcd. */
@Timeout(120)
class JetcdIT
{
    private static final long ANSWER_S = 30;

    @TempDir
    private Path directory;
    private EtcdMember member;
    private Client client;
    private KV kv;

    @BeforeEach
    void start()
    {
        member = EtcdMember.alone(directory);
        client = Client.builder().endpoints(member.url()).build();
        kv = client.getKVClient();
    }

    @AfterEach
    void end()
    {
        client.close();
        member.close();
    }

    static ByteSequence bytes(final String text)
    {
        return ByteSequence.from(text, UTF_8);
    }

    static <T> T get(final CompletableFuture<T> future) throws Exception
    {
        return future.get(ANSWER_S, TimeUnit.SECONDS);
    }

    private static String refusal(final CompletableFuture<?> future)
    {
        return assertThrows(ExecutionException.class, () -> get(future)).getCause().getMessage();
    }

    @Test
    void shouldPutGetAndDecideTransactions() throws Exception
    {
        get(kv.put(bytes("a"), bytes("1")));
        assertEquals("1", get(kv.get(bytes("a"))).getKvs().get(0).getValue().toString());
        assertTrue(get(kv.txn().If(new Cmp(bytes("a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1"))))
            .Then(Op.put(bytes("a"), bytes("2"), PutOption.DEFAULT)).Else(Op.get(bytes("a"), GetOption.DEFAULT)).commit()).isSucceeded());
        assertEquals("2", get(kv.get(bytes("a"))).getKvs().get(0).getValue().toString());
        assertTrue(refusal(kv.get(bytes("a"), GetOption.builder().withRevision(9_999).build())).contains("future revision"));
        assertEquals(1, get(kv.delete(bytes("a"))).getDeleted());
    }

    @Test
    void shouldWatchAlsoOverACrashOfTheMember() throws Exception
    {
        final long revision = get(kv.put(bytes("w/a"), bytes("1"))).getHeader().getRevision();
        final BlockingQueue<WatchResponse> heard = new LinkedBlockingQueue<>();
        final WatchOption option = WatchOption.builder().isPrefix(true).withRevision(revision).withPrevKV(true).build();
        try (Watch.Watcher watcher = client.getWatchClient().watch(bytes("w/"), option, heard::add))
        {
            get(kv.put(bytes("w/b"), bytes("x")));
            get(kv.delete(bytes("w/b")));
            final List<WatchEvent> events = new ArrayList<>();
            while (events.size() < 3)
            {
                events.addAll(next(heard).getEvents());
            }
            assertEquals("x", events.get(2).getPrevKV().getValue().toString());
            member.kill();
            member.start();
            putOnceItServes("w/c");
            assertEquals("w/c", next(heard).getEvents().get(0).getKeyValue().getKey().toString());
            assertTrue(!watcher.isClosed());
        }
    }

    private static WatchResponse next(final BlockingQueue<WatchResponse> heard) throws InterruptedException
    {
        final WatchResponse response = heard.poll(ANSWER_S, TimeUnit.SECONDS);
        assertTrue(response != null, "nothing more was told");
        return response;
    }

    /** jetcd does not send a put again whose connection broke. */
    private void putOnceItServes(final String key) throws Exception
    {
        final long startNs = System.nanoTime();
        while (true)
        {
            try
            {
                get(kv.put(bytes(key), bytes("1")));
                return;
            }
            catch (final ExecutionException ex)
            {
                assertTrue(System.nanoTime() - startNs < TimeUnit.SECONDS.toNanos(ANSWER_S), () -> "still refused: " + ex.getCause());
            }
        }
    }

    @Test
    void shouldKeepLeasesAliveLockAndElect() throws Exception
    {
        final Lease leases = client.getLeaseClient();
        final long lease = get(leases.grant(30)).getID();
        get(kv.put(bytes("leased"), bytes("1"), PutOption.builder().withLeaseId(lease).build()));
        assertEquals(30, get(leases.keepAliveOnce(lease)).getTTL());
        assertEquals(1, get(leases.timeToLive(lease, LeaseOption.builder().withAttachedKeys().build())).getKeys().size());
        final CountDownLatch renewed = new CountDownLatch(1);
        try (CloseableClient keeper = leases.keepAlive(lease, new Renewals(renewed)))
        {
            assertTrue(renewed.await(ANSWER_S, TimeUnit.SECONDS), () -> "not renewed by " + keeper);
        }
        get(client.getLockClient().unlock(get(client.getLockClient().lock(bytes("lock"), lease)).getKey()));
        final CampaignResponse won = get(client.getElectionClient().campaign(bytes("election"), lease, bytes("me")));
        assertEquals("me", get(client.getElectionClient().leader(bytes("election"))).getKv().getValue().toString());
        get(client.getElectionClient().proclaim(won.getLeader(), bytes("still me")));
        get(client.getElectionClient().resign(won.getLeader()));
        get(leases.revoke(lease));
        assertEquals(0, get(kv.get(bytes("leased"))).getCount());
    }

    private record Renewals(CountDownLatch heard) implements StreamObserver<LeaseKeepAliveResponse>
    {
        @Override
        public void onNext(final LeaseKeepAliveResponse response)
        {
            heard.countDown();
        }

        @Override
        public void onError(final Throwable failure)
        {
            throw new AssertionError(failure);
        }

        @Override
        public void onCompleted()
        {
            heard.countDown();
        }
    }

    @Test
    void shouldAskAboutMembersAndMaintain() throws Exception
    {
        final URI url = URI.create(member.url());
        assertEquals(List.of(url), get(client.getClusterClient().listMember()).getMembers().get(0).getClientURIs());
        final MemberAddResponse added = get(client.getClusterClient().addMember(List.of(URI.create("http://127.0.0.1:9")), true));
        assertTrue(added.getMember().isLearner());
        get(client.getClusterClient().removeMember(added.getMember().getId()));
        final Maintenance maintenance = client.getMaintenanceClient();
        assertNotEquals(0, get(maintenance.statusMember(member.url())).getLeader());
        assertTrue(get(maintenance.listAlarms()).getAlarms().isEmpty());
        get(maintenance.defragmentMember(member.url()));
        get(maintenance.hashKV(member.url(), 0));
        final ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
        assertEquals(get(maintenance.snapshot(snapshot)), snapshot.size());
        assertTrue(refusal(maintenance.moveLeader(1)).contains("bad leader transferee"));
    }

    /** Root, and ann who may read what is under r/. */
    static void addRootAndReader(final Auth auth) throws Exception
    {
        get(auth.userAdd(bytes("root"), bytes("rootpw")));
        get(auth.roleAdd(bytes("root")));
        get(auth.userGrantRole(bytes("root"), bytes("root")));
        get(auth.userAdd(bytes("ann"), bytes("pw")));
        get(auth.roleAdd(bytes("reader")));
        get(auth.roleGrantPermission(bytes("reader"), bytes("r/"), bytes("r0"), Permission.Type.READ));
        get(auth.userGrantRole(bytes("ann"), bytes("reader")));
    }

    @Test
    void shouldLogInAndBeDenied() throws Exception
    {
        get(kv.put(bytes("r/a"), bytes("1")));
        final Auth auth = client.getAuthClient();
        addRootAndReader(auth);
        get(auth.authEnable());
        try (Client root = Client.builder().endpoints(member.url()).user(bytes("root")).password(bytes("rootpw")).build();
            Client ann = Client.builder().endpoints(member.url()).user(bytes("ann")).password(bytes("pw")).build())
        {
            assertEquals(1, get(ann.getKVClient().get(bytes("r/a"))).getCount());
            assertTrue(refusal(ann.getKVClient().put(bytes("r/a"), bytes("2"))).contains("permission denied"));
            assertEquals(List.of("ann", "root"), get(root.getAuthClient().userList()).getUsers());
            get(root.getAuthClient().userChangePassword(bytes("ann"), bytes("other")));
            refusal(ann.getKVClient().get(bytes("r/a")));
            get(root.getAuthClient().authDisable());
        }
    }
}
