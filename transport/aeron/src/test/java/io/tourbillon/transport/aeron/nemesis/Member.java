package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.journal.testing.PowerCut;
import io.tourbillon.journal.testing.Shell;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.aeron.NodeProcess;
import io.tourbillon.transport.aeron.Ports;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.agrona.IoUtil;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One node process with its disk. All but what says otherwise: the nemesis' thread. */
final class Member implements AutoCloseable
{
    private static final int DISK_MEBIBYTES = 256;
    private static final long CONNECT_TIMEOUT_MS = 1000;
    /** With a media driver of its own to start first. */
    private static final long OUTSIDE_CONNECT_TIMEOUT_MS = 10_000;
    private static final long REQUEST_TIMEOUT_MS = 2500;
    private static final String DISMISSAL = "the member has been permanently removed from the cluster";
    /** Left of a full disk: less than any file of the node grows by at once. */
    private static final long ROOM_LEFT_BYTES = 64 * 1024;

    private final int index;
    private final Path directory;
    private final NodeConfig config;
    private final List<String> command;
    /** Its address for clients that come over the network; null where there are none. */
    private final String outside;
    /** Null: where disks of one's own cannot be had. */
    private final PowerCut disk;
    private NodeProcess process;
    private boolean isPaused;
    /** Counts starts: a client of the one before is of no use any more. */
    private volatile int incarnation;
    /** Learners refuse watches. */
    private boolean isVoter;
    /** It is no member any more: its clients go. */
    private volatile boolean hasLeft;
    private final StringBuilder earlierOutput = new StringBuilder();

    /** @param settings of all members. */
    Member(final int index, final Path parent, final Network network, final Map<NodeOption, String> settings) throws IOException
    {
        final int clientPort = Ports.free();
        this.index = index;
        directory = Files.createDirectories(parent.resolve("m" + index));
        network.add(index, clientPort);
        command = network.command(index);
        outside = network.withoutRules() == null ? network.host(index) + ":" + clientPort : null;
        disk = PowerCut.unavailableBecause() == null ? PowerCut.mount(directory, DISK_MEBIBYTES) : null;
        config = new NodeConfig()
            .set(NodeOption.NAME, "m" + index)
            .set(NodeOption.DATA_DIR, (disk == null ? directory : disk.path()).resolve("data").toString())
            .set(NodeOption.LISTEN_CLIENT, "127.0.0.1:" + clientPort)
            .set(NodeOption.LISTEN_PEER, network.host(index) + ":" + (clientPort + 1))
            .set(NodeOption.MODE, "folded")
            .set(NodeOption.DURABILITY, System.getProperty("durability", NodeOption.DURABILITY.defaultValue()))
            .set(NodeOption.SEGMENT_BYTES, "8m")
            .set(NodeOption.POOL_BYTES, "32m")
            .set(NodeOption.CHECKPOINT_JOURNAL_BYTES, "1m")
            .set(NodeOption.CHECKPOINT_SECONDS, "3")
            .set(NodeOption.KEEP_ALIVE_MS, "400")
            .set(NodeOption.CONNECTION_TIMEOUT_MS, "2000")
            .set(NodeOption.ELECTION_TIMEOUT, "600")
            .set(NodeOption.HEARTBEAT_INTERVAL, "60");
        settings.forEach(config::set);
    }

    NodeConfig config()
    {
        return config;
    }

    /** Any thread. */
    int index()
    {
        return index;
    }

    /** Any thread. */
    int incarnation()
    {
        return incarnation;
    }

    boolean hasDisk()
    {
        return disk != null;
    }

    void start() throws IOException
    {
        process = NodeProcess.launch(config, directory.resolve("out"), command, List.of("-XX:TieredStopAtLevel=1"));
        incarnation++;
    }

    boolean isAlive()
    {
        return process != null && process.isAlive();
    }

    /** It ended, and nobody has killed it. */
    boolean hasEndedByItself()
    {
        return process != null && !process.isAlive();
    }

    boolean isReady()
    {
        return isAlive() && process.isReady();
    }

    /** What its processes have said, the last one last. */
    String output()
    {
        return earlierOutput + (process == null ? "" : process.output());
    }

    void kill()
    {
        if (process != null)
        {
            process.kill();
            earlierOutput.append(process.output());
            process = null;
        }
    }

    void pause() throws IOException
    {
        assert isAlive() : index;
        Shell.run("kill", "-STOP", Long.toString(process.pid()));
        isPaused = true;
    }

    void resume() throws IOException
    {
        if (isPaused && isAlive())
        {
            Shell.run("kill", "-CONT", Long.toString(process.pid()));
        }
        isPaused = false;
    }

    void cutPower() throws IOException
    {
        disk.cut();
    }

    /** Once the process has ended. */
    void restorePower() throws IOException
    {
        disk.restore();
    }

    void fillDisk() throws IOException
    {
        final long room = Files.getFileStore(disk.path()).getUsableSpace() - ROOM_LEFT_BYTES;
        if (room > 0)
        {
            Shell.run("fallocate", "-l", Long.toString(room), disk.path().resolve("ballast").toString());
        }
    }

    void freeDisk() throws IOException
    {
        Files.deleteIfExists(disk.path().resolve("ballast"));
    }

    /** A client of this member's own, through its media driver; any thread. */
    TourbillonAsyncClient connect()
    {
        return connect(config.text(NodeOption.LISTEN_CLIENT), MediaKind.IPC, CONNECT_TIMEOUT_MS);
    }

    boolean isReachableFromOutside()
    {
        return outside != null;
    }

    /** A client on the network; any thread. */
    TourbillonAsyncClient connectFromOutside()
    {
        return connect(outside, MediaKind.UDP, OUTSIDE_CONNECT_TIMEOUT_MS);
    }

    private static TourbillonAsyncClient connect(final String endpoint, final MediaKind mediaKind, final long connectTimeoutMs)
    {
        return TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(endpoint)
            .mediaKind(mediaKind)
            .connectTimeout(Duration.ofMillis(connectTimeoutMs))
            .requestTimeout(Duration.ofMillis(REQUEST_TIMEOUT_MS)));
    }

    /** It is known to vote. */
    void onVoting()
    {
        isVoter = true;
    }

    boolean isVoter()
    {
        return isVoter;
    }

    /** Any thread. */
    boolean hasLeft()
    {
        return hasLeft;
    }

    /** It was removed, and its process has ended: its files and its place go. */
    void leave()
    {
        hasLeft = true;
        close();
    }

    /** It was told that it is no member any more, which ends it. */
    boolean isDismissed()
    {
        return !isAlive() && output().contains(DISMISSAL);
    }

    @Override
    public void close()
    {
        kill();
        IoUtil.delete(DriverDirectory.of(config.clientPort()).toFile(), true);
        if (disk != null)
        {
            disk.close();
        }
    }
}
