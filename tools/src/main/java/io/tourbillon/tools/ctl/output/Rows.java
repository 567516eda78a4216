package io.tourbillon.tools.ctl.output;

import io.tourbillon.transport.aeron.SnapshotFile;

/** The columns that the simple and the table form share. */
final class Rows
{
    static final String[] STATUS_HEADS = {
        "ENDPOINT", "ID", "VERSION", "DB SIZE", "IS LEADER", "IS LEARNER", "RAFT TERM", "RAFT INDEX", "RAFT APPLIED INDEX", "ERRORS"};
    static final String[] MEMBER_HEADS = {"ID", "STATUS", "NAME", "PEER ADDRS", "CLIENT ADDRS", "IS LEARNER"};
    static final String[] HEALTH_HEADS = {"ENDPOINT", "HEALTH", "TOOK", "ERROR"};
    static final String[] HASH_HEADS = {"ENDPOINT", "HASH"};
    static final String[] SNAPSHOT_HEADS = {"HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE"};

    private Rows()
    {
    }

    static String[] status(final Status status)
    {
        return new String[]{
            status.endpoint(),
            Long.toHexString(status.header().memberId()),
            status.version(),
            HumanBytes.text(status.dbSize()),
            Boolean.toString(status.isLeader()),
            Boolean.toString(status.isLearner()),
            Long.toUnsignedString(status.header().raftTerm()),
            Long.toUnsignedString(status.raftIndex()),
            Long.toUnsignedString(status.raftAppliedIndex()),
            String.join(", ", status.errors())};
    }

    static String[] member(final Member member)
    {
        return new String[]{
            Long.toHexString(member.id()),
            member.status(),
            member.name(),
            String.join(",", member.peerUrls()),
            String.join(",", member.clientUrls()),
            Boolean.toString(member.isLearner())};
    }

    static String[] health(final Health health)
    {
        return new String[]{health.endpoint(), Boolean.toString(health.isHealthy()), health.took(), health.error()};
    }

    static String[] hash(final HashAnswer answer)
    {
        return new String[]{answer.endpoint(), Long.toString(answer.hash())};
    }

    static String[] snapshot(final SnapshotFile file)
    {
        return new String[]{Long.toHexString(file.hash()), Long.toString(file.revision()), Long.toString(file.keyCount()),
            HumanBytes.text(file.storeLength())};
    }
}
