package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * Who a member is, made at its first start and kept in the data directory for good, and how often it was started. A text file of
 * {@code key=value} lines, the last of which is a CRC32C over the bytes before it; replaced by rename, so it is never torn:
 * <pre>
 *  format=1
 *  name=default
 *  clusterId=hex
 *  memberId=hex
 *  starts=7
 *  initialCluster=a=127.0.0.1:2480,b=127.0.0.1:2580    empty: alone
 *  initialClusterToken=tourbillon-cluster
 *  joined=true                                          it was added to a cluster that was there
 *  crc32c=hex
 * </pre>
 * Session ids carry {@code starts} in their upper half, which is why a member never uses one twice.
 *
 * @param name      at the first start.
 * @param clusterId not 0, positive.
 * @param memberId  not 0, below 2^32: each entry of the log carries it, without its zero bytes.
 * @param starts    from 1.
 * @param members   that it started with; null: it was alone, or joined.
 * @param hasJoined whether it was added to a cluster that was there.
 */
record Identity(String name, long clusterId, long memberId, int starts, ClusterMembers members, boolean hasJoined)
{
    private static final String FORMAT = "1";

    /**
     * Reads the identity, or makes it, counts this start and forces both.
     *
     * @param directory locked.
     * @param config    name and members, used at the first start.
     * @return the identity.
     * @throws NodeException if the file is damaged or of a newer format, there is data without it, or it is another cluster's.
     */
    static Identity open(final DataDirectory directory, final NodeConfig config)
    {
        final Path file = directory.identity();
        try
        {
            final Identity last = Files.exists(file) ? read(file) : create(directory, config);
            last.requireSame(config, directory);
            final Identity now = new Identity(last.name, last.clusterId, last.memberId, last.starts + 1, last.members, last.hasJoined);
            now.write(file);
            return now;
        }
        catch (final IOException ex)
        {
            throw new NodeException("cannot read or write " + file + ": " + ex, ex);
        }
    }

    /** Whoever starts it with other members than the first time has taken the wrong directory, or believes that this changes them. */
    private void requireSame(final NodeConfig config, final DataDirectory directory)
    {
        final long wantedMemberId = config.hexNumber(NodeOption.MEMBER_ID);
        final long wantedClusterId = config.hexNumber(NodeOption.CLUSTER_ID);
        if (wantedMemberId != 0 && wantedMemberId != memberId || wantedClusterId != 0 && wantedClusterId != clusterId)
        {
            throw new NodeException("data directory " + directory.path() + " is of member " + Long.toHexString(memberId) + " of cluster " +
                Long.toHexString(clusterId) + ", not of member " + Long.toHexString(wantedMemberId) + " of cluster " +
                Long.toHexString(wantedClusterId) + ". Choose another --data-dir");
        }
        // Whoever joined was told of others than those the cluster began with.
        final ClusterMembers wanted = hasJoined || config.isJoining() ? null : config.clusterMembers();
        if (wanted != null && wanted.clusterId() != clusterId)
        {
            throw new NodeException("data directory " + directory.path() + " is of " +
                (members == null ? "a member without others" : "the cluster " + members.text()) +
                " with id " + Long.toHexString(clusterId) +
                ", initial-cluster and initial-cluster-token give id " + Long.toHexString(wanted.clusterId()) +
                ". Start it with what it was made with, or choose another --data-dir");
        }
        if (wanted != null && wanted.idOf(config.name()) != memberId)
        {
            throw new NodeException("data directory " + directory.path() + " is of member '" + name + "', not of '" + config.name() + "'");
        }
    }

    /** As at a first start; nothing is written yet. */
    static Identity create(final DataDirectory directory, final NodeConfig config)
    {
        if (Files.exists(directory.store()))
        {
            throw new NodeException("data directory " + directory.path() + " holds a store but no identity file: it is not whole. " +
                "Restore the file, or choose another --data-dir");
        }
        final String name = config.name();
        if (config.isJoining())
        {
            return new Identity(
                name, config.hexNumber(NodeOption.CLUSTER_ID), config.hexNumber(NodeOption.MEMBER_ID), 0, null, true);
        }
        final ClusterMembers members = config.clusterMembers();
        if (members != null)
        {
            return new Identity(name, members.clusterId(), members.idOf(name), 0, members, false);
        }
        final SecureRandom random = new SecureRandom();
        return new Identity(name, newId(random, name), Integer.toUnsignedLong(random.nextInt() | 1), 0, null, false);
    }

    /** The members that the cluster began with, as far as this one knows. */
    Configuration initialConfiguration(final String ownPeerAddress)
    {
        if (members != null)
        {
            return members.configuration();
        }
        return hasJoined ? Configuration.UNKNOWN :
            Configuration.of(List.of(new Member(memberId, true, false, name, ownPeerAddress, "")));
    }

    /** A name alone would be the same for every cluster called so; random alone would do, the name is there for whoever reads ids. */
    private static long newId(final SecureRandom random, final String name)
    {
        final long id = ((long)name.hashCode() << 32 ^ random.nextLong()) & Long.MAX_VALUE;
        return id == 0 ? 1 : id;
    }

    private static Identity read(final Path file) throws IOException
    {
        final String text = Files.readString(file, UTF_8);
        final int crcStart = text.lastIndexOf("crc32c=");
        final Map<String, String> values = new HashMap<>();
        for (final String line : text.split("\n"))
        {
            final int equals = line.indexOf('=');
            values.put(line.substring(0, Math.max(equals, 0)), line.substring(equals + 1));
        }
        if (values.containsKey("format") && !FORMAT.equals(values.get("format")))
        {
            throw new NodeException(file + " has format " + values.get("format") + "; this version reads " + FORMAT);
        }
        if (crcStart < 0 || !crcOf(text.substring(0, crcStart)).equals(values.get("crc32c")))
        {
            throw new NodeException(file + " is damaged: its checksum does not match");
        }
        return new Identity(
            values.get("name"),
            Long.parseLong(values.get("clusterId"), 16),
            Long.parseLong(values.get("memberId"), 16),
            Integer.parseInt(values.get("starts")),
            readMembers(values),
            Boolean.parseBoolean(values.get("joined")));
    }

    private static ClusterMembers readMembers(final Map<String, String> values)
    {
        final String text = values.getOrDefault("initialCluster", "");
        return text.isEmpty() ? null : ClusterMembers.parse(
            text, values.getOrDefault("initialClusterToken", NodeOption.INITIAL_CLUSTER_TOKEN.defaultValue()));
    }

    void write(final Path file) throws IOException
    {
        final String text = "format=" + FORMAT +
            "\nname=" + name.replace('\n', ' ') +
            "\nclusterId=" + Long.toHexString(clusterId) +
            "\nmemberId=" + Long.toHexString(memberId) +
            "\nstarts=" + starts +
            (members == null ? "" : "\ninitialCluster=" + members.text() + "\ninitialClusterToken=" + members.token()) +
            (hasJoined ? "\njoined=true" : "") + "\n";
        final Path next = file.resolveSibling("identity.next");
        try (FileChannel channel = FileChannel.open(next, CREATE, WRITE, TRUNCATE_EXISTING))
        {
            final ByteBuffer bytes = ByteBuffer.wrap((text + "crc32c=" + crcOf(text) + "\n").getBytes(UTF_8));
            while (bytes.hasRemaining())
            {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(file.getParent(), READ))
        {
            parent.force(true);
        }
    }

    private static String crcOf(final String text)
    {
        final CRC32C crc = new CRC32C();
        crc.update(text.getBytes(UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
