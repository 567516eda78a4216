package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.LeaderAnswers;
import io.tourbillon.mvcc.Egress;
import org.agrona.DirectBuffer;

/**
 * What the state machine says to other members' clients, which ask this member as their leader: to the sequencer, which sends it. All else
 * goes its own way. Such answers are short: there are neither long reads nor events among them. Apply; does not allocate.
 */
final class PeerEgress implements Egress
{
    private final Egress others;
    private final AnswerShape shape = new AnswerShape();
    private LeaderAnswers answers;

    PeerEgress(final Egress others)
    {
        this.others = others;
    }

    /** Before the agents start. */
    void answers(final LeaderAnswers value)
    {
        answers = value;
    }

    @Override
    public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!LeaderAnswers.isQuestion(sessionId))
        {
            return others.reply(sessionId, buffer, offset, length);
        }
        return answers.offer(sessionId, shape.isLast(buffer, offset), buffer, offset, length) ? SENT : GONE;
    }

    @Override
    public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return LeaderAnswers.isQuestion(sessionId) ? GONE : others.scanPart(sessionId, buffer, offset, length);
    }

    @Override
    public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return LeaderAnswers.isQuestion(sessionId) ? GONE : others.event(sessionId, buffer, offset, length);
    }
}
