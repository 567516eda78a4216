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
    boolean prevKv;
    boolean ignoreValue;
    boolean ignoreLease;
    final List<Compare> compares = new ArrayList<>();
    final List<Op> success = new ArrayList<>();
    final List<Op> failure = new ArrayList<>();

    record Compare(String key, String end, CompareTarget target, CompareResult result, long operand, String value)
    {
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
        return kind + "(" + key + "," + end + "," + value.length() + "B rev " + revision + " limit " + limit + " " + order + target +
            (keysOnly ? " keysOnly" : "") + (countOnly ? " countOnly" : "") + (prevKv ? " prevKv" : "") +
            (ignoreValue ? " ignoreValue" : "") + (ignoreLease ? " ignoreLease" : "") +
            " mod[" + minMod + "," + maxMod + "] create[" + minCreate + "," + maxCreate + "] " +
            compares + " then " + success + " else " + failure + ")";
    }
}
