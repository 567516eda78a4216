package io.tourbillon.consensus.pipeline;

import io.tourbillon.journal.Durability;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;

import java.nio.file.Path;
import java.util.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A pipeline over a real journal in a directory, with a state machine that writes everything down. */
final class TestNode implements AutoCloseable
{
    final TestIngress ingress = new TestIngress();
    final PipelineCounters counters = new PipelineCounters();
    final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    final TestStateMachine stateMachine;
    final Journal journal;
    final Pipeline pipeline;

    TestNode(
        final Path directory,
        final long appliedIndex,
        final Durability durability,
        final Consumer<JournalContext> journalSettings,
        final Consumer<PipelineContext> settings)
    {
        final JournalContext journalContext = new JournalContext().directory(directory).segmentBytes(8 << 20).durability(durability);
        journalSettings.accept(journalContext);
        journal = Journal.open(journalContext);
        stateMachine = new TestStateMachine(appliedIndex);
        final PipelineContext context = new PipelineContext()
            .memberId(1)
            .journal(journal)
            .durability(durability)
            .stateMachine(stateMachine)
            .ingress(ingress)
            .counters(counters)
            .fatalHandler((name, cause) -> failures.add(name + ": " + cause.getMessage()));
        settings.accept(context);
        pipeline = Pipeline.launch(context);
    }

    static TestNode start(final Path directory, final Consumer<PipelineContext> settings)
    {
        return new TestNode(directory, 0, Durability.FSYNC, (journal) -> {}, settings);
    }

    TestNode awaitReady()
    {
        Waiting.until("the node is ready", pipeline::isReady);
        return this;
    }

    void awaitApplied(final long index)
    {
        Waiting.until("entry " + index + " is applied", () -> stateMachine.appliedIndex() >= index);
    }

    List<TestStateMachine.Applied> appliedOfClients()
    {
        synchronized (stateMachine.applied)
        {
            return stateMachine.applied.stream().filter((entry) -> entry.sessionId() != 0).toList();
        }
    }

    @Override
    public String toString()
    {
        return "term " + counters.term.getAcquire() + ", leader " + counters.leaderId.getAcquire() +
            ", log to " + counters.lastIndex.getAcquire() + ", committed " + counters.committedIndex.getAcquire() +
            ", applied " + counters.appliedIndex.getAcquire() + ", " + appliedOfClients().size() + " of clients; forces " +
            counters.forces.getAcquire() + ", disk full: " + journal.isDiskFull() + ", no space: " + counters.noSpace.getAcquire() +
            ", segments " + journal.segmentCount() + ", segment ends at " + counters.segmentEndBytes.getAcquire() + " of " +
            counters.admittedBytes.getAcquire() + ", duty cycles of sequencer, journal, apply " +
            counters.sequencer.dutyCycles.getAcquire() + " " + counters.journal.dutyCycles.getAcquire() + " " +
            counters.apply.dutyCycles.getAcquire() + "; failures " + failures;
    }

    @Override
    public void close()
    {
        pipeline.close();
    }
}
