package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.SnapshotChunkDecoder;
import io.tourbillon.codecs.peer.SnapshotReplyDecoder;
import io.tourbillon.consensus.PeerHandler;
import io.tourbillon.consensus.StateImages;
import io.tourbillon.consensus.StateLinks;
import io.tourbillon.consensus.pipeline.TransferExchange.Order;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes and sends images of the state to members that lack too much of the log, and takes one in that comes from a leader. On a thread of
 * its own, for it blocks in files; neither sequencer nor apply ever waits for it.
 */
final class TransferAgent implements Agent, PeerHandler
{
    private final NanoClock clock;
    private final StateImages images;
    private final StateLinks links;
    private final TransferExchange exchange;
    private final PipelineCounters counters;
    private final ImageSender sender;
    private final ImageReceiver receiver;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SnapshotChunkDecoder chunk = new SnapshotChunkDecoder();
    private final SnapshotReplyDecoder reply = new SnapshotReplyDecoder();
    private long nowNs;

    TransferAgent(final PipelineContext ctx, final NanoClock clock, final TransferExchange exchange, final InstallExchange installs)
    {
        this.clock = clock;
        this.exchange = exchange;
        images = ctx.transfer().images();
        links = ctx.transfer().links();
        counters = ctx.counters();
        sender = new ImageSender(ctx, exchange);
        receiver = new ImageReceiver(ctx, installs);
    }

    /** What an earlier run has left was not taken in, and is of no use to anybody. */
    @Override
    public void onStart()
    {
        images.drop();
        receiver.drop();
        sender.begin(clock.nanoTime());
    }

    @Override
    public int doWork() throws IOException
    {
        nowNs = clock.nanoTime();
        int workCount = links.poll(this);
        for (Order order = exchange.pollOrder(); order != null; order = exchange.pollOrder())
        {
            sender.onOrder(order, nowNs);
            workCount++;
        }
        workCount += sender.work(nowNs);
        workCount += receiver.work(nowNs);
        counters.snapshotsInProgress.setRelease(sender.targetCount() + (receiver.isBusy() ? 1 : 0));
        return workCount;
    }

    @Override
    public void onPeerMessage(final DirectBuffer buffer, final int offset, final int length)
    {
        final int templateId = header.wrap(buffer, offset).templateId();
        if (templateId == SnapshotChunkDecoder.TEMPLATE_ID)
        {
            receiver.onChunk(chunk.wrapAndApplyHeader(buffer, offset, header), nowNs);
        }
        else if (templateId == SnapshotReplyDecoder.TEMPLATE_ID)
        {
            sender.onReply(reply.wrapAndApplyHeader(buffer, offset, header), nowNs);
        }
    }

    @Override
    public void onPeerConnected(final long memberId)
    {
        // Whoever sends asks until it is answered.
    }

    @Override
    public void onClose()
    {
        sender.close();
        receiver.close();
        links.onClose();
    }

    @Override
    public String roleName()
    {
        return "transfer";
    }

    /** Of a file that is there or not; what cannot be deleted is written over later. */
    static void deleteQuietly(final Path path)
    {
        try
        {
            Files.deleteIfExists(path);
        }
        catch (final IOException ignore)
        {
            return;
        }
    }
}
