package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;

import java.util.ArrayList;
import java.util.List;

/** A request as tests write it down; keys and values are Latin-1, so that characters sort as bytes do. */
final class Op
{
    private static final int PRINTED_MAX = 40;

    OpKind kind;
    String key = "";
    String end = "";
    String value = "";
    long lease;
    long limit;
    long revision;
    long minMod;
    long maxMod;
    long minCreate;
    long maxCreate;
    SortOrder order = SortOrder.NONE;
    SortTarget target = SortTarget.KEY;
    boolean keysOnly;
    boolean countOnly;
    boolean serializable;
    boolean prevKv;
    boolean ignoreValue;
    boolean ignoreLease;
    final List<Compare> compares = new ArrayList<>();
    final List<Op> success = new ArrayList<>();
    final List<Op> failure = new ArrayList<>();

    record Compare(String key, String end, CompareTarget target, CompareResult result, long operand, String value)
    {
        @Override
        public String toString()
        {
            return interval(key, end) + " " + target + " " + result + " " + (target == CompareTarget.VALUE ? printable(value) : operand);
        }
    }

    private static Op of(final OpKind kind, final String key, final String end)
    {
        final Op op = new Op();
        op.kind = kind;
        op.key = key;
        op.end = end;
        return op;
    }

    static Op put(final String key, final String value)
    {
        final Op op = of(OpKind.PUT, key, "");
        op.value = value;
        return op;
    }

    static Op range(final String key, final String end)
    {
        return of(OpKind.RANGE, key, end);
    }

    static Op delete(final String key, final String end)
    {
        return of(OpKind.DELETE_RANGE, key, end);
    }

    static Op txn()
    {
        return of(OpKind.TXN, "", "");
    }

    static Op empty()
    {
        return of(OpKind.EMPTY, "", "");
    }

    /** Without what it has nested. */
    Op copy()
    {
        final Op copy = of(kind, key, end);
        copy.value = value;
        copy.lease = lease;
        copy.limit = limit;
        copy.revision = revision;
        copy.minMod = minMod;
        copy.maxMod = maxMod;
        copy.minCreate = minCreate;
        copy.maxCreate = maxCreate;
        copy.order = order;
        copy.target = target;
        copy.keysOnly = keysOnly;
        copy.countOnly = countOnly;
        copy.serializable = serializable;
        copy.prevKv = prevKv;
        copy.ignoreValue = ignoreValue;
        copy.ignoreLease = ignoreLease;
        copy.compares.addAll(compares);
        return copy;
    }

    Op when(final String comparedKey, final CompareTarget comparedTarget, final CompareResult result, final long operand)
    {
        compares.add(new Compare(comparedKey, "", comparedTarget, result, operand, ""));
        return this;
    }

    Op then(final Op... ops)
    {
        success.addAll(List.of(ops));
        return this;
    }

    Op otherwise(final Op... ops)
    {
        failure.addAll(List.of(ops));
        return this;
    }

    Op atRevision(final long wanted)
    {
        revision = wanted;
        return this;
    }

    Op limit(final long wanted)
    {
        limit = wanted;
        return this;
    }

    Op sorted(final SortOrder sortOrder, final SortTarget sortTarget)
    {
        order = sortOrder;
        target = sortTarget;
        return this;
    }

    Op withLease(final long id)
    {
        lease = id;
        return this;
    }

    Op withPrevKv()
    {
        prevKv = true;
        return this;
    }

    boolean isReadOnly()
    {
        return kind == OpKind.RANGE || kind == OpKind.TXN && allRanges(success) && allRanges(failure);
    }

    private static boolean allRanges(final List<Op> ops)
    {
        return ops.stream().allMatch(op -> op.kind == OpKind.RANGE);
    }

    @Override
    public String toString()
    {
        final StringBuilder text = new StringBuilder(kind.toString()).append('(');
        text.append(kind == OpKind.TXN || kind == OpKind.EMPTY ? "" : interval(key, end));
        switch (kind)
        {
            case PUT -> text.append(" = ").append(printable(value)).append(named("lease", lease));
            case RANGE -> text.append(rangeOptions());
            case TXN -> text.append("if ").append(compares).append(" then ").append(success).append(" else ").append(failure);
            default -> text.append("");
        }
        return text.append(prevKv ? " prevKv" : "").append(ignoreValue ? " ignoreValue" : "")
            .append(ignoreLease ? " ignoreLease" : "").append(')').toString();
    }

    private String rangeOptions()
    {
        return named("limit", limit) + named("revision", revision) + named("minMod", minMod) + named("maxMod", maxMod) +
            named("minCreate", minCreate) + named("maxCreate", maxCreate) +
            (order != SortOrder.NONE ? " " + order : "") + (target != SortTarget.KEY ? " by " + target : "") +
            (keysOnly ? " keysOnly" : "") + (countOnly ? " countOnly" : "") + (serializable ? " serializable" : "");
    }

    private static String named(final String name, final long number)
    {
        return number == 0 ? "" : " " + name + " " + number;
    }

    static String interval(final String from, final String to)
    {
        return to.isEmpty() ? printable(from) : "[" + printable(from) + " .. " + printable(to) + ")";
    }

    /** Bytes that do not print are given in hex, long ones by their length. */
    static String printable(final String text)
    {
        final StringBuilder printed = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), PRINTED_MAX); i++)
        {
            final char at = text.charAt(i);
            printed.append(at >= ' ' && at < 0x7f ? String.valueOf(at) : String.format("\\x%02x", (int)at));
        }
        return printed.append(text.length() > PRINTED_MAX ? "...' of " + text.length() + " B" : "'").toString();
    }
}
