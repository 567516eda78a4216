package io.tourbillon.tools.server;

import io.tourbillon.transport.etcd.http.FrontPages;
import io.tourbillon.transport.http.PageReply;
import io.tourbillon.transport.http.PageRequest;
import io.tourbillon.transport.http.Pages;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The node's pages that etcd shows to its clients, too; those for people are not among them. The front's page threads; blocks. */
final class FrontPagesOfNode implements FrontPages
{
    private static final List<String> SHOWN = List.of("/health", "/livez", "/readyz", "/version", "/metrics");
    private static final String VARS = "/debug/vars";

    private final Supplier<Pages> pages;

    FrontPagesOfNode(final Supplier<Pages> pages)
    {
        this.pages = pages;
    }

    @Override
    public Page reply(final Request request)
    {
        if (request.path().equals(VARS))
        {
            return vars();
        }
        if (!isShown(request.path()))
        {
            return null;
        }
        final PageReply reply = pages.get().reply(
            new PageRequest(request.method(), request.path(), request.rawQuery(), request.accept()));
        return reply.status() == 404 ? null : new Page(reply.status(), reply.contentType(), reply.headers(), reply.body());
    }

    private static boolean isShown(final String path)
    {
        for (final String shown : SHOWN)
        {
            if (path.equals(shown) || path.startsWith(shown + "/"))
            {
                return true;
            }
        }
        return false;
    }

    /** The least of what Go's programs show there: who they are, and their memory. */
    private static Page vars()
    {
        final Runtime runtime = Runtime.getRuntime();
        final long collectionCount = ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong((collector) -> Math.max(0, collector.getCollectionCount())).sum();
        final String text = "{\n\"cmdline\": [\"tourbillon\"],\n\"memstats\": {\"Alloc\":" +
            (runtime.totalMemory() - runtime.freeMemory()) + ",\"HeapSys\":" + runtime.totalMemory() +
            ",\"NumGC\":" + collectionCount + "}\n}\n";
        return new Page(200, "application/json; charset=utf-8", Map.of(), text.getBytes(UTF_8));
    }
}
