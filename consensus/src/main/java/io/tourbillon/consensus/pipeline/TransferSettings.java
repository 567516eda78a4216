package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateImages;
import io.tourbillon.consensus.StateLinks;

/**
 * How images of the state go to members that lack too much of the log.
 *
 * @param images         the state as files.
 * @param links          ways to the others.
 * @param bytesPerSecond that are sent at most, to all others together.
 */
public record TransferSettings(StateImages images, StateLinks links, long bytesPerSecond)
{
}
