package io.tourbillon.tools.etcd;

import io.tourbillon.transport.http.MembersPage;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Who a member is that was added to a cluster: as etcd's does, it asks the others at their peer URLs who the members are, and finds itself
 * by its own. What they say is believed; a wrong answer makes a member that the others do not talk to.
 *
 * @param memberId  in hex.
 * @param clusterId in hex.
 */
record EtcdJoin(String memberId, String clusterId)
{
    private static final int TIMEOUT_MS = 2_000;
    /** It was added by one, another one may not have heard of it yet. */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int BODY_BYTES_MAX = 1 << 20;

    /**
     * Asks one after the other. Blocks for some seconds at most for each.
     *
     * @param others     peer addresses, host:port.
     * @param ownAddress host:port, as it was added.
     * @throws EtcdException if nobody answers, or none knows this member.
     */
    static EtcdJoin find(final List<String> others, final String ownAddress)
    {
        final List<String> refusals = new ArrayList<>();
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (true)
        {
            refusals.clear();
            for (final String other : others)
            {
                final EtcdJoin found = ask(other, ownAddress, refusals);
                if (found != null)
                {
                    return found;
                }
            }
            if (System.nanoTime() - deadlineNs > 0 || others.isEmpty())
            {
                throw EtcdException.ofVerify("cannot fetch cluster info from peer urls: could not retrieve cluster information from the " +
                    "given URLs: " + String.join("; ", refusals) + ". Members started by other means than this program do not tell: " +
                    "then give --member-id and --cluster-id as `tbctl member add` prints them");
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    /** Null, and a refusal more, if it does not tell. */
    private static EtcdJoin ask(final String other, final String ownAddress, final List<String> refusals)
    {
        try
        {
            final HttpURLConnection connection =
                (HttpURLConnection)URI.create("http://" + other + MembersPage.PATH).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            try (InputStream in = connection.getInputStream())
            {
                final String body = new String(in.readNBytes(BODY_BYTES_MAX), StandardCharsets.UTF_8);
                final String memberId = idIn(body, ownAddress);
                final String clusterId = connection.getHeaderField(MembersPage.CLUSTER_ID);
                if (memberId != null && clusterId != null)
                {
                    return new EtcdJoin(memberId, clusterId);
                }
                refusals.add(other + " knows no member at " + ownAddress + " (add it first)");
            }
            finally
            {
                connection.disconnect();
            }
        }
        catch (final IOException | YAMLException ex)
        {
            refusals.add(other + ": " + ex.getMessage());
        }
        return null;
    }

    /** In hex; null if none of the members is there. JSON is YAML. */
    static String idIn(final String members, final String ownAddress)
    {
        if (new Yaml(new SafeConstructor(new LoaderOptions())).load(members) instanceof final List<?> list)
        {
            for (final Object each : list)
            {
                if (each instanceof final Map<?, ?> member && member.get("peerURLs") instanceof final List<?> urls &&
                    member.get("id") instanceof final Number id && urls.stream().anyMatch((url) -> isAt(String.valueOf(url), ownAddress)))
                {
                    return Long.toHexString(id.longValue());
                }
            }
        }
        return null;
    }

    private static boolean isAt(final String url, final String ownAddress)
    {
        try
        {
            return EtcdUrl.isSame(url.substring(url.indexOf("://") + 3), ownAddress);
        }
        catch (final IllegalArgumentException | EtcdException ignore)
        {
            return false; // another member's, who knows what it means
        }
    }
}
