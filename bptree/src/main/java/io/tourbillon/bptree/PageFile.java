package io.tourbillon.bptree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The file under a {@link TreeStore}, as small as it can be so that a test may lose, tear or refuse what is written.
 * {@link #allocate(long, long)} is called by the housekeeping thread (or the writer), {@link #write(ByteBuffer, long)} and
 * {@link #force()} by the checkpoint thread: an implementation must bear these two at the same time.
 */
public interface PageFile extends AutoCloseable
{
    /**
     * A real file, which a test may wrap; {@link TreeStoreContext#file(Path)} makes its own.
     *
     * @param path of the file; a new one is made under another name until {@link #publish()}.
     * @return the file, open.
     * @throws IOException if it cannot be opened or made.
     */
    static PageFile open(final Path path) throws IOException
    {
        return new FilePageFile(path, false);
    }

    /**
     * @return length in bytes; 0 for a file that was never created.
     * @throws IOException if it cannot be told.
     */
    long length() throws IOException;

    /**
     * Makes the bytes [position, position + length) really there, as zeros, so that a later write cannot fail for want of room.
     *
     * @param position first byte, the end of what was allocated before.
     * @param length   in bytes.
     * @return bytes written for it: 0 if the file system could do without.
     * @throws IOException if there is no room; nothing that was there before has changed.
     */
    long allocate(long position, long length) throws IOException;

    /**
     * Cuts off everything from a position on. Called after {@link #unmap(ByteBuffer)} of all that was mapped there, on the thread that
     * allocates.
     *
     * @param length in bytes that remain.
     * @throws IOException if it cannot be done: the file keeps its length then.
     */
    void truncate(long length) throws IOException;

    /**
     * Maps a part of the file, read-only; any thread. The view shows whatever has been written, forced or not.
     *
     * @param position first byte.
     * @param length   in bytes, within what was allocated.
     * @return a direct buffer of exactly length bytes, valid until {@link #unmap(ByteBuffer)} or {@link #close()}.
     * @throws IOException if it cannot be mapped.
     */
    ByteBuffer map(long position, int length) throws IOException;

    /**
     * Ends a mapping, which nobody touches any more.
     *
     * @param map that {@link #map(long, int)} returned.
     */
    void unmap(ByteBuffer map);

    /**
     * Reads exactly the remaining bytes of a buffer; used for the meta pages, before anything is mapped.
     *
     * @param target   to fill.
     * @param position of the first byte in the file.
     * @throws IOException if the bytes are not there.
     */
    void read(ByteBuffer target, long position) throws IOException;

    /**
     * Writes all remaining bytes of a buffer. They are durable only after {@link #force()}.
     *
     * @param source   bytes to write.
     * @param position of the first byte in the file, within what was allocated.
     * @throws IOException if they could not be written; fatal to the node.
     */
    void write(ByteBuffer source, long position) throws IOException;

    /**
     * Makes everything written so far durable.
     *
     * @throws IOException if that failed; fatal to the node, never retried (the kernel forgets the failure).
     */
    void force() throws IOException;

    /**
     * A new store is complete in here: give it its name, durably. Called once, after the first meta page was forced.
     *
     * @throws IOException if it cannot be done.
     */
    void publish() throws IOException;

    /**
     * Unmaps and closes; what was mapped must not be touched again.
     */
    @Override
    void close();
}
