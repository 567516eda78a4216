package io.tourbillon.transport.http;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;

import java.util.function.Supplier;

/**
 * {@code /members}, which etcd serves where its members reach each other: who the members are, so that one that joins finds out its id and
 * the cluster's by its own address. Any thread; does not block.
 */
public final class MembersPage implements PageSource
{
    /** The one page. */
    public static final String PATH = "/members";
    /** Bears the cluster's id, in hex, as etcd's does. */
    public static final String CLUSTER_ID = "X-Etcd-Cluster-ID";

    private final long clusterId;
    private final Supplier<Configuration> configuration;

    /**
     * @param clusterId     of the cluster.
     * @param configuration gives the members as they are now.
     */
    public MembersPage(final long clusterId, final Supplier<Configuration> configuration)
    {
        this.clusterId = clusterId;
        this.configuration = configuration;
    }

    @Override
    public PageReply reply(final PageRequest request)
    {
        if (!request.method().equals("GET"))
        {
            return PageReply.text(PageReply.METHOD_NOT_ALLOWED, "Method Not Allowed\n");
        }
        if (!request.path().equals(PATH))
        {
            return PageReply.text(PageReply.NOT_FOUND, "there is " + PATH + "\n");
        }
        final Json json = new Json().open('[');
        for (final Member member : configuration.get().members())
        {
            json.open('{').put("id", member.id()).name("peerURLs").open('[');
            for (final String url : member.peerUrls().split(","))
            {
                json.value(url.contains("://") ? url : "http://" + url);
            }
            json.close(']').put("name", member.name()).put("isLearner", member.isLearner()).close('}');
        }
        return PageReply.json(PageReply.OK, json.close(']').toString()).with(CLUSTER_ID, Long.toHexString(clusterId));
    }
}
