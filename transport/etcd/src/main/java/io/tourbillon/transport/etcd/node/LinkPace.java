package io.tourbillon.transport.etcd.node;

import org.agrona.concurrent.Agent;

/** Which thread runs the link to the node, and when: at once if it is woken, else by what it expects. */
public interface LinkPace
{
    /** Nothing is awaited but the time at which the node is told that this is alive. */
    int NOTHING = 0;
    /** Somebody watches. */
    int EVENTS = 1;
    /** Requests are under way. */
    int ANSWERS = 2;
    /** A node that does not speak yet, or room in a stream: nobody tells of these. */
    int PROGRESS = 3;

    /**
     * Begins to run it. Once.
     *
     * @param agent runs on one thread until {@link #close}.
     */
    void start(Agent agent);

    /** There is something to do. Any thread; does not wait. */
    void wake();

    /**
     * What it waits for, at the end of each duty cycle. Link's thread.
     *
     * @param value one of those above.
     */
    void expecting(int value);

    /** Ends it: the agent's {@link Agent#onClose} is called. Blocks until then. Not by the link's thread. */
    void close();
}
