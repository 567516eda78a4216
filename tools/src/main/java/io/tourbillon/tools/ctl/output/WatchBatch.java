package io.tourbillon.tools.ctl.output;

import java.util.List;

/**
 * Events that arrived together for one watcher.
 *
 * @param header of the message.
 * @param events in order of revision.
 */
public record WatchBatch(Header header, List<Event> events)
{
    /**
     * One change of one key.
     *
     * @param isDelete false = put.
     * @param kv       as it is now; of a delete the key and its revision alone.
     * @param prevKv   null unless asked for and there.
     */
    public record Event(boolean isDelete, KeyValue kv, KeyValue prevKv)
    {
    }
}
