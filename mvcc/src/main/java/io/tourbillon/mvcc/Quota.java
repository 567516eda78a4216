package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * What the state refuses by itself, whatever the request says: by the quota on live bytes, and by alarms. A function of the log alone: the
 * quota that counts is the one in the header, which the leader's setting gets to by an entry.
 * <pre>
 *   0 ........................ 90 % ............ 100 % of the quota
 *                              |                  |
 *                              | a raised alarm   | what would go beyond is refused,
 *                              | ends here        | and raises the alarm
 * </pre>
 * While the alarm is raised all that needs room is refused, as etcd does; what frees room goes on. Apply thread; does not allocate but when
 * the alarm comes or goes.
 */
final class Quota
{
    /** What a message may add at most beside three times its length, so that far from the quota nobody looks into it. */
    private static final long MARGIN = (long)Limits.TXN_OPS_TOTAL_MAX * RequestCost.OP_COST_MAX;
    private static final int TENTHS = 10;
    private static final int TENTHS_CLEAR = 9;

    private final MvccHeader header;
    private final Alarms alarms;
    private final RequestCost cost = new RequestCost();

    Quota(final MvccHeader header, final Alarms alarms)
    {
        this.header = header;
        this.alarms = alarms;
    }

    /** Sets what is allowed; 0 = any. */
    void set(final long quotaBytes)
    {
        header.quotaBytes(quotaBytes);
        header.stateHash(Bytes.mix(header.stateHash(), quotaBytes));
        onApplied();
    }

    /**
     * Whether a client's request, sound by its lengths, is refused for what it is.
     *
     * @return {@code SOUND} or the number of an error.
     */
    int check(final DirectBuffer message, final long originMemberId)
    {
        if (alarms.isCorrupt())
        {
            return isMaintenance(message) ? SOUND : ErrorCode.CORRUPT.number();
        }
        final long quotaBytes = header.quotaBytes();
        if (alarms.isSpaceDenied())
        {
            return cost.of(message, 0) > 0 ? ErrorCode.NO_SPACE.number() : SOUND;
        }
        if (quotaBytes == 0 || header.liveBytes() + 3L * message.capacity() + MARGIN <= quotaBytes)
        {
            return SOUND;
        }
        final long costBytes = cost.of(message, 0);
        if (costBytes == 0 || header.liveBytes() + costBytes <= quotaBytes)
        {
            return SOUND;
        }
        if (header.liveBytes() > clearBytes())
        {
            // Below that it would end with this very entry: the request is too large for what is left, and others are not.
            alarms.quotaAlarm(originMemberId);
        }
        return ErrorCode.NO_SPACE.number();
    }

    /** Alarms can be disarmed, and members changed, whatever is wrong. */
    private static boolean isMaintenance(final DirectBuffer message)
    {
        final int templateId = message.getShort(MessageHeaderDecoder.templateIdEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF;
        return templateId == MaintenanceRequestDecoder.TEMPLATE_ID ||
            templateId == MemberRequestDecoder.TEMPLATE_ID;
    }

    /** With each entry, when all it does is done: the alarm ends where there is room again. */
    void onApplied()
    {
        if (header.quotaAlarmMemberId() != 0 && (header.quotaBytes() == 0 || header.liveBytes() <= clearBytes()))
        {
            alarms.quotaAlarm(0);
        }
    }

    private long clearBytes()
    {
        return header.quotaBytes() / TENTHS * TENTHS_CLEAR;
    }
}
