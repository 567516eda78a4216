package io.tourbillon.transport.client;

/** What a connection counts; written and read on the thread that polls. */
public final class ClientCounters
{
    long malformed;
    long unknownTemplates;
    long chunksDropped;
    long late;
    long stray;
    long duplicateEvents;
    long connects;
    long retries;

    ClientCounters()
    {
    }

    /** @return inbound messages that were not sound, dropped. */
    public long malformed()
    {
        return malformed;
    }

    /** @return inbound messages of a template not known here, dropped. */
    public long unknownTemplates()
    {
        return unknownTemplates;
    }

    /** @return inbound pieces of longer messages that were out of order or out of bounds, dropped with their message. */
    public long chunksDropped()
    {
        return chunksDropped;
    }

    /** @return answers to requests that were given up before. */
    public long late()
    {
        return late;
    }

    /** @return messages for sessions or watches that are no more. */
    public long stray()
    {
        return stray;
    }

    /** @return events that were delivered before or whose watch is no more. */
    public long duplicateEvents()
    {
        return duplicateEvents;
    }

    /** @return writes that were sent again because their outcome was unknown. */
    public long retries()
    {
        return retries;
    }

    /** @return how often a connection was made. */
    public long connects()
    {
        return connects;
    }
}
