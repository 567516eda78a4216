package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.EventType;
import io.tourbillon.codecs.client.WatchEventsDecoder.EventsDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One event as a view on the message it came in; valid during the call it was handed to. Does not allocate. */
public final class WatchEvent
{
    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer prevValue = new UnsafeBuffer(0, 0);
    private EventsDecoder fields;
    private boolean hasPrevKv;

    WatchEvent()
    {
    }

    /** Call once the event's watchers group was passed over: key and values come behind it. */
    void wrap(final EventsDecoder event)
    {
        fields = event;
        hasPrevKv = event.flags().prevKv();
        event.wrapKey(key);
        event.wrapValue(value);
        event.wrapPrevValue(prevValue);
    }

    /** @return true if the key was deleted, false if it was put. */
    public boolean isDelete()
    {
        return fields.eventType() == EventType.DELETE;
    }

    /** @return the key. */
    public DirectBuffer key()
    {
        return key;
    }

    /** @return the value; empty for a delete. */
    public DirectBuffer value()
    {
        return value;
    }

    /** @return true if the event carries the key-value before it. */
    public boolean hasPrevKv()
    {
        return hasPrevKv;
    }

    /** @return the value before. */
    public DirectBuffer prevValue()
    {
        return prevValue;
    }

    /** @return revision of the change. */
    public long modRevision()
    {
        return fields.modRevision();
    }

    /** @return revision at which the key was created; 0 for a delete. */
    public long createRevision()
    {
        return fields.createRevision();
    }

    /** @return puts since the key was created; 0 for a delete. */
    public long version()
    {
        return fields.version();
    }

    /** @return lease the key is attached to, or 0. */
    public long lease()
    {
        return fields.lease();
    }

    /** @return create revision before. */
    public long prevCreateRevision()
    {
        return fields.prevCreateRevision();
    }

    /** @return revision before. */
    public long prevModRevision()
    {
        return fields.prevModRevision();
    }

    /** @return version before. */
    public long prevVersion()
    {
        return fields.prevVersion();
    }

    /** @return lease before. */
    public long prevLease()
    {
        return fields.prevLease();
    }
}
