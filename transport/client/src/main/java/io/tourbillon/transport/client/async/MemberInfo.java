package io.tourbillon.transport.client.async;

import java.util.List;
import java.util.stream.Stream;

/**
 * One member of a cluster.
 *
 * @param id         given once, never again.
 * @param name       empty = it was not started yet.
 * @param peerUrls   where other members reach it.
 * @param clientUrls where clients reach it; empty = it was not started yet. Comma separated, as the peers' are: those without a scheme are
 *                   for our own protocol, those with one, as in {@code http://127.0.0.1:2379}, for etcd's.
 * @param isLearner  true for a member without a vote.
 */
public record MemberInfo(long id, String name, String peerUrls, String clientUrls, boolean isLearner)
{
    /** @return where a client like this one reaches it: what has no scheme. Allocates. */
    public List<String> endpoints()
    {
        return Stream.of(clientUrls.split(",")).map(String::trim).filter((url) -> !url.isEmpty() && !url.contains("://")).toList();
    }
}
