package io.tourbillon.codecs;

/**
 * Between a node and a client in its process. Who writes to shared memory is not heard: the reader has to look for it again and again, or
 * sleep and be late. These two tell each other.
 */
public interface Doorbell
{
    /**
     * A stream of requests has begun whose sender rings: the node need not look for what comes by it. Client's thread.
     *
     * @param streamSessionId Aeron's session id of the stream.
     */
    void open(int streamSessionId);

    /**
     * It is over. Client's thread.
     *
     * @param streamSessionId as it was opened.
     */
    void close(int streamSessionId);

    /** Requests were written. Any thread; does not allocate or wait, and is a system call only if the node sleeps. */
    void ring();

    /**
     * Whom to tell that answers or events were written to an open stream's client. Before the first {@link #open}.
     *
     * @param listener called on the node's threads, at most once in each of their duty cycles for any number of messages: not to allocate
     *                 or wait.
     */
    void onAnswers(Runnable listener);
}
