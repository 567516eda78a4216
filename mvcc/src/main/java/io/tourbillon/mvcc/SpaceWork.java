package io.tourbillon.mvcc;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.record.AlarmNotedDecoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import io.tourbillon.codecs.record.QuotaSetDecoder;
import org.agrona.concurrent.UnsafeBuffer;

/** Applies what members say of room: how much the leader's quota is, and that one's own disk is full, or not any more. */
final class SpaceWork implements EntryWork
{
    private final Quota quota;
    private final Alarms alarms;
    private final Members members;
    private final Writer writer;
    private final Compactor compactor;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final QuotaSetDecoder quotaSet = new QuotaSetDecoder();
    private final AlarmNotedDecoder noted = new AlarmNotedDecoder();

    SpaceWork(final Quota quota, final Alarms alarms, final Members members, final Writer writer, final Compactor compactor)
    {
        this.quota = quota;
        this.alarms = alarms;
        this.members = members;
        this.writer = writer;
        this.compactor = compactor;
    }

    /** Whether a message of one of the two templates is as long as it must be. */
    static boolean isSound(final UnsafeBuffer message, final int templateId)
    {
        final int length = templateId == QuotaSetDecoder.TEMPLATE_ID ? QuotaSetDecoder.BLOCK_LENGTH : AlarmNotedDecoder.BLOCK_LENGTH;
        return message.capacity() >= MessageHeaderDecoder.ENCODED_LENGTH + length;
    }

    @Override
    public boolean step(final Entry entry)
    {
        if (messageHeader.wrap(entry.message(), 0).templateId() == QuotaSetDecoder.TEMPLATE_ID)
        {
            quota.set(Math.max(0, quotaSet.wrapAndApplyHeader(entry.message(), 0, messageHeader).quotaBytes()));
            return true;
        }
        if (!writer.reserve(alarms.pagesForChange() + compactor.pages()))
        {
            return false;
        }
        note(noted.wrapAndApplyHeader(entry.message(), 0, messageHeader));
        return true;
    }

    /** Who was removed has no say, and what this version does not know it does not keep. */
    private void note(final AlarmNotedDecoder message)
    {
        final AlarmType type = AlarmType.of(message.alarm());
        if (type == null || type == AlarmType.NONE || members.isRemoved(message.memberId()))
        {
            return;
        }
        if (message.raised() != 0)
        {
            alarms.raise(type, message.memberId(), Alarms.BY_MEMBER);
        }
        else
        {
            alarms.lower(type, message.memberId(), Alarms.BY_MEMBER);
        }
    }

    @Override
    public void answer(final Entry entry)
    {
        assert false : "nobody waits for what members say";
    }
}
