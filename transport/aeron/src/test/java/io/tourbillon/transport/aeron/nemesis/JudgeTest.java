package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.consensus.history.History;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.KeyValue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A recorded life in which all promises are kept, altered in one place: the judge sees it. */
class JudgeTest
{
    private final Workload workload = new Workload();
    private final List<List<Event>> life = new ArrayList<>();
    private final Map<String, KeyValue> now = new HashMap<>();
    private History.Op lastRead;

    @BeforeEach
    void record()
    {
        write("a");
        write("b");
        final History.Op delete = workload.write("a", true);
        life.add(List.of(event("a", null, 4), event("mark", Values.of(delete.id()), 4)));
        workload.respond(delete, null, 4);
        final History.Op conditional = workload.writeAfter("b", "2");
        life.add(List.of(event("b", Values.of(conditional.id()), 5)));
        workload.respond(conditional, conditional.value(), 5);
        final History.Op unknown = workload.write("a", false);
        life.add(List.of(event("a", Values.of(unknown.id()), 6)));
        read("a", unknown.value(), 6);
    }

    private void write(final String key)
    {
        final History.Op op = workload.write(key, false);
        final long revision = life.size() + 2;
        life.add(List.of(event(key, Values.of(op.id()), revision)));
        workload.respond(op, op.value(), revision);
    }

    private void read(final String key, final String value, final long revision)
    {
        lastRead = workload.read(key);
        workload.respond(lastRead, value, revision);
    }

    private Event event(final String key, final byte[] value, final long revision)
    {
        final KeyValue before = now.get(key);
        final KeyValue after = value == null ? new KeyValue(key.getBytes(US_ASCII), new byte[0], 0, revision, 0, 0) :
            new KeyValue(key.getBytes(US_ASCII), value, before == null ? revision : before.createRevision(), revision,
                before == null ? 1 : before.version() + 1, 0);
        now.put(key, value == null ? null : after);
        return new Event(value == null, after, before);
    }

    private void judge()
    {
        final Judge judge = new Judge(life);
        judge.judgeClients(workload);
        judge.judgeEvents("w", 2, life);
    }

    private void breaks(final String promise)
    {
        final String message = assertThrows(AssertionError.class, this::judge).getMessage();
        assertTrue(message.contains(promise), message);
    }

    private void breaksForWatcher(final String promise, final List<List<Event>> seen)
    {
        final Judge judge = new Judge(life);
        final String message = assertThrows(AssertionError.class, () -> judge.judgeEvents("w", 2, seen)).getMessage();
        assertTrue(message.contains(promise), message);
    }

    @Test
    void shouldAcceptWhatWasPromised()
    {
        judge();
    }

    @Test
    void shouldMissAnAcknowledgedWrite()
    {
        life.remove(1);
        life.remove(2); // the one that followed it
        breaks("acknowledged write 2");
    }

    @Test
    void shouldSeeAStaleRead()
    {
        read("a", "1", 2);
        breaks("does not see");
    }

    @Test
    void shouldSeeAReadOfWhatWasNeverThere()
    {
        workload.respond(lastRead, "2", 6);
        breaks("the log says 5");
    }

    @Test
    void shouldSeeARefusedWriteThatHappened()
    {
        final History.Op op = workload.write("c", false);
        life.add(List.of(event("c", Values.of(op.id()), 7)));
        workload.refuse(op, "no leader");
        breaks("was refused, and is in the log");
    }

    @Test
    void shouldSeeAConditionalWriteWhoseConditionDidNotHold()
    {
        final History.Op op = workload.writeAfter("b", "2");
        life.add(List.of(event("b", Values.of(op.id()), 7)));
        breaks("was to follow '2'");
    }

    @Test
    void shouldSeeATornValue()
    {
        life.add(List.of(event("c", "40:xx".getBytes(US_ASCII), 7)));
        breaks("that nobody wrote");
    }

    @Test
    void shouldSeeWhatAWatcherIsNotToldOrToldTwiceOrLate()
    {
        breaksForWatcher("gap", List.of(life.get(0), life.get(2)));
        breaksForWatcher("comes again", List.of(life.get(0), life.get(1), life.get(1)));
        breaksForWatcher("split revision", List.of(life.get(0), life.get(1), List.of(life.get(2).get(0))));
        breaksForWatcher("not told all", life.subList(0, 3));
        final Event lost = event("c", Values.of(99), 3);
        breaksForWatcher("which the log has not", List.of(life.get(0), List.of(lost)));
    }
}
