package io.tourbillon.consensus.history;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The search for an order, on orders that are known. */
class RegistersTest
{
    private static final long NEVER = History.Op.NEVER;
    private static final int STEPS = 100_000;

    private final History history = new History();
    private long nextId = 1;

    private void op(final boolean isRead, final String key, final String value, final long invokedAt, final long respondedAt)
    {
        final History.Op op = new History.Op(nextId++, isRead, List.of(key), value, invokedAt);
        history.invoke(op);
        if (respondedAt != NEVER)
        {
            history.respond(op, value, 0, 0, respondedAt);
        }
    }

    private void write(final String value, final long invokedAt, final long respondedAt)
    {
        op(false, "k", value, invokedAt, respondedAt);
    }

    private void read(final String value, final long invokedAt, final long respondedAt)
    {
        op(true, "k", value, invokedAt, respondedAt);
    }

    private void shouldBeAccepted()
    {
        assertDoesNotThrow(() -> assertEquals(0, Registers.check(history.ops(), STEPS)));
    }

    private void shouldBeRefused()
    {
        assertThrows(BrokenPromise.class, () -> Registers.check(history.ops(), STEPS));
    }

    @Test
    void shouldFindTheOrderOfWhatRunsAtTheSameTime()
    {
        write("a", 1, 10);
        write("b", 2, 9);
        read("b", 3, 4);
        read("a", 5, 6);
        read("a", 11, 12);
        shouldBeAccepted();
    }

    @Test
    void shouldRefuseAValueThatComesBack()
    {
        write("a", 1, 10);
        write("b", 2, 9);
        read("a", 3, 4);
        read("b", 5, 6);
        read("a", 7, 8);
        shouldBeRefused();
    }

    @Test
    void shouldRefuseAStaleRead()
    {
        write("a", 1, 2);
        write("b", 3, 4);
        read("a", 5, 6);
        shouldBeRefused();
    }

    /** Revisions would not tell: nobody learned the revision of either. */
    @Test
    void shouldAcceptAWriteOfUnknownOutcomeThatIsSeenLateOrNever()
    {
        write("a", 1, NEVER);
        write("b", 2, 3);
        read("b", 4, 5);
        read("a", 6, 7);
        write("c", 8, NEVER);
        read("a", 9, 10);
        shouldBeAccepted();
    }

    @Test
    void shouldRefuseThatAWriteOfUnknownOutcomeIsSeenThenNotThenSeen()
    {
        write("a", 1, NEVER);
        write("b", 2, 3);
        read("a", 4, 5);
        read("b", 6, 7);
        shouldBeRefused();
    }

    @Test
    void shouldRefuseAWriteThatIsSeenBeforeItIsAskedFor()
    {
        read("a", 1, 2);
        write("a", 3, NEVER);
        shouldBeRefused();
    }

    @Test
    void shouldLookAtEachKeyByItself()
    {
        op(false, "x", "a", 1, 2);
        op(false, "y", "b", 3, 4);
        op(true, "x", "a", 5, 6);
        shouldBeAccepted();
        op(true, "y", null, 7, 8);
        shouldBeRefused();
    }

    /** Histories of a real register are accepted, the same with one answer made older are mostly not. */
    @Test
    void shouldAgreeWithARealRegister()
    {
        int refusedCount = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            assertDoesNotThrow(() -> Registers.check(drawn(seed(), -1), STEPS));
            final List<History.Op> wrong = drawn(new Random(seed), 30 + seed % 20);
            try
            {
                Registers.check(wrong, STEPS);
            }
            catch (final BrokenPromise ex)
            {
                refusedCount++;
            }
        }
        assertEquals(true, refusedCount > 50, "refused " + refusedCount);
    }

    private final Random seeds = new Random(1);

    private Random seed()
    {
        return new Random(seeds.nextLong());
    }

    /** Each op takes effect at a moment between its call and its answer; the read of a number given sees the value of two writes ago. */
    private static List<History.Op> drawn(final Random random, final int wrongNumber)
    {
        final History history = new History();
        final List<String> values = new ArrayList<>(List.of("v0", "v0"));
        final History.Op first = new History.Op(1000, false, List.of("k"), "v0", 1);
        history.invoke(first);
        history.respond(first, "v0", 0, 0, 2);
        for (int i = 1; i <= 60; i++)
        {
            final long moment = 100L * i;
            final boolean isRead = random.nextBoolean() || i == wrongNumber;
            final String current = values.get(values.size() - 1);
            final String stale = values.get(Math.max(0, values.size() - 3));
            final String value = !isRead ? "v" + i : i == wrongNumber ? stale : current;
            final History.Op op = new History.Op(i, isRead, List.of("k"), value, moment - random.nextInt(150));
            history.invoke(op);
            if (!isRead)
            {
                values.add(value);
            }
            if (isRead || random.nextInt(5) > 0)
            {
                history.respond(op, value, 0, 0, moment + 1 + random.nextInt(150));
            }
        }
        return history.ops();
    }
}
