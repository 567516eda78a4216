package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.OpKind;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random roles and users, random requests: one is permitted if and only if a model says so that knows nothing of merged ranges, of flat
 * lists or of trees.
 */
class GuardPropertyTest
{
    private static final int RUNS = 12;
    private static final int STEPS = 400;
    private static final String[] KEYS = {"a", "aa", "ab", "b", "bb", "c", "d", "a\0"};
    private static final String[] ENDS = {"", "", "a", "ab", "b", "bc", "c", "d", "e", "\0", "a\0", "aa\0", "b\0"};
    private static final String[] NAMES = {"u", "v"};
    private static final String[] ROLES = {"p", "q", "s"};

    private record Allowed(boolean isRead, boolean isWrite)
    {
    }

    private record Range(String key, String end)
    {
        boolean isEmpty()
        {
            return !end.isEmpty() && !end.equals("\0") && end.compareTo(key) <= 0;
        }

        boolean has(final String other)
        {
            return EtcdModel.isInRange(other, key, end);
        }
    }

    /** Roles by name, what each may do by range; roles of each user. */
    private final Map<String, Map<Range, Allowed>> roles = new TreeMap<>();
    private final Map<String, Set<String>> rolesOf = new HashMap<>();
    private final Map<Long, Set<String>> keysOfLease = new HashMap<>();
    private Random random;
    private Rig rig;
    private Users users;
    private int deniedCount;
    private int permittedCount;

    @Test
    void shouldPermitWhatTheModelPermitsAndNothingElse()
    {
        final long seed = Long.getLong("seed", System.nanoTime());
        for (int run = 0; run < RUNS; run++)
        {
            random = new Random(seed + run);
            rig = new Rig();
            users = new Users(rig);
            roles.clear();
            rolesOf.clear();
            keysOfLease.clear();
            try
            {
                run();
                rig.checkFollower(new MvccSettings().keysPerSlice(1 + random.nextInt(5)));
            }
            catch (final AssertionError error)
            {
                throw new AssertionError("-Dseed=" + (seed + run) + ": " + error.getMessage(), error);
            }
            finally
            {
                rig.close();
            }
        }
        assertTrue(deniedCount > RUNS * STEPS / 20 && permittedCount > RUNS * STEPS / 20, deniedCount + " and " + permittedCount);
    }

    private void run()
    {
        users.enable();
        for (final String name : NAMES)
        {
            users.add(name);
            rolesOf.put(name, new HashSet<>());
        }
        for (final String role : ROLES)
        {
            users.ask(AuthOperation.ROLE_ADD, "", role);
            roles.put(role, new HashMap<>());
        }
        rig.grant(1, 1_000_000);
        rig.grant(2, 1_000_000);
        for (int step = 0; step < STEPS; step++)
        {
            users.as("root");
            if (random.nextInt(4) == 0)
            {
                changeUsers();
            }
            if (random.nextInt(60) == 0)
            {
                rig.checkpoint();
                rig.crash();
            }
            noteLeases();
            ask(NAMES[random.nextInt(NAMES.length)]);
        }
    }

    private void changeUsers()
    {
        final String role = ROLES[random.nextInt(ROLES.length)];
        final String name = NAMES[random.nextInt(NAMES.length)];
        final Range range = new Range(key(), ENDS[random.nextInt(ENDS.length)]);
        switch (random.nextInt(6))
        {
            case 0, 1 ->
            {
                final int type = random.nextInt(3);
                final String answer = users.permit(role, type, range.key, range.end);
                assertEquals(range.isEmpty(), answer.startsWith("error"), range + " " + answer);
                if (!range.isEmpty())
                {
                    roles.get(role).put(range, new Allowed(type != Permission.WRITE, type != Permission.READ));
                }
            }
            case 2 ->
            {
                final boolean isThere = roles.get(role).remove(range) != null;
                assertEquals(!isThere, users.forbid(role, range.key, range.end).startsWith("error"));
            }
            case 3 ->
            {
                users.ask(AuthOperation.ROLE_DELETE, "", role);
                users.ask(AuthOperation.ROLE_ADD, "", role);
                roles.get(role).clear();
                rolesOf.values().forEach(each -> each.remove(role));
            }
            case 4 ->
            {
                rolesOf.get(name).add(role);
                users.grant(name, role);
            }
            default ->
            {
                rolesOf.get(name).remove(role);
                users.revoke(name, role);
            }
        }
    }

    private void noteLeases()
    {
        for (long lease = 1; lease <= 2; lease++)
        {
            final String[] words = rig.timeToLive(lease, true).split(" ");
            keysOfLease.put(lease, new TreeSet<>(List.of(words).subList(8, words.length)));
        }
    }

    private void ask(final String name)
    {
        users.as(name);
        final Op op = op(2);
        final boolean isPermitted = isPermitted(name, op);
        final long hash = rig.mvcc.stateHash();
        final String answer = rig.run(op);
        final String told = name + " " + rolesOf.get(name) + " of " + roles + ": " + op + " " + answer;
        if (isPermitted)
        {
            assertNotEquals(Users.DENIED, answer, told);
            permittedCount++;
        }
        else if (!answer.equals(Users.DENIED))
        {
            users.as("root");
            assertTrue(answer.startsWith("error"), told);
            assertEquals(answer, rig.run(op), told + ", not for its form");
        }
        else
        {
            assertEquals(hash, rig.mvcc.stateHash(), told);
            deniedCount++;
        }
        users.as(name);
        askToWatch(name);
    }

    private void askToWatch(final String name)
    {
        final Range range = new Range(random.nextInt(8) == 0 ? "" : key(), ENDS[random.nextInt(ENDS.length)]);
        final Range watched = range.key.isEmpty() ? new Range("\0", range.end) : range;
        final String answer = rig.watch(0, range.key, range.end, 0, 0);
        final boolean isPermitted = may(name, watched, true);
        final String expected = !isPermitted ? "code 1033" : watched.isEmpty() ? "code 1012" : "created";
        assertTrue(answer.contains(expected), name + " " + rolesOf.get(name) + " of " + roles + ": watch of " + range + ": " + answer);
        if (answer.startsWith("created"))
        {
            rig.cancel(Long.parseLong(answer.split(" ")[1]));
        }
    }

    private String key()
    {
        return KEYS[random.nextInt(KEYS.length)];
    }

    private Op op(final int depth)
    {
        switch (random.nextInt(depth == 0 ? 3 : 5))
        {
            case 0:
                final Op put = Op.put(key(), "v").withLease(random.nextInt(3));
                return random.nextInt(3) == 0 ? put.withPrevKv() : put;
            case 1:
                final Op delete = Op.delete(key(), ENDS[random.nextInt(ENDS.length)]);
                return random.nextInt(3) == 0 ? delete.withPrevKv() : delete;
            case 2:
                return Op.range(key(), ENDS[random.nextInt(ENDS.length)]);
            default:
                final Op txn = Op.txn();
                for (int i = random.nextInt(2); i > 0; i--)
                {
                    txn.when(key(), CompareTarget.VERSION, CompareResult.values()[random.nextInt(3)], random.nextInt(2));
                }
                return txn.then(ops(depth - 1)).otherwise(ops(depth - 1));
        }
    }

    private Op[] ops(final int depth)
    {
        final List<Op> ops = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--)
        {
            ops.add(op(depth));
        }
        return ops.toArray(new Op[0]);
    }

    // ---- the model

    private boolean isPermitted(final String name, final Op op)
    {
        final Range range = new Range(op.key, op.kind == OpKind.PUT ? "" : op.end);
        return switch (op.kind)
        {
            case RANGE -> may(name, range, true);
            case PUT -> may(name, range, false) && (!op.prevKv || may(name, range, true)) &&
                keysOfLease.getOrDefault(op.lease, Set.of()).stream().allMatch(key -> may(name, new Range(key, ""), false));
            case DELETE_RANGE -> may(name, range, false) && (!op.prevKv || may(name, range, true));
            default -> op.compares.stream().allMatch(compare -> may(name, new Range(compare.key(), compare.end()), true)) &&
                op.success.stream().allMatch(each -> isPermitted(name, each)) &&
                op.failure.stream().allMatch(each -> isPermitted(name, each));
        };
    }

    /** Where what is permitted may have a hole: at the range's first key, and wherever a permission ends within it. */
    private boolean may(final String name, final Range wanted, final boolean isRead)
    {
        final Set<Range> permitted = new HashSet<>();
        for (final String role : rolesOf.get(name))
        {
            roles.get(role).forEach((range, allowed) ->
            {
                if (isRead ? allowed.isRead : allowed.isWrite)
                {
                    permitted.add(range);
                }
            });
        }
        final Set<String> places = new TreeSet<>(Set.of(wanted.key));
        for (final Range range : permitted)
        {
            places.add(range.end.isEmpty() ? range.key + "\0" : range.end.equals("\0") ? wanted.key : range.end);
        }
        return places.stream().filter(place -> place.equals(wanted.key) || wanted.has(place))
            .allMatch(place -> permitted.stream().anyMatch(range -> range.has(place)));
    }
}
