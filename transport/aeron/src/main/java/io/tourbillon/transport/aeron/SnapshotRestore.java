package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.StoreImage;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.journal.HardState;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import io.tourbillon.mvcc.MvccHeader;
import io.tourbillon.mvcc.RestoredState;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the data directory of a member of a new cluster from a snapshot. Each member of that cluster is made from the same file with the
 * same settings, so all begin with the same state behind the same index and term, and with a log that begins behind it: who joins later, or
 * begins with nothing, is sent the state.
 * <p>
 * Order: store, journal, identity. A node refuses a directory that has a store and no identity, so one that is half made is not started.
 */
public final class SnapshotRestore
{
    private static final long POOL_BYTES = 64L << 20;
    private static final long SEGMENT_BYTES = 8L << 20;

    /**
     * What was made.
     *
     * @param revision  that the state is at.
     * @param clusterId of the new cluster.
     * @param memberId  of the member.
     */
    public record Restored(long revision, long clusterId, long memberId)
    {
    }

    private SnapshotRestore()
    {
    }

    /**
     * Makes the directory. Blocks.
     *
     * @param file         saved snapshot.
     * @param config       data directory, which must be empty or not there, name, and the members that the new cluster starts with.
     * @param revisionBump as {@link RestoredState#adopt} takes it.
     * @param needsHash    as {@link SnapshotFile#read} takes it.
     * @return what was made.
     * @throws NodeException if the file is no sound snapshot, the directory is not empty, or the settings do not fit.
     * @throws IOException   if the disk refuses; the directory is of no use then.
     */
    public static Restored restore(final Path file, final NodeConfig config, final long revisionBump, final boolean needsHash)
        throws IOException
    {
        requireSound(config);
        final SnapshotFile snapshot = SnapshotFile.read(file, needsHash);
        requireEmpty(config.dataDir());
        try (DataDirectory directory = DataDirectory.open(config.dataDir()))
        {
            final Identity identity = Identity.create(directory, config);
            final Path image = directory.path().resolve("store.restoring");
            copy(file, snapshot.storeLength(), image);
            StoreImage.pad(image);
            final long revision = adopt(image, identity.clusterId(), revisionBump, directory.journal());
            Files.move(image, directory.store(), StandardCopyOption.ATOMIC_MOVE);
            identity.write(directory.identity());
            return new Restored(revision, identity.clusterId(), identity.memberId());
        }
        catch (final IllegalStateException ex)
        {
            throw new NodeException("cannot restore " + file + ": " + ex.getMessage(), ex);
        }
    }

    private static void requireSound(final NodeConfig config)
    {
        final ClusterMembers members = config.clusterMembers();
        final List<String> faults = members == null ? List.of() : members.faults();
        if (!faults.isEmpty())
        {
            throw new NodeException(String.join("; ", faults));
        }
        if (members != null && members.addressOf(config.name()) == null)
        {
            throw new NodeException("initial-cluster=" + members.text() + ": must have this member, name=" + config.name());
        }
    }

    private static void requireEmpty(final Path directory) throws IOException
    {
        if (Files.exists(directory))
        {
            try (Stream<Path> entries = Files.list(directory))
            {
                if (entries.findAny().isPresent())
                {
                    throw new NodeException("data directory " + directory + " is not empty: choose another");
                }
            }
        }
    }

    private static void copy(final Path from, final long length, final Path to) throws IOException
    {
        try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
            FileChannel target = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))
        {
            long done = 0;
            while (done < length)
            {
                final long count = source.transferTo(done, length - done, target);
                if (count <= 0)
                {
                    throw new IOException(from + " became shorter while it was read");
                }
                done += count;
            }
        }
    }

    /** The journal is told of the state's index and term before the state has its name. */
    private static long adopt(final Path image, final long clusterId, final long revisionBump, final Path journal) throws IOException
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.file(image).poolBytes(POOL_BYTES)))
        {
            store.verify();
            RestoredState.adopt(store, clusterId, revisionBump);
            final Checkpoint checkpoint = store.freeze();
            if (checkpoint == null)
            {
                throw new IOException("no room to change the store");
            }
            while (!checkpoint.step())
            {
                continue; // the next slice
            }
            begin(journal, MvccHeader.appliedIndexOf(store.userHeader()), MvccHeader.appliedTermOf(store.userHeader()));
            return MvccHeader.revisionOf(store.userHeader());
        }
    }

    private static void begin(final Path directory, final long index, final long term)
    {
        try (Journal journal = Journal.open(new JournalContext()
            .directory(directory)
            .segmentBytes(SEGMENT_BYTES)
            .checkpointIndex(index)
            .installedTerm(term)))
        {
            journal.appendHardState(term, HardState.NO_VOTE, index);
            journal.forceAll();
        }
    }
}
