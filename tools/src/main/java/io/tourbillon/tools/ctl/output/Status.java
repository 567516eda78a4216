package io.tourbillon.tools.ctl.output;

import java.util.List;

/**
 * A member's status.
 *
 * @param endpoint         asked.
 * @param header           of the answer.
 * @param name             of the member.
 * @param version          of the member.
 * @param dbSize           bytes of the store's file.
 * @param dbSizeInUse      bytes of it in use.
 * @param leaderId         0 = none known.
 * @param isLearner        true for a member without a vote.
 * @param raftIndex        last in the log.
 * @param raftAppliedIndex last applied.
 * @param errors           empty = none.
 * @param durability       fsync or none.
 * @param mode             how its agents share threads.
 * @param forces           of the journal since the start.
 * @param acknowledged     entries answered since the start.
 * @param clusterVersion   which version of what entries do is in force; 1 if the member is too old to say.
 * @param applyVersion     the newest that the member's build knows; 1 likewise.
 */
public record Status(
    String endpoint, Header header, String name, String version, long dbSize, long dbSizeInUse, long leaderId, boolean isLearner,
    long raftIndex,
    long raftAppliedIndex, List<String> errors, String durability, String mode, long forces, long acknowledged,
    int clusterVersion, int applyVersion)
{
    /** @return true if the member leads. */
    public boolean isLeader()
    {
        return leaderId == header.memberId();
    }
}
