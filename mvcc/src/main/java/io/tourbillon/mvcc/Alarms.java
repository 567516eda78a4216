package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

import static java.nio.ByteOrder.BIG_ENDIAN;

/**
 * The alarms of the cluster: those that members or operators have raised by entries of the log, in tree {@code alarms}, and the quota's,
 * in the header, where it needs no page to be raised.
 * <pre>
 *  key type(1), member id(8, big endian)      value: who says so(1): 1 = the member, 2 = an operator
 * </pre>
 * A member that says its disk is full is listed and nothing more: the others may well have room, and the leader refuses what needs some
 * where a majority has none. What an operator or the quota has raised is in force. Apply thread, but for {@link #list} and
 * {@link #changeCount}: changes are rare and leave a list that never changes.
 */
public final class Alarms
{
    /** Said by the member itself. */
    static final int BY_MEMBER = 1;
    /** Said by an operator. */
    static final int BY_OPERATOR = 2;
    /** Most alarms at once: far more than members and types, so that nobody fills the state with them. */
    static final int COUNT_MAX = 256;
    private static final int KEY_LENGTH = 1 + Long.BYTES;

    private final Tree tree;
    private final MvccHeader header;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_LENGTH]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[1]);
    private final UnsafeBuffer found = new UnsafeBuffer(0, 0);
    private volatile List<Alarm> list;
    private volatile int changeCount;
    private boolean isSpaceDenied;
    private boolean isCorrupt;

    Alarms(final Tree tree, final MvccHeader header)
    {
        this.tree = tree;
        this.header = header;
        load();
    }

    /** Again, when another state has taken the place of what the store held, or after a change. */
    void load()
    {
        final List<Alarm> now = new ArrayList<>();
        boolean isQuotaListed = header.quotaAlarmMemberId() == 0;
        final Cursor cursor = tree.cursor();
        for (boolean isThere = cursor.first(); isThere; isThere = cursor.next())
        {
            final AlarmType type = AlarmType.of(cursor.key().getByte(0));
            final long memberId = cursor.key().getLong(1, BIG_ENDIAN);
            final boolean isOfQuota = isOfQuota(type, memberId);
            now.add(new Alarm(type, memberId, isOfQuota || (cursor.value().getByte(0) & BY_OPERATOR) != 0));
            isQuotaListed |= isOfQuota;
        }
        if (!isQuotaListed)
        {
            now.add(0, new Alarm(AlarmType.NOSPACE, header.quotaAlarmMemberId(), true));
        }
        isSpaceDenied = hasInForce(now, AlarmType.NOSPACE);
        isCorrupt = hasInForce(now, AlarmType.CORRUPT);
        list = List.copyOf(now);
        changeCount++;
    }

    private static boolean hasInForce(final List<Alarm> alarms, final AlarmType type)
    {
        return alarms.stream().anyMatch((alarm) -> alarm.isInForce() && alarm.type() == type);
    }

    /**
     * Which are raised. Any thread; perhaps a moment old.
     *
     * @return all of them; never changes.
     */
    public List<Alarm> list()
    {
        return list;
    }

    /** @return grows with each change. Any thread. */
    public int changeCount()
    {
        return changeCount;
    }

    /** Whether requests that need room are refused. */
    boolean isSpaceDenied()
    {
        return isSpaceDenied;
    }

    /** Whether the state is not to be changed. */
    boolean isCorrupt()
    {
        return isCorrupt;
    }

    /**
     * Whether a member has said so of itself.
     *
     * @param type     what is wrong.
     * @param memberId of the member.
     * @return true until it has said that it is over, or an operator has disarmed it.
     */
    public boolean isNoted(final AlarmType type, final long memberId)
    {
        return (sayers(type, memberId) & BY_MEMBER) != 0;
    }

    boolean isRaised(final AlarmType type, final long memberId)
    {
        return sayers(type, memberId) != 0 || isOfQuota(type, memberId);
    }

    private boolean isOfQuota(final AlarmType type, final long memberId)
    {
        return type == AlarmType.NOSPACE && memberId != 0 && memberId == header.quotaAlarmMemberId();
    }

    private int sayers(final AlarmType type, final long memberId)
    {
        return tree.get(keyOf(type, memberId), 0, KEY_LENGTH, found) ? found.getByte(0) : 0;
    }

    // ---- changes: reserve first

    /** Pages that one of the changes below may need. */
    int pagesForChange()
    {
        return tree.pagesForPut(1) + tree.pagesForRemove();
    }

    /** Pages that {@link #forget} may need. */
    int pagesForForget()
    {
        return (int)tree.size() * tree.pagesForRemove();
    }

    /** Somebody says that there is an alarm; false if there are as many as may be. */
    boolean raise(final AlarmType type, final long memberId, final int sayer)
    {
        final int before = sayers(type, memberId);
        if (before == 0 && tree.size() >= COUNT_MAX)
        {
            return false;
        }
        set(type, memberId, before, before | sayer);
        return true;
    }

    /** Somebody who said so says it no more. */
    void lower(final AlarmType type, final long memberId, final int sayer)
    {
        final int before = sayers(type, memberId);
        set(type, memberId, before, before & ~sayer);
    }

    /** It is gone, whoever has said so, the quota too; what is so still will be said again. */
    void disarm(final AlarmType type, final long memberId)
    {
        set(type, memberId, sayers(type, memberId), 0);
        if (isOfQuota(type, memberId))
        {
            quotaAlarm(0);
        }
    }

    /** The quota is exceeded, as the member's request has shown, or with 0 not any more. Needs no pages. */
    void quotaAlarm(final long memberId)
    {
        header.quotaAlarmMemberId(memberId);
        header.stateHash(Bytes.mix(header.stateHash(), ~memberId));
        load();
    }

    private void set(final AlarmType type, final long memberId, final int before, final int after)
    {
        if (before == after)
        {
            return;
        }
        if (after == 0)
        {
            tree.remove(keyOf(type, memberId), 0, KEY_LENGTH);
        }
        else
        {
            value.putByte(0, (byte)after);
            tree.put(keyOf(type, memberId), 0, KEY_LENGTH, value, 0, 1);
        }
        header.stateHash(Bytes.mix(Bytes.mix(header.stateHash(), memberId), type.number() << Byte.SIZE | after));
        load();
    }

    /** The alarms of members that were removed. */
    void forget(final Members members)
    {
        for (final Alarm alarm : list)
        {
            if (members.isRemoved(alarm.memberId()))
            {
                set(alarm.type(), alarm.memberId(), sayers(alarm.type(), alarm.memberId()), 0);
            }
        }
    }

    private DirectBuffer keyOf(final AlarmType type, final long memberId)
    {
        key.putByte(0, (byte)type.number());
        key.putLong(1, memberId, BIG_ENDIAN);
        return key;
    }
}
