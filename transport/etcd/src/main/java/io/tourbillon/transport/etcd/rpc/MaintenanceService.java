package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.transport.etcd.api.AlarmMember;
import io.tourbillon.transport.etcd.api.AlarmRequest;
import io.tourbillon.transport.etcd.api.AlarmResponse;
import io.tourbillon.transport.etcd.api.DefragmentRequest;
import io.tourbillon.transport.etcd.api.DefragmentResponse;
import io.tourbillon.transport.etcd.api.DowngradeRequest;
import io.tourbillon.transport.etcd.api.DowngradeResponse;
import io.tourbillon.transport.etcd.api.HashKVRequest;
import io.tourbillon.transport.etcd.api.HashKVResponse;
import io.tourbillon.transport.etcd.api.HashRequest;
import io.tourbillon.transport.etcd.api.HashResponse;
import io.tourbillon.transport.etcd.api.MaintenanceGrpc;
import io.tourbillon.transport.etcd.api.MoveLeaderRequest;
import io.tourbillon.transport.etcd.api.MoveLeaderResponse;
import io.tourbillon.transport.etcd.api.SnapshotRequest;
import io.tourbillon.transport.etcd.api.SnapshotResponse;
import io.tourbillon.transport.etcd.api.StatusRequest;
import io.tourbillon.transport.etcd.api.StatusResponse;
import io.tourbillon.transport.etcd.node.Failures;

/** etcd's Maintenance. A hash of everything is that of keys and values: members agree in nothing else byte for byte. */
public final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase
{
    private final Callers callers;
    private final SnapshotFeeds feeds;

    /**
     * @param callers who calls.
     * @param feeds   snapshots on their way.
     */
    public MaintenanceService(final Callers callers, final SnapshotFeeds feeds)
    {
        this.callers = callers;
        this.feeds = feeds;
    }

    @Override
    public void alarm(final AlarmRequest request, final StreamObserver<AlarmResponse> observer)
    {
        final MaintenanceOperation operation = switch (request.getAction())
        {
            case GET -> MaintenanceOperation.ALARM_GET;
            case ACTIVATE -> MaintenanceOperation.ALARM_ACTIVATE;
            case DEACTIVATE -> MaintenanceOperation.ALARM_DEACTIVATE;
            case UNRECOGNIZED -> null;
        };
        final AlarmType type = AlarmType.of(request.getAlarmValue());
        if (operation == null || type == null)
        {
            observer.onError(Failures.of(ErrorCode.NOT_SUPPORTED).asRuntimeException());
            return;
        }
        final long memberId = request.getMemberID();
        callers.current().submit(new MaintenanceCall<>(observer, via -> via.maintenance(operation, memberId, type),
            MaintenanceService::alarms));
    }

    private static AlarmResponse alarms(final MaintenanceReplyDecoder reply)
    {
        final AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(Answers.header(reply.reply()));
        for (final MaintenanceReplyDecoder.AlarmsDecoder item : reply.alarms())
        {
            response.addAlarms(AlarmMember.newBuilder().setMemberID(item.memberId()).setAlarmValue(item.alarm()));
        }
        return response.build();
    }

    @Override
    public void status(final StatusRequest request, final StreamObserver<StatusResponse> observer)
    {
        callers.current().submit(new StatusCall(observer));
    }

    /** Room is given back all the time: there is nothing to do. As with etcd the answer has no header. */
    @Override
    public void defragment(final DefragmentRequest request, final StreamObserver<DefragmentResponse> observer)
    {
        callers.current().submit(new MaintenanceCall<>(observer,
            via -> via.maintenance(MaintenanceOperation.DEFRAGMENT, 0, AlarmType.NONE), reply -> DefragmentResponse.getDefaultInstance()));
    }

    @Override
    public void hash(final HashRequest request, final StreamObserver<HashResponse> observer)
    {
        callers.current().submit(new MaintenanceCall<>(observer, via -> via.hashKv(0), reply -> HashResponse.newBuilder()
            .setHeader(Answers.header(reply.reply())).setHash((int)reply.hash()).build()));
    }

    @Override
    public void hashKV(final HashKVRequest request, final StreamObserver<HashKVResponse> observer)
    {
        final long revision = Math.max(0, request.getRevision());
        callers.current().submit(new MaintenanceCall<>(observer, via -> via.hashKv(revision), reply -> HashKVResponse.newBuilder()
            .setHeader(Answers.header(reply.reply())).setHash((int)reply.hash()).setCompactRevision(reply.compactRevision())
            .setHashRevision(reply.hashRevision()).build()));
    }

    @Override
    public void snapshot(final SnapshotRequest request, final StreamObserver<SnapshotResponse> observer)
    {
        feeds.begin(callers.current().user(), observer);
    }

    /** As with etcd the answer has no header. */
    @Override
    public void moveLeader(final MoveLeaderRequest request, final StreamObserver<MoveLeaderResponse> observer)
    {
        callers.current().submit(new MembersCall<>(observer,
            via -> via.members(MemberOperation.MOVE_LEADER, request.getTargetID(), false, null),
            result -> MoveLeaderResponse.getDefaultInstance()));
    }

    /** The node says first whether the caller may ask; what he asks it does not do. */
    @Override
    public void downgrade(final DowngradeRequest request, final StreamObserver<DowngradeResponse> observer)
    {
        callers.current().submit(new DowngradeCall(request, observer));
    }

    private static final class DowngradeCall extends MaintenanceCall<DowngradeResponse>
    {
        private static final String NOT_DONE = ErrorCode.NOT_SUPPORTED.message();

        private final DowngradeRequest request;

        private DowngradeCall(final DowngradeRequest request, final StreamObserver<DowngradeResponse> observer)
        {
            super(observer, via -> via.maintenance(MaintenanceOperation.DOWNGRADE, 0, AlarmType.NONE),
                reply -> DowngradeResponse.getDefaultInstance());
            this.request = request;
        }

        @Override
        protected void onFailure(final Status status)
        {
            final Status fault = NOT_DONE.equals(status.getDescription()) ? Downgrades.fault(request) : status;
            if (fault == null)
            {
                answer(DowngradeResponse.newBuilder().setVersion(Downgrades.CLUSTER_VERSION).build());
            }
            else
            {
                super.onFailure(fault);
            }
        }
    }
}
