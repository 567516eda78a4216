package io.tourbillon.transport.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code /health}, {@code /livez} and {@code /readyz} in etcd's forms, with its checks, parameters and texts. Any thread; blocks while it
 * reads.
 */
final class HealthPages
{
    static final String HEALTH = "/health";
    static final String LIVEZ = "/livez";
    static final String READYZ = "/readyz";
    private static final String CORRUPT = "CORRUPT";

    private final Vitals vitals;
    private final Map<String, Supplier<String>> liveChecks = new LinkedHashMap<>();
    private final Map<String, Supplier<String>> readyChecks = new LinkedHashMap<>();

    HealthPages(final Vitals vitals)
    {
        this.vitals = vitals;
        liveChecks.put("serializable_read", () -> vitals.read(true));
        readyChecks.put("data_corruption", this::corruption);
        readyChecks.put("linearizable_read", () -> vitals.read(false));
        readyChecks.put("non_learner", () -> vitals.isLearner() ? "not ready: a learner does not serve reads" : null);
        readyChecks.put("serializable_read", () -> vitals.read(true));
    }

    /** @return null if the path is none of these. */
    PageReply reply(final PageRequest request)
    {
        if (request.path().equals(HEALTH))
        {
            return health(request);
        }
        final PageReply live = checked(request, LIVEZ, liveChecks);
        return live != null ? live : checked(request, READYZ, readyChecks);
    }

    /** Alarms first, then the leader, then a read: the first that is wrong is the reason. */
    private PageReply health(final PageRequest request)
    {
        final List<String> alarms = new ArrayList<>(vitals.alarms());
        alarms.removeAll(request.values("exclude"));
        final boolean isSerializable = request.values("serializable").contains("true");
        final String reason;
        if (!alarms.isEmpty())
        {
            reason = "ALARM " + alarms.get(0);
        }
        else if (!isSerializable && !vitals.hasLeader())
        {
            reason = "RAFT NO LEADER";
        }
        else
        {
            final String fault = vitals.read(isSerializable);
            reason = fault == null ? "" : "RANGE ERROR:" + fault;
        }
        return PageReply.json(reason.isEmpty() ? PageReply.OK : PageReply.UNAVAILABLE,
            new Json().open('{').put("health", Boolean.toString(reason.isEmpty())).put("reason", reason).close('}').toString());
    }

    private String corruption()
    {
        return vitals.alarms().contains(CORRUPT) ? "alarm activated: " + CORRUPT : null;
    }

    /** All of a page's checks, or the one that the path names behind it. */
    private static PageReply checked(final PageRequest request, final String page, final Map<String, Supplier<String>> checks)
    {
        if (request.path().equals(page))
        {
            final Map<String, Supplier<String>> wanted = new LinkedHashMap<>(checks);
            wanted.keySet().removeAll(request.values("exclude"));
            final List<String> allowed = request.values("allowlist");
            if (!allowed.isEmpty())
            {
                wanted.keySet().retainAll(allowed);
            }
            return run(wanted, request.has("verbose"));
        }
        final String name = request.path().startsWith(page + "/") ? request.path().substring(page.length() + 1) : "";
        return checks.containsKey(name) ? run(Map.of(name, checks.get(name)), request.has("verbose")) : null;
    }

    /** Which check failed is told in any case, those that passed only to who wants to hear of them. */
    private static PageReply run(final Map<String, Supplier<String>> checks, final boolean isVerbose)
    {
        final StringBuilder told = new StringBuilder();
        boolean isSound = true;
        for (final Map.Entry<String, Supplier<String>> check : checks.entrySet())
        {
            final String fault = check.getValue().get();
            isSound &= fault == null;
            told.append(fault == null ? "[+]" + check.getKey() + " ok\n" : "[-]" + check.getKey() + " failed: " + fault + "\n");
        }
        return isSound ?
            PageReply.text(PageReply.OK, (isVerbose ? told : "") + "ok\n") : PageReply.text(PageReply.UNAVAILABLE, told.toString());
    }
}
