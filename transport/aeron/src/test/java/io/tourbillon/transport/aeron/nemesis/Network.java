package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.journal.testing.Shell;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace for each member, joined by a bridge in another, to which this process has a way, too: it is where clients are that
 * reach members from outside. The bridge drops what goes a way that is cut, by a rule of nft: packets leave and reach nobody, as on a real
 * network. Without nft a member is told a hardware address of the other that nobody has, and there are no clients outside. Without root it
 * is the loopback, where nothing can be cut. The nemesis' thread.
 */
final class Network implements AutoCloseable
{
    /** Where clients are that do not share a machine with a member. */
    static final int OUTSIDE = -1;
    /** Of the packets on a lossy way: one in so many is lost. */
    private static final int LOSSY_ONE_IN = 4;
    /** A subnet for each network, out of those that are for tests of networks (RFC 2544). */
    private static final int SUBNETS = 256;
    private static final int OUTSIDE_NUMBER = 254;
    /** A datagram of clients in one piece. */
    private static final String MTU = "9000";
    private static int made;

    private final String prefix;
    private final String subnet;
    private final List<Integer> members = new ArrayList<>();
    /** Null: this is a network that can be cut. */
    private final String reason;
    /** Null: by rules of nft, which clients outside need, too. */
    private final String withoutRules;
    private final Thread cleaner = new Thread(this::delete, "network-cleaner");

    private Network(final String reason, final String withoutRules)
    {
        this.reason = reason;
        this.withoutRules = reason == null ? withoutRules : reason;
        final long pid = ProcessHandle.current().pid();
        subnet = "198.18." + (pid + made) % SUBNETS + ".";
        prefix = "tb" + pid + "-" + made++ + "-";
    }

    static Network create() throws IOException
    {
        final Network network = new Network(unavailableBecause(), noRulesBecause());
        if (network.isCuttable())
        {
            Runtime.getRuntime().addShutdownHook(network.cleaner);
            try
            {
                network.make();
            }
            catch (final IOException ex)
            {
                network.close();
                throw ex;
            }
        }
        return network;
    }

    /** Why there are no namespaces, or null. */
    static String unavailableBecause()
    {
        if (!"root".equals(System.getProperty("user.name")))
        {
            return "network namespaces need root";
        }
        if (!Shell.succeeds("sh", "-c", "command -v ip && command -v nsenter"))
        {
            return "network namespaces need the commands ip and nsenter";
        }
        final String probe = probe();
        if (!Shell.succeeds("ip", "netns", "add", probe))
        {
            return "this kernel gives no network namespace";
        }
        return Shell.succeeds("ip", "netns", "del", probe) ? null : "a network namespace cannot be deleted";
    }

    /** Why there are no rules, or null: each kind that is needed is tried. */
    private static String noRulesBecause()
    {
        if (!Shell.succeeds("sh", "-c", "command -v nft"))
        {
            return "ways are cut by neighbour entries, and clients use IPC alone: the command nft is not installed";
        }
        final String probe = probe();
        try
        {
            Shell.run("ip", "netns", "add", probe);
            try
            {
                nft(probe, bridgeRules());
                nft(probe, clientRules(1));
            }
            finally
            {
                Shell.run("ip", "netns", "del", probe);
            }
            return null;
        }
        catch (final IOException ex)
        {
            return "ways are cut by neighbour entries, and clients use IPC alone: no rules here: " + ex.getMessage();
        }
    }

    private static String probe()
    {
        return "tb" + ProcessHandle.current().pid() + "-probe";
    }

    private void make() throws IOException
    {
        Shell.run("ip", "netns", "add", bridge());
        ip(bridge(), "link", "add", "bridge0", "type", "bridge");
        ip(bridge(), "link", "set", "bridge0", "up", "mtu", MTU);
        if (withoutRules == null)
        {
            nft(bridge(), bridgeRules());
            Shell.run("ip", "link", "add", outside(), "mtu", MTU, "type", "veth", "peer", "name", "outside", "mtu", MTU, "netns", bridge());
            ip(bridge(), "link", "set", "outside", "master", "bridge0", "up");
            Shell.run("ip", "addr", "add", host(OUTSIDE) + "/24", "dev", outside());
            Shell.run("ip", "link", "set", outside(), "up");
        }
    }

    private static String bridgeRules()
    {
        return String.join("\n",
            "table bridge nemesis {",
            "set cut { type ipv4_addr . ipv4_addr; }",
            "set lossy { type ipv4_addr . ipv4_addr; }",
            "chain forward {",
            "type filter hook forward priority 0;",
            "ip saddr . ip daddr @cut drop",
            "ip saddr . ip daddr @lossy numgen random mod " + LOSSY_ONE_IN + " == 0 drop",
            "}",
            "}");
    }

    /** Members take clients on their loopback alone: what comes from outside for its ports goes there. */
    private static String clientRules(final int clientPort)
    {
        return String.join("\n",
            "table ip nemesis {",
            "chain clients {",
            "type nat hook prerouting priority -100;",
            "iifname eth0 udp dport { " + clientPort + ", " + (clientPort + 2) + " } dnat to 127.0.0.1",
            "}",
            "}");
    }

    private static void nft(final String namespace, final String rules) throws IOException
    {
        Shell.run("nsenter", "--net=/run/netns/" + namespace, "nft", rules);
    }

    /** A place for a member that takes clients on this port. */
    void add(final int member, final int clientPort) throws IOException
    {
        members.add(member);
        if (!isCuttable())
        {
            return;
        }
        final String port = "port" + member;
        Shell.run("ip", "netns", "add", name(member));
        Shell.run("ip", "link", "add", "eth0", "netns", name(member), "address", hardwareAddress(member), "mtu", MTU,
            "type", "veth", "peer", "name", port, "mtu", MTU, "netns", bridge());
        ip(bridge(), "link", "set", port, "master", "bridge0", "up");
        ip(name(member), "addr", "add", host(member) + "/24", "dev", "eth0");
        ip(name(member), "link", "set", "eth0", "up");
        ip(name(member), "link", "set", "lo", "up");
        if (withoutRules == null)
        {
            nft(name(member), clientRules(clientPort));
            Shell.run("nsenter", "--net=/run/netns/" + name(member), "sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet");
        }
        else
        {
            heal();
        }
    }

    /** It has left, with all that ran in it. */
    void remove(final int member)
    {
        if (members.remove((Integer)member) && isCuttable())
        {
            Shell.succeeds("ip", "netns", "del", name(member));
        }
    }

    boolean isCuttable()
    {
        return reason == null;
    }

    /** Why it cannot be cut; null if it can. */
    String reason()
    {
        return reason;
    }

    /** Why there are no rules of nft, and so no clients outside; null if there are. */
    String withoutRules()
    {
        return withoutRules;
    }

    /** What goes before a command to run it where a member is. */
    List<String> command(final int member)
    {
        // Not "ip netns exec": it would take a copy of all mounts along, and hold disks that are to be unmounted.
        return isCuttable() ? List.of("nsenter", "--net=/run/netns/" + name(member)) : List.of();
    }

    String host(final int member)
    {
        return isCuttable() ? subnet + (member == OUTSIDE ? OUTSIDE_NUMBER : member + 1) : "127.0.0.1";
    }

    /** From now on nothing that one sends reaches the other. */
    void cut(final int from, final int to) throws IOException
    {
        if (withoutRules == null)
        {
            rule("cut", from, to);
        }
        else
        {
            neighbour(from, to, "02:00:00:00:ff:ff");
        }
    }

    void cutBothWays(final int one, final int other) throws IOException
    {
        cut(one, other);
        cut(other, one);
    }

    /** From now on some of what one sends does not reach the other. With rules alone. */
    void lose(final int from, final int to) throws IOException
    {
        rule("lossy", from, to);
    }

    private void rule(final String set, final int from, final int to) throws IOException
    {
        nft(bridge(), "add element bridge nemesis " + set + " { " + host(from) + " . " + host(to) + " }");
    }

    void heal() throws IOException
    {
        if (isCuttable() && withoutRules == null)
        {
            nft(bridge(), "flush set bridge nemesis cut; flush set bridge nemesis lossy");
            return;
        }
        for (int i = 0; i < members.size() && isCuttable(); i++)
        {
            for (final int to : members)
            {
                if (members.get(i) != to)
                {
                    neighbour(members.get(i), to, hardwareAddress(to));
                }
            }
        }
    }

    private void neighbour(final int from, final int to, final String hardwareAddress) throws IOException
    {
        ip(name(from), "neigh", "replace", host(to), "lladdr", hardwareAddress, "dev", "eth0", "nud", "permanent");
    }

    private static void ip(final String namespace, final String... words) throws IOException
    {
        final String[] command = new String[words.length + 3];
        command[0] = "ip";
        command[1] = "-n";
        command[2] = namespace;
        System.arraycopy(words, 0, command, 3, words.length);
        Shell.run(command);
    }

    private String name(final int member)
    {
        return prefix + member;
    }

    private String bridge()
    {
        return prefix + "b";
    }

    /** The end of the way to the bridge that is here. */
    private String outside()
    {
        return prefix + "o";
    }

    private static String hardwareAddress(final int member)
    {
        return String.format("02:00:00:00:00:%02x", member + 1);
    }

    @Override
    public void close()
    {
        if (isCuttable())
        {
            delete();
            Runtime.getRuntime().removeShutdownHook(cleaner);
        }
    }

    /** With a namespace go its devices, and with one end of a pair the other. */
    private void delete()
    {
        for (final int member : List.copyOf(members))
        {
            remove(member);
        }
        Shell.succeeds("ip", "link", "del", outside());
        Shell.succeeds("ip", "netns", "del", bridge());
    }
}
