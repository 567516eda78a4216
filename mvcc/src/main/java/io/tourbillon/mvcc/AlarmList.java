package io.tourbillon.mvcc;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/** Answers which alarms there are: all, or those of one type. Allocates: it is asked for rarely. */
final class AlarmList
{
    private final Alarms alarms;
    private final Replies replies;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final MaintenanceRequestDecoder request = new MaintenanceRequestDecoder();

    AlarmList(final Alarms alarms, final Replies replies)
    {
        this.alarms = alarms;
        this.replies = replies;
    }

    /** Users may see alarms; what else the node does for its keepers is root's. */
    int check(final Guard guard, final long credential, final DirectBuffer buffer, final int offset)
    {
        request.wrapAndApplyHeader(buffer, offset, messageHeader);
        final boolean isForUsers = request.operationRaw() == MaintenanceOperation.ALARM_GET.value();
        return isForUsers ? guard.refusalUnlessUser(credential) : guard.auth().refusalUnlessRoot(credential);
    }

    /** Answers the request if it is about alarms; false if it is about something else. */
    boolean on(final long sessionId, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        request.wrapAndApplyHeader(buffer, offset, messageHeader);
        if (request.operationRaw() != MaintenanceOperation.ALARM_GET.value())
        {
            return false;
        }
        final AlarmType type = AlarmType.of(request.alarm());
        replies.alarms(sessionId, correlationId,
            alarms.list().stream().filter((alarm) -> type == AlarmType.NONE || alarm.type() == type).toList());
        return true;
    }
}
