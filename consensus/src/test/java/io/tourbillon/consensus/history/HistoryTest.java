package io.tourbillon.consensus.history;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The judge of the simulator, judged. Revisions of writes are 2, 3, ... in the order of the log. */
class HistoryTest
{
    private static final long NEVER = History.Op.NEVER;

    private final History history = new History();
    private final List<Written> log = new ArrayList<>();
    private long nextId = 1;

    /** A write of "v" and its id, that reaches the log. */
    private History.Op write(final long invokedAt, final long respondedAt)
    {
        final History.Op op = ask(invokedAt);
        append(op);
        if (respondedAt != NEVER)
        {
            history.respond(op, op.value(), log.size() + 1, log.size(), respondedAt);
        }
        return op;
    }

    /** A write that was asked for, and no more is known of it. */
    private History.Op ask(final long invokedAt)
    {
        final History.Op op = new History.Op(nextId, false, List.of("k"), "v" + nextId, invokedAt);
        nextId++;
        history.invoke(op);
        return op;
    }

    private void append(final History.Op op)
    {
        final long revision = log.size() + 2;
        log.add(new Written(op.id(), log.size() + 1, revision, List.of(new Change(revision, "k", op.value(), 2, revision - 1, null, 0))));
    }

    private void read(final String value, final long revision, final long invokedAt, final long respondedAt)
    {
        final History.Op op = new History.Op(nextId++, true, List.of("k"), null, invokedAt);
        history.invoke(op);
        history.respond(op, value, revision, 0, respondedAt);
    }

    private void shouldBeRefused()
    {
        assertThrows(BrokenPromise.class, () -> history.check(log));
    }

    private void shouldBeAccepted()
    {
        assertDoesNotThrow(() -> history.check(log));
    }

    @Test
    void shouldAcceptReadsThatRunBesideAWrite()
    {
        write(1, 5);
        write(6, 9);
        read("v1", 2, 7, 10);
        read("v2", 3, 7, 8);
        shouldBeAccepted();
    }

    @Test
    void shouldRefuseAStaleRead()
    {
        write(1, 5);
        write(6, 9);
        read("v1", 2, 10, 11);
        shouldBeRefused();
    }

    @Test
    void shouldRefuseReadsThatGoBack()
    {
        write(1, 5);
        write(6, 20);
        read("v2", 3, 7, 8);
        read("v1", 2, 9, 10);
        shouldBeRefused();
    }

    @Test
    void shouldRefuseAnAnswerThatTheLogDoesNotGive()
    {
        write(1, 5);
        read("v9", 2, 6, 7);
        shouldBeRefused();
    }

    @Test
    void shouldMissALostAcknowledgement()
    {
        write(1, 5);
        log.clear();
        shouldBeRefused();
    }

    @Test
    void shouldMissAWriteThatHappensTwice()
    {
        append(write(1, 5));
        shouldBeRefused();
    }

    @Test
    void shouldMissARefusedWriteThatHappens()
    {
        history.refuse(write(1, NEVER));
        shouldBeRefused();
    }

    /** It may take effect long after its client gave up, as long as it was asked for before. */
    @Test
    void shouldAcceptAnUnknownWriteAtAnyTimeAfterItWasAskedFor()
    {
        final History.Op unknown = ask(1);
        write(2, 3);
        append(unknown);
        read("v2", 2, 4, 5);
        read("v1", 3, 6, 7);
        ask(8);
        shouldBeAccepted();
    }

    @Test
    void shouldRefuseAnUnknownWriteThatComesBeforeWhatWasDoneWhenItWasAskedFor()
    {
        write(9, NEVER);
        write(2, 3);
        shouldBeRefused();
    }

    @Test
    void shouldRefuseThatAnUnknownWriteIsSeenAndThenNot()
    {
        write(1, NEVER);
        read("v1", 2, 2, 3);
        read(null, 1, 4, 5);
        shouldBeRefused();
    }
}
