package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.List;

/** Writes down what a session's listener hears. */
final class Recorder implements ReplyListener
{
    final List<Long> puts = new ArrayList<>();
    final List<Long> unknown = new ArrayList<>();
    final List<Long> timeouts = new ArrayList<>();
    final List<Integer> errors = new ArrayList<>();
    final List<String> found = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final List<Long> watchesCreated = new ArrayList<>();
    final List<Integer> watchesCanceled = new ArrayList<>();
    final List<Integer> closes = new ArrayList<>();
    byte[] lastValue;
    final List<Integer> progressRefusals = new ArrayList<>();
    long progressRevision;
    long statusKeyCount = -1;
    int wholeRanges;
    int opens;
    int lastEventLength;

    @Override
    public void onError(final ClientSession session, final long correlationId, final ErrorReplyDecoder error)
    {
        errors.add(error.code());
    }

    @Override
    public void onUnknownOutcome(final ClientSession session, final long correlationId)
    {
        unknown.add(correlationId);
    }

    @Override
    public void onTimeout(final ClientSession session, final long correlationId)
    {
        timeouts.add(correlationId);
    }

    @Override
    public void onSessionOpened(final ClientSession session)
    {
        opens++;
    }

    @Override
    public void onSessionClosed(final ClientSession session, final int errorCode)
    {
        closes.add(errorCode);
    }

    @Override
    public void onPutReply(final ClientSession session, final long correlationId, final PutReplyDecoder reply)
    {
        puts.add(correlationId);
    }

    @Override
    public void onRangeReply(final ClientSession session, final long correlationId, final RangeReplyDecoder reply)
    {
        for (final RangeReplyDecoder.KvsDecoder kv : reply.kvs())
        {
            final byte[] key = new byte[kv.keyLength()];
            kv.getKey(key, 0, key.length);
            lastValue = new byte[kv.valueLength()];
            kv.getValue(lastValue, 0, lastValue.length);
            found.add(new String(key, java.nio.charset.StandardCharsets.UTF_8));
        }
        wholeRanges += reply.flags().last() ? 1 : 0;
    }

    @Override
    public void onStatusReply(final ClientSession session, final long correlationId, final StatusReplyDecoder reply)
    {
        statusKeyCount = reply.keyCount();
    }

    @Override
    public void onWatchCreated(final ClientSession session, final long watchId, final long revision)
    {
        watchesCreated.add(watchId);
    }

    @Override
    public void onWatchEvent(final ClientSession session, final long watchId, final WatchEvent event)
    {
        lastEventLength = event.value().capacity();
        events.add((event.isDelete() ? "-" : "+") + event.key().getStringWithoutLengthUtf8(0, event.key().capacity()) +
            "@" + event.modRevision());
    }

    @Override
    public void onWatchProgress(final ClientSession session, final long watchId, final long revision)
    {
        progressRevision = revision;
    }

    @Override
    public void onProgressRefused(final ClientSession session, final int errorCode)
    {
        progressRefusals.add(errorCode);
    }

    @Override
    public void onWatchCanceled(
        final ClientSession session, final long watchId, final int errorCode, final long compactRevision, final DirectBuffer reason)
    {
        watchesCanceled.add(errorCode);
    }
}
