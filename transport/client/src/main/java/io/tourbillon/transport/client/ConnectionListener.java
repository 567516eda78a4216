package io.tourbillon.transport.client;

/** Hears of a connection's fate, on the thread that polls. */
@FunctionalInterface
public interface ConnectionListener
{
    /**
     * The connection changed its state. When it leaves {@link ConnectionState#CONNECTED}, every unanswered request has already been
     * reported to its session's listener.
     *
     * @param connection whose state it is.
     * @param from       former state.
     * @param to         new state.
     * @param reason     in words, never empty.
     */
    void onStateChange(ClientConnection connection, ConnectionState from, ConnectionState to, String reason);
}
