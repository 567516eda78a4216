package io.tourbillon.tools.server;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.transport.etcd.EtcdFront;
import io.tourbillon.transport.etcd.http.FrontPages;
import io.tourbillon.transport.http.FrontMetrics;
import io.tourbillon.transport.http.MetricsPage;
import io.tourbillon.transport.http.PageReply;

import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What a front tells of itself, without its members' figures: whether it serves, its version, what it was asked. Its page threads. */
final class FrontPagesAlone implements FrontPages
{
    private final EtcdFront front;
    private final MetricsPage metrics;

    FrontPagesAlone(final EtcdFront front)
    {
        this.front = front;
        metrics = new MetricsPage(new FrontMetrics(() -> front.calls().all().stream().map(FrontSettings::figures).toList()));
    }

    @Override
    public Page reply(final Request request)
    {
        return switch (request.path())
        {
            case "/health" -> health();
            case "/livez" -> page(200, "text/plain; charset=utf-8", "ok\n");
            case "/readyz" -> isReady() ? page(200, "text/plain; charset=utf-8", "ok\n") :
                page(503, "text/plain; charset=utf-8", "[-]member failed: " + reason() + "\n");
            case "/version" -> page(200, "application/json", "{\"etcdserver\":\"" + Protocol.ETCD_VERSION + "\",\"etcdcluster\":\"" +
                Protocol.ETCD_VERSION.replaceFirst("\\.[0-9]+$", ".0") + "\"}");
            case "/metrics" -> figures(request.accept());
            default -> null;
        };
    }

    private boolean isReady()
    {
        return front.isServing() && front.hasLeader();
    }

    private String reason()
    {
        return front.isServing() ? "RAFT NO LEADER" : "NO MEMBER REACHED";
    }

    private Page health()
    {
        final boolean isReady = isReady();
        return page(isReady ? 200 : 503, "application/json",
            "{\"health\":\"" + isReady + "\",\"reason\":\"" + (isReady ? "" : reason()) + "\"}");
    }

    private Page figures(final String accept)
    {
        final PageReply reply = metrics.apply(accept);
        return new Page(reply.status(), reply.contentType(), reply.headers(), reply.body());
    }

    private static Page page(final int status, final String contentType, final String text)
    {
        return new Page(status, contentType, Map.of(), text.getBytes(UTF_8));
    }
}
