package io.tourbillon.codecs;

/**
 * An alarm that is raised.
 *
 * @param type      what is wrong.
 * @param memberId  with whom; of the quota: the member that the request came to which did not fit.
 * @param isInForce whether requests are refused for it on all members; what a member says of its own disk is not.
 */
public record Alarm(AlarmType type, long memberId, boolean isInForce)
{
    /**
     * @param otherType     of an alarm.
     * @param otherMemberId of a member.
     * @return whether this is that one.
     */
    public boolean isAbout(final AlarmType otherType, final long otherMemberId)
    {
        return type == otherType && memberId == otherMemberId;
    }

    /** @return in etcd's words, which operators look for; with the blank at the end. */
    public String text()
    {
        return "memberID:" + Long.toUnsignedString(memberId) + " alarm:" + type + " ";
    }
}
