package io.tourbillon.transport.client.async;

/**
 * One member of a cluster.
 *
 * @param id         given once, never again.
 * @param name       empty = it was not started yet.
 * @param peerUrls   where other members reach it.
 * @param clientUrls where clients reach it; empty = it was not started yet. Comma separated, as the peers' are.
 * @param isLearner  true for a member without a vote.
 */
public record MemberInfo(long id, String name, String peerUrls, String clientUrls, boolean isLearner)
{
}
