package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.StatusReplyDecoder;

/**
 * A node's figures.
 *
 * @param header           the node's ids, revision and term.
 * @param leaderId         0 = none known.
 * @param raftIndex        last entry of the log.
 * @param raftAppliedIndex last entry applied.
 * @param compactRevision  up to which history was given up.
 * @param keyCount         live keys.
 * @param dbSize           bytes of the store's file.
 * @param dbSizeInUse      of them in use.
 * @param journalBytes     appended since start.
 * @param writtenBytes     written to disk since start, everything counted.
 * @param forces           of the journal since start.
 * @param acknowledged     entries answered since start.
 * @param allocatedBytes   on the heap by the agents' threads since start.
 * @param sessions         open.
 * @param watchers         standing.
 * @param liveBytes        of data that a quota counts.
 * @param quotaBytes       of them that are allowed; 0 = any.
 * @param clusterVersion   which version of what entries do is in force: the lowest that members' builds know, when it was raised last.
 * @param applyVersion     the newest that this member's build knows.
 * @param isDurable        false if nothing is synced before it is acknowledged.
 * @param isLeader         true if this node leads.
 * @param isLearner        true if it has no vote.
 * @param version          of the software.
 * @param name             of the member.
 * @param mode             how its agents share threads.
 * @param errors           separated by newlines; empty = none.
 */
public record StatusResult(
    ResponseHeader header, long leaderId, long raftIndex, long raftAppliedIndex, long compactRevision, long keyCount, long dbSize,
    long dbSizeInUse, long journalBytes, long writtenBytes, long forces, long acknowledged, long allocatedBytes, long sessions,
    long watchers, long liveBytes, long quotaBytes, int clusterVersion, int applyVersion, boolean isDurable, boolean isLeader,
    boolean isLearner, String version, String name, String mode, String errors)
{
    /** Of a node that says none. */
    private static final int FIRST_VERSION = 1;

    static StatusResult of(final StatusReplyDecoder reply)
    {
        return new StatusResult(
            ResponseHeader.of(reply.reply()), reply.leaderId(), reply.raftIndex(), reply.raftAppliedIndex(), reply.compactRevision(),
            reply.keyCount(), reply.dbSize(), reply.dbSizeInUse(), reply.journalBytes(), reply.writtenBytes(), reply.forces(),
            reply.acknowledged(), reply.allocatedBytes(), reply.sessions(), reply.watchers(),
            reply.liveBytes(), reply.quotaBytes(), Math.max(FIRST_VERSION, reply.clusterVersion()),
            Math.max(FIRST_VERSION, reply.applyVersion()), reply.durability() == io.tourbillon.codecs.client.Durability.FSYNC,
            reply.flags().leader(), reply.flags().learner(), reply.version(), reply.name(), reply.mode(), reply.errors());
    }
}
