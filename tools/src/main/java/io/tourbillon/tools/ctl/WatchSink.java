package io.tourbillon.tools.ctl;

import io.tourbillon.tools.ctl.output.WatchBatch;

/** Takes what a watcher hears, on the thread that polls the {@link NodeLink}. */
public interface WatchSink
{
    /**
     * @param batch of events of one watcher that came in one message.
     */
    void onBatch(WatchBatch batch);

    /**
     * @param revision up to which all events were delivered.
     */
    void onProgress(long revision);

    /**
     * @param reason why the node ended the watch.
     */
    void onCanceled(String reason);
}
