package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.AlarmType;

/**
 * An alarm that is raised.
 *
 * @param memberId with whom.
 * @param type     what is wrong.
 */
public record AlarmInfo(long memberId, AlarmType type)
{
}
