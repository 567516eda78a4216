package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.journal.testing.PowerCut;
import io.tourbillon.journal.testing.Shell;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.aeron.NodeProcess;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.agrona.IoUtil;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One node process with its disk. All but what says otherwise: the nemesis' thread. */
final class Member implements AutoCloseable
{
    private static final int DISK_MEBIBYTES = 256;
    private static final long REQUEST_TIMEOUT_MS = 2500;
    /** Left of a full disk: less than any file of the node grows by at once. */
    private static final long ROOM_LEFT_BYTES = 64 * 1024;

    private final int index;
    private final Path directory;
    private final NodeConfig config;
    private final List<String> command;
    /** Null: where disks of one's own cannot be had. */
    private final PowerCut disk;
    private NodeProcess process;
    private boolean isPaused;
    /** Counts starts: a client of the one before is of no use any more. */
    private volatile int incarnation;
    private final StringBuilder earlierOutput = new StringBuilder();

    Member(final int index, final Path parent, final Network network, final int clientPort) throws IOException
    {
        this.index = index;
        directory = Files.createDirectories(parent.resolve("m" + index));
        command = network.command(index);
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
            .set(NodeOption.CATCH_UP_BYTES, "64m")
            .set(NodeOption.ELECTION_TIMEOUT, "600")
            .set(NodeOption.HEARTBEAT_INTERVAL, "60");
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
        return TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(config.text(NodeOption.LISTEN_CLIENT))
            .mediaKind(MediaKind.IPC)
            .connectTimeout(Duration.ofMillis(1000))
            .requestTimeout(Duration.ofMillis(REQUEST_TIMEOUT_MS)));
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
