package io.tourbillon.mvcc;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.util.List;

/**
 * Answers which alarms there are: all, or those of one type; and what else is asked for a node's keeping and needs no work: room is given
 * back all the time, so to defragment is to do nothing, and to no older version can data go back. Allocates: it is asked for rarely.
 */
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

    /** Answers the request; false if it is something else. Whether it may be asked is checked. */
    boolean on(final long sessionId, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        request.wrapAndApplyHeader(buffer, offset, messageHeader);
        switch (request.operation())
        {
            case ALARM_GET -> answer(sessionId, correlationId, AlarmType.of(request.alarm()));
            case DEFRAGMENT -> replies.alarms(sessionId, correlationId, List.of());
            case DOWNGRADE -> replies.error(sessionId, correlationId, ErrorCode.NOT_SUPPORTED.number());
            default ->
            {
                return false;
            }
        }
        return true;
    }

    private void answer(final long sessionId, final long correlationId, final AlarmType type)
    {
        replies.alarms(sessionId, correlationId,
            alarms.list().stream().filter((alarm) -> type == AlarmType.NONE || alarm.type() == type).toList());
    }
}
