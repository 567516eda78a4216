package io.tourbillon.consensus;

/**
 * Told once when an agent has failed: the node ends the process with a clear message.
 */
@FunctionalInterface
public interface FatalHandler
{
    /**
     * Called on the failed agent's thread, before the others have stopped. Nothing is acknowledged that was not durable before.
     *
     * @param agentName of the agent that failed.
     * @param cause     of it.
     */
    void onFatal(String agentName, Throwable cause);
}
