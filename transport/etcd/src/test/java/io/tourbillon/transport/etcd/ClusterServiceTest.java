package io.tourbillon.transport.etcd;

import io.grpc.Status;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.etcd.api.ClusterGrpc;
import io.tourbillon.transport.etcd.api.Member;
import io.tourbillon.transport.etcd.api.MemberAddRequest;
import io.tourbillon.transport.etcd.api.MemberAddResponse;
import io.tourbillon.transport.etcd.api.MemberListRequest;
import io.tourbillon.transport.etcd.api.MemberListResponse;
import io.tourbillon.transport.etcd.api.MemberPromoteRequest;
import io.tourbillon.transport.etcd.api.MemberRemoveRequest;
import io.tourbillon.transport.etcd.api.MemberUpdateRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static io.tourbillon.transport.etcd.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cluster by gRPC against a whole node. */
@Timeout(60)
class ClusterServiceTest
{
    private static final String INVALID = "etcdserver: given member URLs are invalid";

    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static ClusterGrpc.ClusterBlockingStub cluster;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory, config -> config
            .set(NodeOption.STRICT_RECONFIG_CHECK, "false")
            .set(NodeOption.ADVERTISE_CLIENT_URLS, "http://127.0.0.1:2379,https://127.0.0.1:2378"), config -> {});
        cluster = ClusterGrpc.newBlockingStub(node.channel());
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    @Test
    void shouldListMembersByUrlsThatEtcdsClientsKnow()
    {
        final MemberListResponse list = cluster.memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
        assertEquals(0, list.getHeader().getRevision());
        assertEquals(node.node().memberId(), list.getHeader().getMemberId());
        final Member member = list.getMembersList().stream().filter(each -> each.getID() == node.node().memberId()).findFirst().get();
        assertFalse(member.getName().isEmpty());
        assertEquals(List.of("http://127.0.0.1:2379", "https://127.0.0.1:2378"), member.getClientURLsList());
        assertEquals(1, member.getPeerURLsCount());
        assertTrue(member.getPeerURLs(0).matches("http://127\\.0\\.0\\.1:[0-9]+"), member.getPeerURLs(0));
        assertFalse(member.getIsLearner());
    }

    @Test
    void shouldAddChangeAndRemoveALearner()
    {
        final MemberAddResponse added = cluster.memberAdd(MemberAddRequest.newBuilder()
            .addPeerURLs("http://127.0.0.1:12380").setIsLearner(true).build());
        assertEquals(List.of("http://127.0.0.1:12380"), added.getMember().getPeerURLsList());
        assertTrue(added.getMember().getIsLearner());
        assertEquals("", added.getMember().getName());
        assertEquals(0, added.getMember().getClientURLsCount());
        assertTrue(added.getMembersList().contains(added.getMember()));
        assertEquals(0, added.getHeader().getRevision());
        final long id = added.getMember().getID();
        assertRefused(Status.Code.FAILED_PRECONDITION, "etcdserver: Peer URLs already exists", () -> cluster.memberAdd(
            MemberAddRequest.newBuilder().addPeerURLs("http://127.0.0.1:12380").setIsLearner(true).build()));
        assertRefused(Status.Code.FAILED_PRECONDITION, "etcdserver: too many learner members in cluster", () -> cluster.memberAdd(
            MemberAddRequest.newBuilder().addPeerURLs("http://127.0.0.1:12381").setIsLearner(true).build()));
        assertRefused(Status.Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member which is in sync with leader",
            () -> cluster.memberPromote(MemberPromoteRequest.newBuilder().setID(id).build()));
        assertEquals(List.of("http://127.0.0.1:12390"), of(id, cluster.memberUpdate(
            MemberUpdateRequest.newBuilder().setID(id).addPeerURLs("https://127.0.0.1:12390").build()).getMembersList()).getPeerURLsList());
        assertTrue(cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()).getMembersList().stream()
            .noneMatch(each -> each.getID() == id));
        assertRefused(Status.Code.NOT_FOUND, "etcdserver: member not found",
            () -> cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()));
    }

    @Test
    void shouldRefuseInEtcdsWords()
    {
        for (final String url : List.of("", "127.0.0.1:2380", "ftp://127.0.0.1:2380", "http://127.0.0.1", "http://127.0.0.1:0",
            "http://127.0.0.1:70000", "http://127.0.0.1:2380/path", "http://:2380"))
        {
            assertRefused(Status.Code.INVALID_ARGUMENT, INVALID,
                () -> cluster.memberAdd(MemberAddRequest.newBuilder().addPeerURLs(url).build()));
        }
        assertRefused(Status.Code.INVALID_ARGUMENT, INVALID, () -> cluster.memberAdd(MemberAddRequest.getDefaultInstance()));
        assertRefused(Status.Code.NOT_FOUND, "etcdserver: member not found",
            () -> cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(7).build()));
        assertRefused(Status.Code.NOT_FOUND, "etcdserver: member not found",
            () -> cluster.memberPromote(MemberPromoteRequest.newBuilder().setID(7).build()));
        assertRefused(Status.Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member",
            () -> cluster.memberPromote(MemberPromoteRequest.newBuilder().setID(node.node().memberId()).build()));
    }

    private static Member of(final long id, final List<Member> members)
    {
        return members.stream().filter(each -> each.getID() == id).findFirst().orElseThrow();
    }
}
