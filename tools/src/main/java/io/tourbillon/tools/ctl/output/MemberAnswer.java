package io.tourbillon.tools.ctl.output;

import java.util.List;

/**
 * What a request about members answered.
 *
 * @param header   of the answer.
 * @param memberId whom it was about; of an addition: the new member.
 * @param members  afterwards.
 */
public record MemberAnswer(Header header, long memberId, List<Member> members)
{
    /** @return whom it was about; null if it is gone. */
    public Member member()
    {
        return members.stream().filter((member) -> member.id() == memberId).findFirst().orElse(null);
    }
}
