package io.tourbillon.tools.ctl.output;

import java.util.List;

/**
 * One member of the cluster.
 *
 * @param id         unsigned.
 * @param name       empty = not started yet.
 * @param peerUrls   where other members reach it.
 * @param clientUrls where clients reach it.
 * @param isLearner  true for a member without a vote.
 */
public record Member(long id, String name, List<String> peerUrls, List<String> clientUrls, boolean isLearner)
{
    /** @return etcdctl's word for it. */
    public String status()
    {
        return name.isEmpty() ? "unstarted" : "started";
    }
}
