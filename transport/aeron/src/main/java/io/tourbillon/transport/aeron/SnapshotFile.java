package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.StoreImage;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.codecs.Sha256;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccHeader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * A file that a snapshot was saved to: a store and, as with etcd, 32 bytes of SHA-256 over it.
 *
 * @param hash        first 4 bytes of the SHA-256, as a number; 0 if the file has none.
 * @param revision    of the state.
 * @param keyCount    keys that are alive in it.
 * @param storeLength bytes before the SHA-256.
 */
public record SnapshotFile(long hash, long revision, long keyCount, long storeLength)
{
    private static final int BUFFER_LENGTH = 1 << 20;

    /**
     * Reads and proves a snapshot. Blocks.
     *
     * @param path      of the file.
     * @param needsHash false to take a file without its SHA-256, or with a wrong one: a copy of a store that no node had open.
     * @return what it holds.
     * @throws NodeException if it is no snapshot, or a damaged one.
     * @throws IOException   if it cannot be read.
     */
    public static SnapshotFile read(final Path path, final boolean needsHash) throws IOException
    {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ))
        {
            final boolean hasSum = file.size() % TreeStore.PAGE_LENGTH == Sha256.LENGTH;
            if (!hasSum && needsHash)
            {
                throw new NodeException(path + " is not a snapshot, or cut short: it has " + file.size() +
                    " bytes, which are not pages and a SHA-256");
            }
            final long storeLength = file.size() - (hasSum ? Sha256.LENGTH : 0);
            final long hash = hasSum ? prove(path, file, storeLength, needsHash) : 0;
            final StoreImage.Summary summary = StoreImage.summaryOf(path);
            if (summary == null || summary.length() > storeLength || !MvccHeader.isReadable(summary.userHeader()))
            {
                throw new NodeException(path + " does not hold a whole key-value state that this version reads");
            }
            return new SnapshotFile(hash, MvccHeader.revisionOf(summary.userHeader()),
                summary.liveSizes().getOrDefault(Mvcc.KEYS_TREE, 0L), storeLength);
        }
    }

    private static long prove(final Path path, final FileChannel file, final long storeLength, final boolean needsHash) throws IOException
    {
        final MessageDigest digest = Sha256.newDigest();
        final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_LENGTH);
        while (file.position() < storeLength)
        {
            bytes.clear().limit((int)Math.min(bytes.capacity(), storeLength - file.position()));
            if (file.read(bytes) < 0)
            {
                throw new IOException(path + " became shorter while it was read");
            }
            digest.update(bytes.flip());
        }
        final ByteBuffer expected = ByteBuffer.allocate(Sha256.LENGTH);
        while (expected.hasRemaining() && file.read(expected) >= 0)
        {
            continue; // a read may be short
        }
        if (needsHash && !MessageDigest.isEqual(expected.array(), digest.digest()))
        {
            throw new NodeException(path + " is damaged: its SHA-256 does not match");
        }
        return expected.getInt(0) & 0xFFFFFFFFL;
    }
}
