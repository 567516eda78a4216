package io.tourbillon.transport.etcd.rpc;

import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.api.DowngradeInfo;
import io.tourbillon.transport.etcd.api.StatusResponse;

/** A member's figures. */
final class StatusCall extends UnaryCall<StatusResponse>
{
    StatusCall(final StreamObserver<StatusResponse> observer)
    {
        super(observer);
    }

    @Override
    protected long send(final ClientSession via)
    {
        return via.status();
    }

    /** What is in use is never more than there is, although both are read one after the other. */
    @Override
    protected void onStatus(final StatusReplyDecoder reply)
    {
        final StatusResponse.Builder response = StatusResponse.newBuilder()
            .setHeader(Answers.header(reply.reply()))
            .setVersion(Protocol.ETCD_VERSION)
            .setStorageVersion(Protocol.ETCD_VERSION)
            .setDbSize(reply.dbSize())
            .setDbSizeInUse(Math.min(reply.dbSizeInUse(), reply.dbSize()))
            .setDbSizeQuota(reply.quotaBytes())
            .setLeader(reply.leaderId())
            .setRaftIndex(reply.raftIndex())
            .setRaftAppliedIndex(reply.raftAppliedIndex())
            .setRaftTerm(reply.reply().raftTerm())
            .setIsLearner(reply.flags().learner())
            .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
        if (reply.leaderId() == 0)
        {
            response.addErrors(ErrorCode.NO_LEADER.message());
        }
        reply.version();
        reply.name();
        reply.mode();
        reply.errors().lines().forEach(response::addErrors);
        answer(response.build());
    }
}
