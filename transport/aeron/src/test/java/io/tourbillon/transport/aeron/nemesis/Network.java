package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.journal.testing.Shell;

import java.io.IOException;
import java.util.List;

/**
 * A network namespace for each member, joined by a bridge in another. A way is cut by telling one member a hardware address of the other
 * that nobody has: its packets leave and reach nobody, as on a real network. Without root it is the loopback, where nothing can be cut.
 */
final class Network implements AutoCloseable
{
    private static int made;

    private final String prefix;
    private final int members;
    /** Null: this is a network that can be cut. */
    private final String reason;
    private final Thread cleaner = new Thread(this::delete, "network-cleaner");

    private Network(final int members, final String reason)
    {
        this.members = members;
        this.reason = reason;
        prefix = "tb" + ProcessHandle.current().pid() + "-" + made++ + "-";
    }

    static Network create(final int members) throws IOException
    {
        final Network network = new Network(members, unavailableBecause());
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
        final String probe = "tb" + ProcessHandle.current().pid() + "-probe";
        if (!Shell.succeeds("ip", "netns", "add", probe))
        {
            return "this kernel gives no network namespace";
        }
        return Shell.succeeds("ip", "netns", "del", probe) ? null : "a network namespace cannot be deleted";
    }

    private void make() throws IOException
    {
        final String bridge = prefix + "b";
        Shell.run("ip", "netns", "add", bridge);
        ip(bridge, "link", "add", "bridge0", "type", "bridge");
        ip(bridge, "link", "set", "bridge0", "up");
        for (int i = 0; i < members; i++)
        {
            final String port = "port" + i;
            Shell.run("ip", "netns", "add", name(i));
            Shell.run("ip", "link", "add", "eth0", "netns", name(i), "address", hardwareAddress(i),
                "type", "veth", "peer", "name", port, "netns", bridge);
            ip(bridge, "link", "set", port, "master", "bridge0", "up");
            ip(name(i), "addr", "add", host(i) + "/24", "dev", "eth0");
            ip(name(i), "link", "set", "eth0", "up");
            ip(name(i), "link", "set", "lo", "up");
        }
        heal();
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

    /** What goes before a command to run it where a member is. */
    List<String> command(final int member)
    {
        // Not "ip netns exec": it would take a copy of all mounts along, and hold disks that are to be unmounted.
        return isCuttable() ? List.of("nsenter", "--net=/run/netns/" + name(member)) : List.of();
    }

    String host(final int member)
    {
        return isCuttable() ? "10.77.0." + (member + 1) : "127.0.0.1";
    }

    /** From now on nothing that one sends reaches the other. */
    void cut(final int from, final int to) throws IOException
    {
        neighbour(from, to, "02:00:00:00:ff:ff");
    }

    void cutBothWays(final int one, final int other) throws IOException
    {
        cut(one, other);
        cut(other, one);
    }

    void heal() throws IOException
    {
        for (int from = 0; from < members && isCuttable(); from++)
        {
            for (int to = 0; to < members; to++)
            {
                if (from != to)
                {
                    neighbour(from, to, hardwareAddress(to));
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

    private static String hardwareAddress(final int member)
    {
        return "02:00:00:00:00:0" + (member + 1);
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
        for (int i = 0; i < members; i++)
        {
            Shell.succeeds("ip", "netns", "del", name(i));
        }
        Shell.succeeds("ip", "netns", "del", prefix + "b");
    }
}
