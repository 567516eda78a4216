package io.tourbillon.consensus.sim;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The judge of the simulator, judged. */
class HistoryTest
{
    private final History history = new History();
    private long nextId = 1;

    private void write(final long index, final long revision, final long invokedAt, final long respondedAt)
    {
        final History.Op op = new History.Op(nextId++, false, "k", "v" + index, invokedAt);
        op.index = index;
        history.invoke(op);
        history.respond(op, revision, respondedAt);
    }

    private void read(final String value, final long revision, final long invokedAt, final long respondedAt)
    {
        final History.Op op = new History.Op(nextId++, true, "k", value, invokedAt);
        history.invoke(op);
        history.respond(op, revision, respondedAt);
    }

    @Test
    void shouldAcceptAReadThatRunsBesideAWrite()
    {
        write(2, 2, 1, 5);
        write(3, 3, 6, 9);
        read("v2", 2, 7, 10);
        read("v3", 3, 7, 8);
        assertDoesNotThrow(history::check);
        assertDoesNotThrow(() -> history.checkValues(Map.of(2L, Map.of("k", "v2"), 3L, Map.of("k", "v3"))));
    }

    @Test
    void shouldRefuseAStaleRead()
    {
        write(2, 2, 1, 5);
        write(3, 3, 6, 9);
        read("v2", 2, 10, 11);
        assertThrows(SimFailure.class, history::check);
    }

    @Test
    void shouldRefuseReadsThatGoBack()
    {
        write(2, 2, 1, 5);
        write(3, 3, 6, 20);
        read("v3", 3, 7, 8);
        read("v2", 2, 9, 10);
        assertThrows(SimFailure.class, history::check);
    }

    @Test
    void shouldRefuseAnAnswerThatTheLogDoesNotGive()
    {
        read("v9", 2, 1, 2);
        assertThrows(SimFailure.class, () -> history.checkValues(Map.of(2L, Map.of("k", "v2"))));
    }

    @Test
    void shouldMissALostAcknowledgement()
    {
        write(2, 2, 1, 5);
        assertDoesNotThrow(() -> history.recovered(List.of(0L, 1L)));
        assertThrows(SimFailure.class, () -> history.recovered(List.of(0L)));
        assertThrows(SimFailure.class, () -> history.recovered(List.of(0L, 0L)));
    }

    @Test
    void shouldRefuseAnotherStateForTheSameIndex()
    {
        history.applied(4, 44);
        assertDoesNotThrow(() -> history.applied(4, 44));
        assertThrows(SimFailure.class, () -> history.applied(4, 45));
    }
}
