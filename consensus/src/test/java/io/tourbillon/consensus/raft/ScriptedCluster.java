package io.tourbillon.consensus.raft;

import io.tourbillon.consensus.raft.ScriptedMessages.Message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Several cores under a script: disks that are forced and messages that arrive when the script says so. Whatever a script expects, what
 * figure 3 of the Raft paper promises must hold in it: election safety, leader append-only, log matching, leader completeness and state
 * machine safety; and no message leaves before what it promises is on its sender's disk.
 */
final class ScriptedCluster
{
    private static final long ELECTION_TIMEOUT_NS = 1000;
    private static final int SETTLE_ROUNDS_MAX = 10_000;

    private final StringBuilder out = new StringBuilder();
    private final Map<Long, ScriptedNode> nodes = new TreeMap<>();
    private final List<Message> network = new ArrayList<>();
    private final List<long[]> snapshots = new ArrayList<>();
    private final Set<String> cuts = new HashSet<>();
    private final Map<Long, Long> leaderOfTerm = new HashMap<>();
    private final Map<Long, Long> committedTerms = new TreeMap<>();
    private boolean hasPreVote = true;
    private boolean isHastened = true;
    private long heartbeatNs = 100;
    private boolean isQuiet;
    private long leaseDriftNs = RaftSettings.NO_LEASE;
    private int windowEntries = 64;
    private int entriesPerMessage = 4;

    /** Runs the lines; what they did, then the state of all. */
    String run(final List<String> lines)
    {
        out.setLength(0);
        lines.stream().flatMap((line) -> Arrays.stream(line.split(";"))).forEach((command) -> execute(command.trim().split("\\s+")));
        nodes.values().forEach((node) -> say(node.toString()));
        nodes.values().forEach((node) -> nodes.values().forEach(node::requireMatchingLog));
        return out.toString();
    }

    private void execute(final String[] words)
    {
        switch (words[0])
        {
            case "heartbeats" -> heartbeatNs = number(words, 1);
            case "no-pre-vote" -> hasPreVote = false;
            case "haste" -> isHastened = words[1].equals("on");
            case "lease-reads" -> leaseDriftNs = number(words, 1);
            case "window" -> windowEntries = (int)number(words, 1);
            case "entries-per-message" -> entriesPerMessage = (int)number(words, 1);
            case "nodes" -> create(words);
            case "join" -> add(number(words, 1), nodes.get(number(words, 2)).core().configuration());
            case "campaign" -> campaign(node(words));
            case "elect" -> elect(node(words));
            case "tick" -> tick(node(words));
            case "check" -> node(words).tick();
            case "stray" -> deliver(ScriptedMessages.voteReply(number(words, 1), number(words, 2), term(words), false, false));
            case "stale" -> deliver(ScriptedMessages.heartbeat(number(words, 1), number(words, 2), term(words), 0, 1));
            case "matched" -> say("  " + words[1] + " knows that " + words[2] + " has up to " +
                node(words).core().matchIndexOf(number(words, 2)));
            case "elapse" -> nodes.values().forEach((node) -> node.advance(number(words, 1)));
            case "advance" -> node(words).advance(number(words, 2));
            case "seed" -> seed(node(words), words);
            case "force" -> node(words).force();
            case "begin-force" -> node(words).beginForce();
            case "end-force" -> node(words).endForce();
            case "full" -> node(words).full();
            case "room" -> node(words).room();
            case "lose" -> node(words).lose(number(words, 2));
            case "repair" -> node(words).repair(number(words, 2));
            case "hold-disk" -> node(words).isDiskHeld = true;
            case "free-disk" -> node(words).isDiskHeld = false;
            case "propose" -> node(words).propose(words.length > 2 ? (int)number(words, 2) : 1);
            case "read" -> node(words).read();
            case "send" -> node(words).replicate();
            case "settle" -> settle();
            case "deliver" -> deliver(number(words, 1), number(words, 2), words.length > 3 ? (int)number(words, 3) : Integer.MAX_VALUE);
            case "duplicate" -> network.addAll(network.stream().filter((message) -> isBetween(message, words)).map(Message::copy).toList());
            case "reverse" -> Collections.reverse(network);
            case "drop" -> network.removeIf((message) -> isBetween(message, words));
            case "network" -> network.forEach((message) -> say("  " + message.fromId() + " -> " + message.toId() + ": " + message.text()));
            case "cut" -> cut(words);
            case "heal" -> cuts.clear();
            case "crash" -> crash(node(words));
            case "restart" -> node(words).start();
            case "recover" -> say("  " + words[1] + " recovers with " + words[2] + " committed: " + node(words).recover(number(words, 2)));
            case "log" -> say("  " + words[1] + " log " + node(words).logText());
            case "compact" -> node(words).compact(number(words, 2));
            case "fail" -> node(words).core().onSnapshotFailed(node(words).nowNs(), number(words, 2));
            case "install" -> install(number(words, 1), number(words, 2));
            case "transfer" -> say(verdict("transfer", node(words).core().onTransfer(number(words, 2), node(words).nowNs(), node(words))));
            case "change" -> change(node(words), words);
            case "reconnect" -> node(words).core().onPeerConnected(node(words).nowNs(), number(words, 2));
            default -> throw new AssertionError("unknown command " + String.join(" ", words));
        }
    }

    private void create(final String[] words)
    {
        isQuiet = true;
        final int voters = (int)number(words, 1);
        final List<Member> members = new ArrayList<>();
        for (long id = 1; id <= voters; id++)
        {
            members.add(new Member(id, true));
        }
        for (final String id : list(words, "learners"))
        {
            members.add(new Member(Long.parseLong(id), false));
        }
        members.forEach((member) -> add(member.id(), Configuration.of(members)));
        isQuiet = false;
    }

    private void seed(final ScriptedNode node, final String[] words)
    {
        isQuiet = true;
        node.seed(term(words), list(words, "log").stream().mapToLong(Long::parseLong).toArray());
        isQuiet = false;
    }

    private void add(final long id, final Configuration configuration)
    {
        final RaftSettings settings =
            new RaftSettings(id, ELECTION_TIMEOUT_NS, heartbeatNs, windowEntries, hasPreVote, leaseDriftNs, isHastened);
        final ScriptedNode node = new ScriptedNode(this, settings, configuration);
        nodes.put(id, node);
        node.start();
    }

    /** Its patience ends. The others', if the script says so, by {@code elapse}. */
    private static void campaign(final ScriptedNode node)
    {
        node.advance(ELECTION_TIMEOUT_NS);
        node.tick();
    }

    /** It campaigns and all that belongs to the election happens; entries do not move. */
    private void elect(final ScriptedNode node)
    {
        campaign(node);
        move(false);
    }

    private void tick(final ScriptedNode node)
    {
        node.advance(heartbeatNs);
        node.tick();
    }

    private void crash(final ScriptedNode node)
    {
        node.crash();
        network.removeIf((message) -> message.toId() == node.id);
    }

    private void change(final ScriptedNode node, final String[] words)
    {
        final List<Member> members = new ArrayList<>();
        list(words, "voters").forEach((id) -> members.add(new Member(Long.parseLong(id), true)));
        list(words, "learners").forEach((id) -> members.add(new Member(Long.parseLong(id), false)));
        final long result = node.core().proposeConfiguration(Configuration.of(members), node.nowNs(), node);
        say(result > 0 ? "  at index " + result : verdict("change", (int)result));
    }

    /** All disks that are not held, all messages that are not cut off, until nothing moves. */
    private void settle()
    {
        move(true);
    }

    private void move(final boolean isReplicating)
    {
        int rounds = 0;
        boolean isMoving = true;
        while (isMoving)
        {
            assertTrue(++rounds < SETTLE_ROUNDS_MAX, "the cluster does not come to rest");
            isMoving = false;
            for (final ScriptedNode node : nodes.values())
            {
                if (!node.isDown)
                {
                    isMoving |= !node.isDiskHeld && node.force();
                    isMoving |= isReplicating && node.replicate();
                }
            }
            final List<Message> now = List.copyOf(network);
            network.clear();
            now.forEach(this::deliver);
            isMoving |= !now.isEmpty();
        }
    }

    private void deliver(final long fromId, final long toId, final int limit)
    {
        // In the order of the network, up to a number of them.
        final List<Message> chosen = network.stream()
            .filter((message) -> message.fromId() == fromId && message.toId() == toId).limit(limit).toList();
        network.removeAll(chosen);
        chosen.forEach(this::deliver);
    }

    private void deliver(final Message message)
    {
        final ScriptedNode node = nodes.get(message.toId());
        if (node != null && !node.isDown)
        {
            ScriptedMessages.deliver(message, node.core(), node.nowNs(), node);
        }
    }

    private void install(final long fromId, final long toId)
    {
        assertTrue(snapshots.removeIf((pair) -> pair[0] == fromId && pair[1] == toId), "no state is on its way");
        final ScriptedNode from = nodes.get(fromId);
        nodes.get(toId).install(from);
        from.core().onSnapshotSent(from.nowNs(), toId, from.baseIndex());
    }

    /** "cut 1 | 2 3": between the groups; "cut 1 > 2": one way. */
    private void cut(final String[] words)
    {
        final int at = Math.max(Arrays.asList(words).indexOf("|"), Arrays.asList(words).indexOf(">"));
        for (int i = 1; i < at; i++)
        {
            for (int j = at + 1; j < words.length; j++)
            {
                cuts.add(words[i] + ">" + words[j]);
                if (words[at].equals("|"))
                {
                    cuts.add(words[j] + ">" + words[i]);
                }
            }
        }
    }

    void send(final Message message)
    {
        assertTrue(!nodes.get(message.fromId()).isDown, "a dead member sends");
        if (!cuts.contains(message.fromId() + ">" + message.toId()))
        {
            network.add(message);
        }
    }

    void sendSnapshot(final long fromId, final long toId)
    {
        snapshots.add(new long[]{fromId, toId});
    }

    int entriesPerMessage()
    {
        return entriesPerMessage;
    }

    void say(final String line)
    {
        if (!isQuiet)
        {
            out.append(line).append('\n');
        }
    }

    private static boolean isBetween(final Message message, final String[] words)
    {
        return message.fromId() == number(words, 1) && message.toId() == number(words, 2);
    }

    void onRoleChange(final ScriptedNode node, final Role role, final long term, final String reason)
    {
        final long id = node.id;
        say("  " + id + " is " + role + " term=" + term + ": " + reason);
        if (role == Role.LEADER)
        {
            final Long other = leaderOfTerm.putIfAbsent(term, id);
            assertTrue(other == null || other == id, "two leaders in term " + term + ": " + other + " and " + id);
            committedTerms.forEach((index, committed) -> assertTrue(node.has(index, committed),
                "leader " + id + " lacks " + committed + ":" + index + ", which is committed"));
        }
    }

    void committed(final long id, final long index, final long term)
    {
        final Long before = committedTerms.putIfAbsent(index, term);
        assertTrue(before == null || before == term,
            "member " + id + " commits " + term + ":" + index + ", another has committed " + before + ":" + index);
    }

    private static String verdict(final String what, final int result)
    {
        return "  " + what + ": " + switch (result)
        {
            case RaftCore.TAKEN -> "begun";
            case RaftCore.NOT_LEADER -> "not the leader";
            case RaftCore.NOT_A_VOTER -> "not a voter";
            case RaftCore.CHANGE_UNDER_WAY -> "a change is under way";
            case RaftCore.DEMOTES_VOTER -> "a voter cannot become a learner";
            case RaftCore.TERM_NOT_COMMITTED -> "nothing of its term is committed yet";
            default -> throw new AssertionError(result);
        };
    }

    private ScriptedNode node(final String[] words)
    {
        return nodes.get(number(words, 1));
    }

    private static long number(final String[] words, final int at)
    {
        return Long.parseLong(words[at]);
    }

    private static long term(final String[] words)
    {
        return Long.parseLong(list(words, "term").get(0));
    }

    private static List<String> list(final String[] words, final String name)
    {
        return Arrays.stream(words).filter((word) -> word.startsWith(name + "="))
            .flatMap((word) -> Arrays.stream(word.substring(name.length() + 1).split(","))).toList();
    }
}
