package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.AlarmType;

import java.util.List;

/**
 * What requests about alarms answered.
 *
 * @param header of the answer; null where several were made, as etcdctl has it.
 * @param alarms listed or disarmed.
 */
public record AlarmAnswer(Header header, List<Item> alarms)
{
    /**
     * An alarm.
     *
     * @param memberId with whom.
     * @param type     what is wrong.
     */
    public record Item(long memberId, AlarmType type)
    {
    }
}
