package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Sha256;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The members that a cluster starts with, as told to each of them by {@code initial-cluster}: {@code name=host:port,...}. Ids of members
 * and of the cluster are made from it and the token, so that all members know them without having met.
 */
final class ClusterMembers
{
    private final String text;
    private final String token;
    /** Peer addresses by name. */
    private final Map<String, String> addresses = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    private ClusterMembers(final String text, final String token)
    {
        this.text = text;
        this.token = token;
    }

    /**
     * Never throws: what is wrong is told by {@link #faults()}.
     *
     * @param text  of the option; must not be empty.
     * @param token that tells clusters with the same members apart.
     */
    static ClusterMembers parse(final String text, final String token)
    {
        final ClusterMembers members = new ClusterMembers(text, token);
        for (final String part : text.split(","))
        {
            members.add(part.trim());
        }
        members.judge();
        return members;
    }

    private void add(final String part)
    {
        final int equals = part.indexOf('=');
        if (equals <= 0 || part.lastIndexOf(':') < equals + 2)
        {
            faults.add("initial-cluster: '" + part + "' must be name=host:port");
        }
        else if (addresses.put(part.substring(0, equals), part.substring(equals + 1)) != null)
        {
            faults.add("initial-cluster: member '" + part.substring(0, equals) + "' comes twice");
        }
    }

    private void judge()
    {
        if (addresses.size() > Configuration.MEMBERS_MAX)
        {
            faults.add("initial-cluster: " + addresses.size() + " members: must be at most " + Configuration.MEMBERS_MAX);
        }
        final Set<String> distinct = new HashSet<>(addresses.values());
        if (distinct.size() < addresses.size())
        {
            faults.add("initial-cluster=" + text + ": two members have the same address");
        }
        final Set<Long> ids = new HashSet<>();
        addresses.keySet().forEach((name) -> ids.add(idOf(name)));
        if (ids.size() < addresses.size())
        {
            faults.add("initial-cluster=" + text + ": two members get the same id; choose another name for one");
        }
    }

    /** As it was given. */
    String text()
    {
        return text;
    }

    String token()
    {
        return token;
    }

    List<String> faults()
    {
        return faults;
    }

    /** Null if there is no such member. */
    String addressOf(final String name)
    {
        return addresses.get(name);
    }

    Iterable<String> addresses()
    {
        return addresses.values();
    }

    /** Positive and below 2^32: each entry of the log carries it, without its zero bytes. */
    long idOf(final String name)
    {
        return digest(token + "\nmember\n" + name + "\n" + addresses.get(name)).getInt(0) & 0xFFFFFFFFL | 1;
    }

    /** Positive. */
    long clusterId()
    {
        final StringBuilder all = new StringBuilder(token).append("\ncluster");
        addresses.forEach((name, address) -> all.append('\n').append(name).append('=').append(address));
        return digest(all.toString()).getLong(0) & Long.MAX_VALUE | 1;
    }

    Configuration configuration()
    {
        final List<Member> members = new ArrayList<>();
        addresses.forEach((name, address) -> members.add(new Member(idOf(name), true, false, name, address, "")));
        return Configuration.of(members);
    }

    private static ByteBuffer digest(final String text)
    {
        return ByteBuffer.wrap(Sha256.newDigest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
