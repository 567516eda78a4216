package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.OpKind;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What etcd does, written to be read: every version of every key is kept for ever in a sorted map, and every question is answered by
 * looking at all of it. Answers are the texts that {@link RecordingEgress} makes of the real ones.
 */
final class EtcdModel
{
    private static final int MAX_OPS = 128;

    /** A key's state from a change on; version 0 = deleted. */
    record Version(String key, String value, long create, long mod, long version, long lease)
    {
        boolean isLive()
        {
            return version > 0;
        }

        @Override
        public String toString()
        {
            return RecordingEgress.kv(key, value, new long[]{create, mod, version, lease});
        }

        String withoutKey()
        {
            return RecordingEgress.kv("", value, new long[]{create, mod, version, lease});
        }
    }

    static final class ModelWatcher
    {
        String key;
        String end;
        long start;
        int flags;
        final List<String> expected = new ArrayList<>();
    }

    private final TreeMap<String, List<Version>> history = new TreeMap<>();
    private final List<Version> changes = new ArrayList<>();
    final Map<Long, ModelWatcher> watchers = new LinkedHashMap<>();
    /** Granted time by id. */
    final TreeMap<Long, Long> leases = new TreeMap<>();
    long revision = 1;
    long compactRevision = -1;
    /** What the ranges of the last request found, in the order of their execution. */
    final List<ModelRange> ranges = new ArrayList<>();
    private boolean hasWritten;

    static final class Refused extends Exception
    {
        private static final long serialVersionUID = 1;
        final transient ErrorCode code;

        Refused(final ErrorCode code)
        {
            super(code.name());
            this.code = code;
        }
    }

    static boolean isInRange(final String key, final String from, final String end)
    {
        if (end.isEmpty())
        {
            return key.equals(from);
        }
        return key.compareTo(from) >= 0 && (end.equals("\0") || key.compareTo(end) < 0);
    }

    private Version versionAt(final String key, final long atRevision)
    {
        Version found = null;
        for (final Version version : history.getOrDefault(key, List.of()))
        {
            found = version.mod <= atRevision ? version : found;
        }
        return found != null && found.isLive() ? found : null;
    }

    private List<Version> liveIn(final String from, final String end, final long atRevision)
    {
        final List<Version> live = new ArrayList<>();
        for (final String key : history.keySet())
        {
            final Version version = isInRange(key, from, end) ? versionAt(key, atRevision) : null;
            if (version != null)
            {
                live.add(version);
            }
        }
        return live;
    }

    long keyCount()
    {
        return liveIn("\0", "\0", revision).size();
    }

    private long visible()
    {
        return hasWritten ? revision + 1 : revision;
    }

    // ---- requests

    String run(final Op op)
    {
        hasWritten = false;
        ranges.clear();
        try
        {
            final String answer = switch (op.kind)
            {
                case RANGE -> topRange(op);
                case PUT -> topPut(op);
                case DELETE_RANGE -> topDelete(op);
                default -> topTxn(op);
            };
            revision = visible();
            return answer;
        }
        catch (final Refused refused)
        {
            assert !hasWritten : "a refused request has written";
            return "error " + refused.code.number();
        }
    }

    String compact(final long wanted)
    {
        if (wanted <= compactRevision)
        {
            return "error " + ErrorCode.COMPACTED.number();
        }
        if (wanted > revision)
        {
            return "error " + ErrorCode.FUTURE_REVISION.number();
        }
        compactRevision = wanted;
        return "compacted at " + revision;
    }

    // ---- leases

    String grant(final long id, final long ttlMs)
    {
        if (ttlMs > Limits.LEASE_TTL_MAX_MS)
        {
            return "error " + ErrorCode.LEASE_TTL_TOO_LARGE.number();
        }
        if (leases.containsKey(id))
        {
            return "error " + ErrorCode.LEASE_EXISTS.number();
        }
        leases.put(id, Math.max(Limits.LEASE_TTL_MIN_MS, ttlMs));
        return RecordingEgress.lease(id, leases.get(id), leases.get(id), revision);
    }

    String revoke(final long id)
    {
        if (!leases.containsKey(id))
        {
            return "error " + ErrorCode.LEASE_NOT_FOUND.number();
        }
        end(List.of(id));
        return RecordingEgress.lease(id, 0, 0, revision);
    }

    /** Ends leases, all in one revision, and one after the other. */
    void end(final List<Long> ids)
    {
        hasWritten = false;
        for (final long id : ids)
        {
            heldBy(id).forEach(this::delete);
            leases.remove(id);
        }
        revision = visible();
    }

    /** Live keys whose last put named the lease. */
    private List<Version> heldBy(final long id)
    {
        final List<Version> held = liveIn("\0", "\0", visible());
        held.removeIf(kv -> kv.lease != id);
        return held;
    }

    String timeToLive(final long id, final long remainingMs)
    {
        final StringBuilder text = new StringBuilder(
            RecordingEgress.lease(id, leases.containsKey(id) ? remainingMs : -1, leases.getOrDefault(id, 0L), revision));
        heldBy(id).forEach(kv -> text.append(' ').append(kv.key));
        return text.toString();
    }

    String keepAlive(final long id)
    {
        final long ttlMs = leases.getOrDefault(id, 0L);
        return RecordingEgress.lease(id, ttlMs, ttlMs, revision);
    }

    String list()
    {
        final StringBuilder text = new StringBuilder(RecordingEgress.lease(0, 0, 0, revision));
        leases.keySet().forEach(id -> text.append(' ').append(id));
        return text.toString();
    }

    private String topRange(final Op op) throws Refused
    {
        checkStatic(op);
        checkRange(op);
        final ModelRange kvs = range(op);
        return "range at " + revision + " count " + kvs.count() + (kvs.more() ? " more" : "") + kvs.kvs(" ");
    }

    private String topPut(final Op op) throws Refused
    {
        checkStatic(op);
        checkLease(op); // a transaction looks for the key first
        checkPut(op);
        final Version prev = put(op);
        return "put at " + (revision + 1) + (op.prevKv && prev != null ? " prev " + prev.withoutKey() : "");
    }

    private String topDelete(final Op op) throws Refused
    {
        checkStatic(op);
        final List<Version> deleted = delete(op);
        final StringBuilder text = new StringBuilder("delete at " + visible() + " deleted " + deleted.size());
        deleted.forEach(kv -> text.append(op.prevKv ? " " + kv : ""));
        return text.toString();
    }

    private String topTxn(final Op op) throws Refused
    {
        checkTxnSize(op, MAX_OPS);
        checkDuplicates(op.success);
        checkDuplicates(op.failure);
        final List<Op> path = new ArrayList<>();
        final Map<Op, Boolean> outcomes = new java.util.IdentityHashMap<>();
        choose(op, path, outcomes);
        for (final Op chosen : path)
        {
            if (chosen.kind == OpKind.PUT)
            {
                checkPut(chosen);
            }
        }
        for (final Op chosen : path)
        {
            if (chosen.kind == OpKind.RANGE)
            {
                checkRange(chosen);
            }
        }
        final StringBuilder items = new StringBuilder();
        execute(op, 0, outcomes, items);
        return "txn at " + visible() + (outcomes.get(op) ? " then" : " else") + items;
    }

    // ---- checks

    private void checkStatic(final Op op) throws Refused
    {
        require(!op.key.isEmpty() || op.kind == OpKind.EMPTY, ErrorCode.KEY_NOT_PROVIDED);
        if (op.kind == OpKind.PUT)
        {
            require(!op.ignoreValue || op.value.isEmpty(), ErrorCode.VALUE_PROVIDED);
            require(!op.ignoreLease || op.lease == 0, ErrorCode.LEASE_PROVIDED);
        }
        require(op.kind != OpKind.EMPTY, ErrorCode.KEY_NOT_FOUND);
    }

    private void checkTxnSize(final Op txn, final int budget) throws Refused
    {
        final int size = Math.max(txn.compares.size(), Math.max(txn.success.size(), txn.failure.size()));
        require(size <= budget, ErrorCode.TOO_MANY_OPS);
        for (final Op.Compare compare : txn.compares)
        {
            require(!compare.key().isEmpty(), ErrorCode.KEY_NOT_PROVIDED);
        }
        final List<Op> both = new ArrayList<>(txn.success);
        both.addAll(txn.failure);
        for (final Op op : both)
        {
            if (op.kind == OpKind.TXN)
            {
                checkTxnSize(op, budget - size);
            }
            else
            {
                checkStatic(op);
            }
        }
    }

    /** Puts and deleted ranges of ops that can run together; a nested transaction runs one of its branches. */
    private record Writes(Set<String> puts, List<Op> deletes)
    {
    }

    private Writes checkDuplicates(final List<Op> branch) throws Refused
    {
        final Writes all = new Writes(new HashSet<>(), new ArrayList<>());
        for (final Op op : branch)
        {
            final Writes writes = new Writes(new HashSet<>(), new ArrayList<>());
            if (op.kind == OpKind.PUT)
            {
                writes.puts.add(op.key);
            }
            else if (op.kind == OpKind.DELETE_RANGE)
            {
                writes.deletes.add(op);
            }
            else if (op.kind == OpKind.TXN)
            {
                for (final Writes nested : List.of(checkDuplicates(op.success), checkDuplicates(op.failure)))
                {
                    writes.puts.addAll(nested.puts);
                    writes.deletes.addAll(nested.deletes);
                }
            }
            for (final String key : writes.puts)
            {
                require(!all.puts.contains(key), ErrorCode.DUPLICATE_KEY);
                require(all.deletes.stream().noneMatch(delete -> isInRange(key, delete.key, delete.end)), ErrorCode.DUPLICATE_KEY);
            }
            for (final String key : all.puts)
            {
                require(writes.deletes.stream().noneMatch(delete -> isInRange(key, delete.key, delete.end)), ErrorCode.DUPLICATE_KEY);
            }
            all.puts.addAll(writes.puts);
            all.deletes.addAll(writes.deletes);
        }
        return all;
    }

    private void checkPut(final Op op) throws Refused
    {
        require(!op.ignoreValue && !op.ignoreLease || versionAt(op.key, revision) != null, ErrorCode.KEY_NOT_FOUND);
        checkLease(op);
    }

    private void checkLease(final Op op) throws Refused
    {
        require(op.lease == 0 || leases.containsKey(op.lease), ErrorCode.LEASE_NOT_FOUND);
    }

    private void checkRange(final Op op) throws Refused
    {
        require(op.revision <= revision, ErrorCode.FUTURE_REVISION);
        require(op.revision <= 0 || op.revision >= compactRevision, ErrorCode.COMPACTED);
    }

    private static void require(final boolean isSo, final ErrorCode code) throws Refused
    {
        if (!isSo)
        {
            throw new Refused(code);
        }
    }

    // ---- execution

    private void choose(final Op txn, final List<Op> path, final Map<Op, Boolean> outcomes)
    {
        final boolean holds = txn.compares.stream().allMatch(this::holds);
        outcomes.put(txn, holds);
        for (final Op op : holds ? txn.success : txn.failure)
        {
            path.add(op);
            if (op.kind == OpKind.TXN)
            {
                choose(op, path, outcomes);
            }
        }
    }

    private boolean holds(final Op.Compare compare)
    {
        final List<Version> live = liveIn(compare.key(), compare.end(), revision);
        if (live.isEmpty())
        {
            return compare.target() != CompareTarget.VALUE && holds(compare, new Version("", "", 0, 0, 0, 0));
        }
        return live.stream().allMatch(version -> holds(compare, version));
    }

    private static boolean holds(final Op.Compare compare, final Version version)
    {
        final int sign = switch (compare.target())
        {
            case VERSION -> Long.compare(version.version, compare.operand());
            case CREATE -> Long.compare(version.create, compare.operand());
            case MOD -> Long.compare(version.mod, compare.operand());
            case LEASE -> Long.compare(version.lease, compare.operand());
            default -> version.value.compareTo(compare.value());
        };
        return switch (compare.result())
        {
            case EQUAL -> sign == 0;
            case NOT_EQUAL -> sign != 0;
            case GREATER -> sign > 0;
            default -> sign < 0;
        };
    }

    private void execute(final Op txn, final int depth, final Map<Op, Boolean> outcomes, final StringBuilder items)
    {
        for (final Op op : outcomes.get(txn) ? txn.success : txn.failure)
        {
            final String at = "/" + depth + " ";
            switch (op.kind)
            {
                case RANGE ->
                {
                    final ModelRange kvs = range(op);
                    items.append("; RANGE" + at + "at " + visible() + " count " + kvs.count() + (kvs.more() ? " more" : ""));
                    items.append(kvs.kvs("; KV" + at));
                }
                case PUT ->
                {
                    final Version prev = put(op);
                    items.append("; PUT" + at + "at " + visible() + " count 0");
                    items.append(op.prevKv && prev != null ? "; PREV_KV" + at + prev : "");
                }
                case DELETE_RANGE ->
                {
                    final List<Version> deleted = delete(op);
                    items.append("; DELETE_RANGE" + at + "at " + visible() + " count " + deleted.size());
                    deleted.forEach(kv -> items.append(op.prevKv ? "; PREV_KV" + at + kv : ""));
                }
                default ->
                {
                    items.append("; TXN" + at + (outcomes.get(op) ? "then" : "else"));
                    execute(op, depth + 1, outcomes, items);
                }
            }
        }
    }

    private ModelRange range(final Op op)
    {
        final ModelRange range = ModelRange.of(op, liveIn(op.key, op.end, op.revision > 0 ? op.revision : visible()));
        ranges.add(range);
        return range;
    }

    private Version put(final Op op)
    {
        final long main = revision + 1;
        final Version prev = versionAt(op.key, main);
        final String value = op.ignoreValue ? prev.value : op.value;
        final long lease = op.ignoreLease ? prev.lease : op.lease;
        change(new Version(op.key, value, prev == null ? main : prev.create, main, prev == null ? 1 : prev.version + 1, lease), prev);
        return prev;
    }

    private List<Version> delete(final Op op)
    {
        final List<Version> deleted = liveIn(op.key, op.end, revision + 1);
        deleted.forEach(this::delete);
        return deleted;
    }

    private void delete(final Version kv)
    {
        change(new Version(kv.key, "", 0, revision + 1, 0, 0), kv);
    }

    private void change(final Version version, final Version prev)
    {
        history.computeIfAbsent(version.key, key -> new ArrayList<>()).add(version);
        changes.add(version);
        hasWritten = true;
        watchers.values().forEach(watcher -> tell(watcher, version, prev));
    }

    // ---- watches

    private void tell(final ModelWatcher watcher, final Version version, final Version prev)
    {
        final boolean isFiltered = (watcher.flags & (version.isLive() ? Watcher.NO_PUT : Watcher.NO_DELETE)) != 0;
        if (version.mod < watcher.start || isFiltered || !isInRange(version.key, watcher.key, watcher.end))
        {
            return;
        }
        final boolean showsPrev = (watcher.flags & Watcher.PREV_KV) != 0 && prev != null && version.mod - 1 >= compactRevision;
        watcher.expected.add((version.isLive() ? "PUT " : "DELETE ") + version + (showsPrev ? " was " + prev.withoutKey() : ""));
    }

    /** Whether a watcher from the compacted revision on would hear of deletes there. */
    boolean hasDeleteAtCompactedRevision()
    {
        return changes.stream().anyMatch(version -> version.mod == compactRevision && !version.isLive());
    }

    /** Registers a watcher, tells it of the past it asks for. False if the past it asks for is compacted. */
    boolean watch(final long id, final String key, final String end, final long start, final int flags)
    {
        if (start > 0 && start < compactRevision)
        {
            return false;
        }
        final ModelWatcher watcher = new ModelWatcher();
        watcher.key = key;
        watcher.end = end;
        watcher.start = start == 0 ? revision + 1 : start;
        watcher.flags = flags;
        watchers.put(id, watcher);
        for (final Version version : changes)
        {
            if (version.mod >= watcher.start)
            {
                tell(watcher, version, versionAt(version.key, version.mod - 1));
            }
        }
        return true;
    }
}
