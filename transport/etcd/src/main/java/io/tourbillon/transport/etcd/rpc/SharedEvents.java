package io.tourbillon.transport.etcd.rpc;

import io.tourbillon.transport.client.WatchEvent;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;
import org.agrona.DirectBuffer;

/**
 * The node's events as etcd's, each built once for all of the session's watchers that it is for: they are told of it in a row. Link's
 * thread.
 */
final class SharedEvents
{
    private Event last;
    private long lastAddress;
    private byte[] lastArray;

    /** The same object for all who are told of it. */
    Event of(final WatchEvent event)
    {
        final DirectBuffer key = event.key();
        if (last == null || key.addressOffset() != lastAddress || key.byteArray() != lastArray)
        {
            last = build(event);
            lastAddress = key.addressOffset();
            lastArray = key.byteArray();
        }
        return last;
    }

    /** The message is over: another event may come to lie where the last one lay. */
    void onMessageEnd()
    {
        last = null;
        lastArray = null;
    }

    private static Event build(final WatchEvent event)
    {
        final Event.Builder built = Event.newBuilder();
        final KeyValue.Builder kv = KeyValue.newBuilder().setKey(Answers.bytes(event.key())).setModRevision(event.modRevision());
        if (event.isDelete())
        {
            built.setType(Event.EventType.DELETE); // with key and revision alone, which clients look for
        }
        else
        {
            kv.setCreateRevision(event.createRevision()).setVersion(event.version()).setLease(event.lease())
                .setValue(Answers.bytes(event.value()));
        }
        built.setKv(kv);
        if (event.hasPrevKv())
        {
            built.setPrevKv(Answers.keyValue(event.prevCreateRevision(), event.prevModRevision(), event.prevVersion(),
                event.prevLease(), kv.getKey()).setValue(Answers.bytes(event.prevValue())));
        }
        return built.build();
    }
}
