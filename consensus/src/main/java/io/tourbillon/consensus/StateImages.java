package io.tourbillon.consensus;

import io.tourbillon.consensus.raft.Configuration;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The state as files: images of it, made for members whose log is too far behind, and images that came from others and take its place.
 * Transfer thread, and may block, unless a method says otherwise. What {@link #putInPlace()} has begun ends with
 * {@link StateMachine#onStateReplaced()}.
 */
public interface StateImages
{
    /**
     * An image, whole.
     *
     * @param index         of the last entry that it carries.
     * @param term          of that entry.
     * @param configuration as of that entry; null if the members are those that the cluster began with.
     */
    record Image(long index, long term, Configuration configuration)
    {
    }

    /**
     * Begins an image of the state as it is now, in place of the last one, or goes on with one; a bounded amount.
     *
     * @return the image once {@link #outgoing()} is whole and durable, null before.
     * @throws IOException if the disk refuses, or it took so long that it was given up: the next call begins anew.
     */
    Image make() throws IOException;

    /** Gives the image up that was made or is being made, and its file back. */
    void drop();

    /**
     * @return file of the image that {@link #make()} makes.
     */
    Path outgoing();

    /**
     * @return file for an image that comes from another member. There is none at start.
     */
    Path incoming();

    /**
     * Looks at the image that came, makes of it what a start would open, and forces it.
     *
     * @return what it carries; null if it is not a state of this cluster.
     * @throws IOException if the disk refuses.
     */
    Image accept() throws IOException;

    /**
     * Gives the image that came the name under which a start opens the state, durably. From now on the state in use is no file's.
     * Journal thread.
     *
     * @throws IOException if the disk refuses: the node must stop, a start finds the old state or the new one.
     */
    void putInPlace() throws IOException;

    /**
     * Opens the state that was put in place, so that apply need only take it.
     *
     * @throws IOException if it cannot be opened: the node must stop.
     */
    void open() throws IOException;

    /**
     * Closes what was replaced, once nobody uses it any more.
     *
     * @return true if nothing is left to be closed.
     */
    boolean closeReplaced();
}
