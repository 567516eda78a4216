package io.tourbillon.consensus.raft;

import io.tourbillon.consensus.raft.ScriptedMessages.Message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Several cores under a script: disks that are forced and messages that arrive when the script says so. In any script there is one leader
 * a term, and what one member has committed no other has committed differently.
 */
final class ScriptedCluster
{
    private static final long ELECTION_TIMEOUT_NS = 1000;
    private static final long HEARTBEAT_NS = 100;
    private static final int SETTLE_ROUNDS_MAX = 10_000;

    private final StringBuilder out = new StringBuilder();
    private final Map<Long, ScriptedNode> nodes = new TreeMap<>();
    private final List<Message> network = new ArrayList<>();
    private final List<long[]> snapshots = new ArrayList<>();
    private final Set<String> cuts = new HashSet<>();
    private final Map<Long, Long> leaderOfTerm = new HashMap<>();
    private final Map<Long, Long> committedTerms = new TreeMap<>();
    private boolean hasPreVote = true;
    private long leaseDriftNs = RaftSettings.NO_LEASE;
    private int windowEntries = 64;
    private int entriesPerMessage = 4;

    /** Runs the lines; what they did, then the state of all. */
    String run(final List<String> lines)
    {
        out.setLength(0);
        lines.stream().flatMap((line) -> Arrays.stream(line.split(";"))).forEach((command) -> execute(command.trim().split("\\s+")));
        nodes.values().forEach((node) -> say(node.toString()));
        return out.toString();
    }

    private void execute(final String[] words)
    {
        switch (words[0])
        {
            case "no-pre-vote" -> hasPreVote = false;
            case "lease-reads" -> leaseDriftNs = number(words, 1);
            case "window" -> windowEntries = (int)number(words, 1);
            case "entries-per-message" -> entriesPerMessage = (int)number(words, 1);
            case "nodes" -> create(words);
            case "join" -> add(number(words, 1), nodes.get(number(words, 2)).core().configuration());
            case "campaign" -> campaign(node(words));
            case "elect" -> elect(node(words));
            case "tick" -> tick(node(words));
            case "elapse" -> nodes.values().forEach((node) -> node.advance(number(words, 1)));
            case "force" -> node(words).force();
            case "hold-disk" -> node(words).isDiskHeld = true;
            case "free-disk" -> node(words).isDiskHeld = false;
            case "propose" -> node(words).propose(words.length > 2 ? (int)number(words, 2) : 1);
            case "read" -> node(words).read();
            case "send" -> node(words).replicate();
            case "settle" -> settle();
            case "deliver" -> deliver(number(words, 1), number(words, 2), words.length > 3 ? (int)number(words, 3) : Integer.MAX_VALUE);
            case "drop" -> network.removeIf((message) -> message.fromId() == number(words, 1) && message.toId() == number(words, 2));
            case "network" -> network.forEach((message) -> say("  " + message.fromId() + " -> " + message.toId() + ": " + message.text()));
            case "cut" -> cut(words);
            case "heal" -> cuts.clear();
            case "crash" -> crash(node(words));
            case "restart" -> node(words).start();
            case "log" -> say("  " + words[1] + " log " + node(words).logText());
            case "compact" -> node(words).compact(number(words, 2));
            case "install" -> install(number(words, 1), number(words, 2));
            case "transfer" -> say(verdict("transfer", node(words).core().onTransfer(number(words, 2), node(words).nowNs(), node(words))));
            case "change" -> change(node(words), words);
            case "reconnect" -> node(words).core().onPeerConnected(node(words).nowNs(), number(words, 2));
            default -> throw new AssertionError("unknown command " + String.join(" ", words));
        }
    }

    private void create(final String[] words)
    {
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
    }

    private void add(final long id, final Configuration configuration)
    {
        final RaftSettings settings = new RaftSettings(id, ELECTION_TIMEOUT_NS, HEARTBEAT_NS, windowEntries, hasPreVote, leaseDriftNs);
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

    private static void tick(final ScriptedNode node)
    {
        node.advance(HEARTBEAT_NS);
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
            SimpleChecks.require(++rounds < SETTLE_ROUNDS_MAX, "the cluster does not come to rest");
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
        SimpleChecks.require(snapshots.removeIf((pair) -> pair[0] == fromId && pair[1] == toId), "no state is on its way");
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
        SimpleChecks.require(!nodes.get(message.fromId()).isDown, "a dead member sends");
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
        out.append(line).append('\n');
    }

    void onRoleChange(final long id, final Role role, final long term, final String reason)
    {
        say("  " + id + " is " + role + " term=" + term + ": " + reason);
        if (role == Role.LEADER)
        {
            final Long other = leaderOfTerm.putIfAbsent(term, id);
            SimpleChecks.require(other == null || other == id, "two leaders in term " + term + ": " + other + " and " + id);
        }
    }

    void committed(final long id, final long index, final long term)
    {
        final Long before = committedTerms.putIfAbsent(index, term);
        SimpleChecks.require(before == null || before == term,
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

    private static List<String> list(final String[] words, final String name)
    {
        return Arrays.stream(words).filter((word) -> word.startsWith(name + "="))
            .flatMap((word) -> Arrays.stream(word.substring(name.length() + 1).split(","))).toList();
    }
}
