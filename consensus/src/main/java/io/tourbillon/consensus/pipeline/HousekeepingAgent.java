package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateMachine;
import io.tourbillon.journal.Journal;
import org.agrona.concurrent.Agent;

/**
 * Keeps a zeroed spare segment ready, so that the journal agent need not make one, and the state machine's store ahead of apply. May block.
 */
final class HousekeepingAgent implements Agent
{
    private final Journal journal;
    private final StateMachine stateMachine;

    HousekeepingAgent(final Journal journal, final StateMachine stateMachine)
    {
        this.journal = journal;
        this.stateMachine = stateMachine;
    }

    @Override
    public int doWork()
    {
        return journal.housekeeping() + stateMachine.housekeeping();
    }

    @Override
    public String roleName()
    {
        return "housekeeping";
    }
}
