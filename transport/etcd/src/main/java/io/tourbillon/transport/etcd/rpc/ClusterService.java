package io.tourbillon.transport.etcd.rpc;

import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.transport.etcd.api.ClusterGrpc;
import io.tourbillon.transport.etcd.api.MemberAddRequest;
import io.tourbillon.transport.etcd.api.MemberAddResponse;
import io.tourbillon.transport.etcd.api.MemberListRequest;
import io.tourbillon.transport.etcd.api.MemberListResponse;
import io.tourbillon.transport.etcd.api.MemberPromoteRequest;
import io.tourbillon.transport.etcd.api.MemberPromoteResponse;
import io.tourbillon.transport.etcd.api.MemberRemoveRequest;
import io.tourbillon.transport.etcd.api.MemberRemoveResponse;
import io.tourbillon.transport.etcd.api.MemberUpdateRequest;
import io.tourbillon.transport.etcd.api.MemberUpdateResponse;
import io.tourbillon.transport.etcd.node.Failures;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * etcd's Cluster. A member has one address for the others: more than one URL is refused as URLs that are invalid. A member that is added as
 * a voter is shown as a learner until it has the log.
 */
public final class ClusterService extends ClusterGrpc.ClusterImplBase
{
    /** As etcd takes them: a scheme, a host and a port, no path; but for those of Unix sockets. */
    private static final Pattern PEER_URL = Pattern.compile("https?://((?:[0-9A-Za-z.-]+|\\[[0-9a-fA-F:.]+]):([0-9]{1,5}))");
    private static final int PORT_MAX = 65_535;

    private final Callers callers;

    /** @param callers who calls. */
    public ClusterService(final Callers callers)
    {
        this.callers = callers;
    }

    @Override
    public void memberAdd(final MemberAddRequest request, final StreamObserver<MemberAddResponse> observer)
    {
        final MemberOperation operation = request.getIsLearner() ? MemberOperation.ADD_LEARNER : MemberOperation.ADD;
        askWithUrl(observer, operation, 0, request.getPeerURLsList(), result -> MemberAddResponse.newBuilder()
            .setHeader(result.header()).setMember(result.target()).addAllMembers(result.members()).build());
    }

    @Override
    public void memberRemove(final MemberRemoveRequest request, final StreamObserver<MemberRemoveResponse> observer)
    {
        ask(observer, MemberOperation.REMOVE, request.getID(), false, null, result -> MemberRemoveResponse.newBuilder()
            .setHeader(result.header()).addAllMembers(result.members()).build());
    }

    @Override
    public void memberUpdate(final MemberUpdateRequest request, final StreamObserver<MemberUpdateResponse> observer)
    {
        askWithUrl(observer, MemberOperation.UPDATE, request.getID(), request.getPeerURLsList(), result -> MemberUpdateResponse.newBuilder()
            .setHeader(result.header()).addAllMembers(result.members()).build());
    }

    @Override
    public void memberList(final MemberListRequest request, final StreamObserver<MemberListResponse> observer)
    {
        ask(observer, MemberOperation.LIST, 0, request.getLinearizable(), null, result -> MemberListResponse.newBuilder()
            .setHeader(result.header()).addAllMembers(result.members()).build());
    }

    @Override
    public void memberPromote(final MemberPromoteRequest request, final StreamObserver<MemberPromoteResponse> observer)
    {
        ask(observer, MemberOperation.PROMOTE, request.getID(), false, null, result -> MemberPromoteResponse.newBuilder()
            .setHeader(result.header()).addAllMembers(result.members()).build());
    }

    private <R> void askWithUrl(
        final StreamObserver<R> observer, final MemberOperation operation, final long memberId, final List<String> urls,
        final Function<MembersCall.Result, R> answers)
    {
        final String address = urls.size() == 1 ? addressOf(urls.get(0)) : null;
        if (address == null)
        {
            observer.onError(Failures.of(ErrorCode.INVALID_PEER_URLS).asRuntimeException());
            return;
        }
        ask(observer, operation, memberId, false, address, answers);
    }

    private <R> void ask(
        final StreamObserver<R> observer, final MemberOperation operation, final long memberId, final boolean isLinearizable,
        final String address, final Function<MembersCall.Result, R> answers)
    {
        callers.current().submit(
            new MembersCall<>(observer, via -> via.members(operation, memberId, isLinearizable, address), answers));
    }

    /** Host and port of a URL as members have it, or null. */
    static String addressOf(final String url)
    {
        final Matcher parts = PEER_URL.matcher(url.trim());
        if (!parts.matches())
        {
            return null;
        }
        final int port = Integer.parseInt(parts.group(2));
        return port > 0 && port <= PORT_MAX ? parts.group(1) : null;
    }
}
