package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;

import java.util.ArrayList;
import java.util.List;

/**
 * What a request about alarms answers.
 *
 * @param header of the answer.
 * @param alarms of a question: those that are raised; else the one that was raised or disarmed, none if there was none.
 */
public record AlarmsResult(ResponseHeader header, List<AlarmInfo> alarms)
{
    static AlarmsResult of(final MaintenanceReplyDecoder reply)
    {
        final List<AlarmInfo> alarms = new ArrayList<>();
        for (final MaintenanceReplyDecoder.AlarmsDecoder alarm : reply.alarms())
        {
            final AlarmType type = AlarmType.of(alarm.alarm());
            if (type != null) // a newer node may know others
            {
                alarms.add(new AlarmInfo(alarm.memberId(), type));
            }
        }
        return new AlarmsResult(ResponseHeader.of(reply.reply()), List.copyOf(alarms));
    }
}
