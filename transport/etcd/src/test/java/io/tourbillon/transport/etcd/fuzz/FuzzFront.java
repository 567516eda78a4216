package io.tourbillon.transport.etcd.fuzz;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.tourbillon.transport.etcd.api.health.HealthGrpc;
import io.tourbillon.transport.etcd.FrontNode;
import io.tourbillon.transport.etcd.api.AlarmRequest;
import io.tourbillon.transport.etcd.api.AuthGrpc;
import io.tourbillon.transport.etcd.api.ClusterGrpc;
import io.tourbillon.transport.etcd.api.v3electionpb.ElectionGrpc;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.LeaseGrpc;
import io.tourbillon.transport.etcd.api.v3lockpb.LockGrpc;
import io.tourbillon.transport.etcd.api.MaintenanceGrpc;
import io.tourbillon.transport.etcd.api.MemberListRequest;
import io.tourbillon.transport.etcd.api.MemberListResponse;
import io.tourbillon.transport.etcd.api.MemberRemoveRequest;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.WatchGrpc;
import io.tourbillon.transport.etcd.http.HttpRig;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A front over a whole node that is to stand whatever it is sent, and what it is measured by. */
final class FuzzFront implements AutoCloseable
{
    private static final long SERVING_S = 20;
    /** What a client must never read: names of classes, stacks, what the JDK says of its own mistakes. */
    private static final Pattern JAVA = Pattern.compile(
        "(?s).*(\\bjava\\.|\\bjavax\\.|io\\.tourbillon|io\\.grpc|io\\.netty|com\\.google|Exception|OutOfMemory|StackOverflow|\\tat |" +
        "Index \\d+ out of|Cannot invoke|null pointer).*");

    private final Troubles troubles = new Troubles();
    private final FrontNode node;
    private final Footprint before;

    FuzzFront(final Path directory) throws Exception
    {
        node = new FrontNode(directory);
        requireServing("at the beginning");
        before = Footprint.now();
    }

    InetSocketAddress address()
    {
        return node.address();
    }

    static boolean speaksOfJava(final String text)
    {
        return JAVA.matcher(text).matches();
    }

    /** Each RPC there is. */
    static List<MethodDescriptor<?, ?>> methods()
    {
        final List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
        for (final ServiceDescriptor service : List.of(KVGrpc.getServiceDescriptor(), WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(), ClusterGrpc.getServiceDescriptor(), MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(), LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor(), HealthGrpc.getServiceDescriptor()))
        {
            methods.addAll(service.getMethods());
        }
        return methods;
    }

    /** A sound request on a connection that has been there all the time, and on a new one of each kind; nothing has happened meanwhile. */
    void requireServing(final Object when) throws Exception
    {
        final ByteString key = ByteString.copyFromUtf8("fuzz/probe");
        final ByteString value = ByteString.copyFromUtf8(Long.toString(System.nanoTime()));
        try
        {
            disarm();
            removeOthers();
            final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(node.channel()).withDeadlineAfter(SERVING_S, TimeUnit.SECONDS);
            kv.put(PutRequest.newBuilder().setKey(key).setValue(value).build());
            assertEquals(value, kv.range(RangeRequest.newBuilder().setKey(key).build()).getKvs(0).getValue());
        }
        catch (final RuntimeException ex)
        {
            throw new AssertionError("not served any more, on a connection that was there: " + when, ex);
        }
        try (Http2Rig rig = Http2Rig.begun(address()))
        {
            final int stream = rig.call("etcdserverpb.KV/Range");
            rig.frame(Http2Rig.DATA, Http2Rig.END_STREAM, stream,
                Http2Rig.message(RangeRequest.newBuilder().setKey(key).build().toByteArray()));
            rig.flush();
            assertEquals(new Http2Rig.Outcome(0, ""), rig.await(stream), () -> "not served any more, on a new connection: " + when);
        }
        try (HttpRig rig = new HttpRig(address()))
        {
            assertEquals(200, rig.post("/v3/kv/range", "{\"key\":\"AA==\",\"limit\":1}").status(),
                () -> "not served any more, by HTTP/1: " + when);
        }
        requireQuiet(when);
    }

    /** An alarm that was raised on the way is no fault, but would refuse puts. */
    private void disarm()
    {
        final MaintenanceGrpc.MaintenanceBlockingStub maintenance =
            MaintenanceGrpc.newBlockingStub(node.channel()).withDeadlineAfter(SERVING_S, TimeUnit.SECONDS);
        maintenance.alarm(AlarmRequest.getDefaultInstance()).getAlarmsList().forEach(alarm -> maintenance.alarm(AlarmRequest.newBuilder()
            .setAction(AlarmRequest.AlarmAction.DEACTIVATE).setMemberID(alarm.getMemberID()).setAlarmValue(alarm.getAlarmValue()).build()));
    }

    /** Members that were added are spoken to, by sockets. */
    private void removeOthers()
    {
        final ClusterGrpc.ClusterBlockingStub cluster =
            ClusterGrpc.newBlockingStub(node.channel()).withDeadlineAfter(SERVING_S, TimeUnit.SECONDS);
        final MemberListResponse members = cluster.memberList(MemberListRequest.getDefaultInstance());
        members.getMembersList().stream().filter(member -> member.getID() != members.getHeader().getMemberId()).forEach(
            member -> cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(member.getID()).build()));
    }

    /** Nothing has happened meanwhile that should not. */
    void requireQuiet(final Object when)
    {
        if (node.failure() != null)
        {
            troubles.note("on a thread of the front's", node.failure());
        }
        troubles.requireNone(when);
    }

    /** Memory, threads and sockets are what they were. */
    void requireSmall(final Object when)
    {
        Footprint.awaitBack(before, when);
    }

    /** It must have stood them. */
    void closeAfterAttacks() throws Exception
    {
        try (this)
        {
            requireServing("after all attacks");
            requireSmall("after all attacks");
        }
    }

    @Override
    public void close()
    {
        troubles.close();
        node.close();
    }
}
