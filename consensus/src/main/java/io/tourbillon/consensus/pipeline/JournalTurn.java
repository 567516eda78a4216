package io.tourbillon.consensus.pipeline;

import org.agrona.concurrent.Agent;

/**
 * A turn of the journal's between sequencer and apply, where all of them share a thread because nothing is forced: what was just let in is
 * appended, committed if no other member is needed, and applied in the same round. Else it would wait for a round of all agents, the media
 * driver's system calls among them. The journal's own place, the last, stays what opens and closes it.
 */
final class JournalTurn implements Agent
{
    private final JournalAgent journal;
    private final SequencerAgent sequencer;

    JournalTurn(final JournalAgent journal, final SequencerAgent sequencer)
    {
        this.journal = journal;
        this.sequencer = sequencer;
    }

    @Override
    public int doWork() throws Exception
    {
        final int workCount = journal.doWork();
        return workCount > 0 ? workCount + sequencer.onJournaled() : 0;
    }

    @Override
    public String roleName()
    {
        return journal.roleName();
    }
}
