package io.tourbillon.mvcc;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Applies what an operator says of alarms: raised, or disarmed. Both answer with the one alarm that it was about, if it was there. */
final class AlarmRequestWork implements EntryWork
{
    private final Alarms alarms;
    private final Writer writer;
    private final Compactor compactor;
    private final Replies replies;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final MaintenanceRequestDecoder request = new MaintenanceRequestDecoder();
    private AlarmType type;
    private long memberId;
    private boolean isRaise;
    private boolean isShown;

    AlarmRequestWork(final Alarms alarms, final Writer writer, final Compactor compactor, final Replies replies)
    {
        this.alarms = alarms;
        this.writer = writer;
        this.compactor = compactor;
        this.replies = replies;
    }

    @Override
    public int begin(final Entry entry)
    {
        request.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        final int operation = request.operationRaw();
        type = AlarmType.of(request.alarm());
        memberId = request.targetId();
        isRaise = operation == MaintenanceOperation.ALARM_ACTIVATE.value();
        isShown = false;
        final boolean isKnown = isRaise || operation == MaintenanceOperation.ALARM_DEACTIVATE.value();
        return isKnown && type != null && (type != AlarmType.NONE || !isRaise) ? SOUND : ErrorCode.NOT_SUPPORTED.number();
    }

    @Override
    public boolean step(final Entry entry)
    {
        if (!writer.reserve(alarms.pagesForChange() + compactor.pages()))
        {
            return false;
        }
        if (isRaise)
        {
            isShown = alarms.raise(type, memberId, Alarms.BY_OPERATOR);
        }
        else
        {
            isShown = alarms.isRaised(type, memberId);
            alarms.disarm(type, memberId);
        }
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        replies.alarm(entry.sessionId(), entry.correlationId(), isShown ? new Alarm(type, memberId, true) : null);
    }
}
