package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.mvcc.EtcdModel.Version;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a range finds in the model.
 *
 * @param op      the range.
 * @param count   keys in it.
 * @param passing those of them that pass the filters, sorted.
 */
record ModelRange(Op op, long count, List<Version> passing)
{
    static ModelRange of(final Op op, final List<Version> live)
    {
        final List<Version> passing = new ArrayList<>(op.countOnly ? List.of() : live);
        passing.removeIf(kv -> op.maxMod != 0 && kv.mod() > op.maxMod || op.minMod != 0 && kv.mod() < op.minMod ||
            op.maxCreate != 0 && kv.create() > op.maxCreate || op.minCreate != 0 && kv.create() < op.minCreate);
        passing.sort(order(op));
        return new ModelRange(op, live.size(), passing);
    }

    private static Comparator<Version> order(final Op op)
    {
        return op.order == SortOrder.DESCEND ? order(op.target).reversed() : order(op.target);
    }

    private static Comparator<Version> order(final SortTarget target)
    {
        return switch (target)
        {
            case VERSION -> Comparator.comparingLong(Version::version);
            case CREATE -> Comparator.comparingLong(Version::create);
            case MOD -> Comparator.comparingLong(Version::mod);
            case VALUE -> Comparator.comparing(Version::value);
            default -> Comparator.comparing(Version::key);
        };
    }

    boolean more()
    {
        return op.limit > 0 && passing.size() > op.limit;
    }

    private String shown(final Version kv)
    {
        return (op.keysOnly ? new Version(kv.key(), "", kv.create(), kv.mod(), kv.version(), kv.lease()) : kv).toString();
    }

    List<String> taken()
    {
        return passing.stream().limit(more() ? op.limit : passing.size()).map(this::shown).toList();
    }

    String kvs(final String before)
    {
        return taken().stream().map(kv -> before + kv).collect(Collectors.joining());
    }

    /** Whether an answer is right but for the order of keys that are equal in what they are sorted by. */
    boolean isRight(final List<String> answer)
    {
        final List<Version> left = new ArrayList<>(passing);
        boolean isRight = answer.size() == taken().size();
        for (int i = 0; isRight && i < answer.size(); i++)
        {
            final String kv = answer.get(i);
            final Version place = passing.get(i);
            isRight = left.removeIf(version -> shown(version).equals(kv) && order(op).compare(version, place) == 0);
        }
        return isRight;
    }
}
