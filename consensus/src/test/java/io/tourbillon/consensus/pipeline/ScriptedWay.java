package io.tourbillon.consensus.pipeline;

/** Where messages of a simulated member go. */
public interface ScriptedWay
{
    /**
     * A message leaves.
     *
     * @param toId  its receiver.
     * @param bytes of it.
     * @return whether it could be sent.
     */
    boolean send(long toId, byte[] bytes);
}
