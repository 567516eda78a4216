package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.Crc32c;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.SnapshotChunkEncoder;
import io.tourbillon.codecs.peer.SnapshotReplyDecoder;
import io.tourbillon.consensus.StateImages;
import io.tourbillon.consensus.StateImages.Image;
import io.tourbillon.consensus.StateLinks;
import io.tourbillon.consensus.pipeline.TransferExchange.Ended;
import io.tourbillon.consensus.pipeline.TransferExchange.Order;
import io.tourbillon.journal.Journal;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Sends one image to whoever lacks too much: made once, sent to each from where it says that it is, at a bounded rate, a bounded piece
 * ahead of its word. The journal is kept behind the image meanwhile, or whoever has installed it would lack too much again.
 * Transfer thread.
 */
final class ImageSender
{
    static final short GOES_ON = 0;
    static final short HAS_IT = 1;
    static final short CANNOT = 2;
    static final short GAP = 3;

    private static final long WINDOW_BYTES = 1 << 20;
    private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long RESEND_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(5);
    /** An image is kept so long for the next one who asks, or the same one again. */
    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(3);
    /** More of the journal is not kept for it. */
    private static final long KEPT_BYTES_MAX = 2L << 30;
    private static final int PIECE_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + SnapshotChunkEncoder.BLOCK_LENGTH +
        SnapshotChunkEncoder.pieceHeaderLength();
    private static final int NOTHING = 0;

    /** Whom it is sent to. */
    private static final class Target
    {
        private final long id;
        private final long term;
        private long sentOffset;
        private long heardOffset;
        private boolean isAnswered;
        private long heardNs;
        private long movedNs;
        private long askedNs;

        private Target(final long id, final long term, final long nowNs)
        {
            this.id = id;
            this.term = term;
            reset(nowNs);
        }

        private void reset(final long nowNs)
        {
            isAnswered = false;
            heardNs = nowNs;
            askedNs = nowNs - ASK_NS;
        }
    }

    private final StateImages images;
    private final StateLinks links;
    private final Journal journal;
    private final TransferExchange exchange;
    private final PipelineCounters counters;
    private final long clusterId;
    private final long memberId;
    private final long bytesPerSecond;
    private final List<Target> targets = new ArrayList<>();
    private final ByteBuffer bytes;
    private final UnsafeBuffer buffer;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final SnapshotChunkEncoder chunk = new SnapshotChunkEncoder();
    private final Crc32c crc = new Crc32c();
    private OutgoingImage outgoing;
    private boolean isMaking;
    private long usedNs;
    private long paidNs;
    private long allowance;
    private long keptFromBytes;

    ImageSender(final PipelineContext ctx, final TransferExchange exchange)
    {
        images = ctx.transfer().images();
        links = ctx.transfer().links();
        bytesPerSecond = ctx.transfer().bytesPerSecond();
        journal = ctx.journal();
        counters = ctx.counters();
        clusterId = ctx.clusterId();
        memberId = ctx.memberId();
        this.exchange = exchange;
        bytes = ByteBuffer.allocateDirect(links.messageLengthMax());
        buffer = new UnsafeBuffer(bytes);
    }

    void begin(final long nowNs)
    {
        paidNs = nowNs;
    }

    int targetCount()
    {
        return targets.size();
    }

    void onOrder(final Order order, final long nowNs)
    {
        if (order.toId() == Order.TO_NOBODY)
        {
            targets.clear();
            return;
        }
        targets.removeIf((target) -> target.id == order.toId());
        targets.add(new Target(order.toId(), order.term(), nowNs));
    }

    void onReply(final SnapshotReplyDecoder reply, final long nowNs)
    {
        final Target target = find(reply.peer().fromId());
        if (target == null || outgoing == null || reply.imageId() != outgoing.id() || reply.nextOffset() > outgoing.length())
        {
            return;
        }
        target.heardNs = nowNs;
        if (reply.outcome() == HAS_IT)
        {
            end(target, outgoing.image().index());
        }
        else if (reply.outcome() == CANNOT)
        {
            end(target, NOTHING);
        }
        else
        {
            onProgress(target, reply.nextOffset(), reply.outcome() == GAP, nowNs);
        }
    }

    private static void onProgress(final Target target, final long nextOffset, final boolean isGap, final long nowNs)
    {
        if (!target.isAnswered || isGap || nextOffset < target.heardOffset)
        {
            target.sentOffset = nextOffset; // where it was interrupted, or where it has to begin anew
        }
        if (!target.isAnswered || nextOffset != target.heardOffset)
        {
            target.movedNs = nowNs;
        }
        target.isAnswered = true;
        target.heardOffset = nextOffset;
        target.sentOffset = Math.max(target.sentOffset, nextOffset);
    }

    int work(final long nowNs)
    {
        pay(nowNs);
        if (targets.isEmpty())
        {
            return rest(nowNs);
        }
        usedNs = nowNs;
        try
        {
            return outgoing == null ? make(nowNs) : sendToAll(nowNs);
        }
        catch (final IOException ex)
        {
            // A full disk, an image that took too long: the core asks again.
            forget();
            while (!targets.isEmpty() && end(targets.get(0), NOTHING))
            {
                continue;
            }
            return 1;
        }
    }

    private int rest(final long nowNs)
    {
        if ((outgoing != null || isMaking) && nowNs - usedNs > IDLE_NS)
        {
            forget();
        }
        return 0;
    }

    private void pay(final long nowNs)
    {
        final long secondNs = TimeUnit.SECONDS.toNanos(1);
        final long earned = Math.min(secondNs, nowNs - paidNs) * (bytesPerSecond >> 10) / (secondNs >> 10);
        if (earned > 0)
        {
            allowance = Math.min(allowance + earned, Math.max(WINDOW_BYTES, bytesPerSecond / 8));
            paidNs = nowNs;
        }
    }

    private int make(final long nowNs) throws IOException
    {
        if (!isMaking)
        {
            isMaking = true;
            keptFromBytes = journal.appendedBytes();
            counters.keptIndex.setRelease(counters.appliedIndex.getAcquire());
        }
        keepJournal();
        final Image image = images.make();
        if (image != null)
        {
            isMaking = false;
            outgoing = new OutgoingImage(image, images.outgoing());
        }
        for (final Target target : targets)
        {
            target.reset(nowNs);
        }
        return image == null ? 0 : 1;
    }

    private void keepJournal()
    {
        if (journal.appendedBytes() - keptFromBytes > KEPT_BYTES_MAX)
        {
            counters.keptIndex.setRelease(0);
        }
    }

    private int sendToAll(final long nowNs) throws IOException
    {
        keepJournal();
        if (journal.termOf(outgoing.image().index()) == Journal.UNKNOWN_TERM)
        {
            forget(); // the log does not go on behind it any more
            return 1;
        }
        if (!outgoing.prepare())
        {
            targets.forEach((target) -> target.reset(nowNs));
            return 1;
        }
        int workCount = 0;
        for (int i = targets.size() - 1; i >= 0; i--)
        {
            workCount += send(targets.get(i), nowNs);
        }
        return workCount;
    }

    private int send(final Target target, final long nowNs) throws IOException
    {
        if (nowNs - target.heardNs > SILENCE_NS)
        {
            end(target, NOTHING);
            return 1;
        }
        final boolean isAllSent = target.sentOffset == outgoing.length();
        if (target.isAnswered && nowNs - target.movedNs > RESEND_NS && target.heardOffset < target.sentOffset)
        {
            target.sentOffset = target.heardOffset;
            target.movedNs = nowNs;
        }
        if (!target.isAnswered || isAllSent)
        {
            if (nowNs - target.askedNs >= ASK_NS)
            {
                target.askedNs = nowNs;
                sendPiece(target, target.isAnswered ? target.sentOffset : 0, 0);
            }
            return 0;
        }
        return sendPieces(target);
    }

    private int sendPieces(final Target target) throws IOException
    {
        int workCount = 0;
        while (allowance > 0 && target.sentOffset < outgoing.length() && target.sentOffset - target.heardOffset < WINDOW_BYTES)
        {
            final int length = (int)Math.min(bytes.capacity() - PIECE_OFFSET, outgoing.length() - target.sentOffset);
            if (!sendPiece(target, target.sentOffset, length))
            {
                return workCount;
            }
            target.sentOffset += length;
            allowance -= length;
            counters.snapshotBytesSent.addRelease(length);
            workCount++;
        }
        return workCount;
    }

    private boolean sendPiece(final Target target, final long offset, final int length) throws IOException
    {
        outgoing.readFully(bytes.clear().limit(PIECE_OFFSET + length).position(PIECE_OFFSET), offset);
        chunk.wrapAndApplyHeader(buffer, 0, header)
            .lastIndex(outgoing.image().index())
            .lastTerm(outgoing.image().term())
            .imageId(outgoing.id())
            .pieceOffset(offset)
            .totalLength(outgoing.length())
            .crc(crc.of(buffer, PIECE_OFFSET, length) & 0xFFFF_FFFFL);
        chunk.peer().clusterId(clusterId).fromId(memberId).toId(target.id).term(target.term);
        buffer.putInt(PIECE_OFFSET - Integer.BYTES, length, LITTLE_ENDIAN);
        return links.send(target.id, buffer, 0, PIECE_OFFSET + length);
    }

    /** True if the sequencer will hear of it; if not, the target stays and it is tried again. */
    private boolean end(final Target target, final long lastIndex)
    {
        if (!exchange.end(new Ended(target.id, target.term, lastIndex)))
        {
            return false;
        }
        targets.remove(target);
        (lastIndex > 0 ? counters.snapshotsSent : counters.snapshotsFailed).addRelease(1);
        return true;
    }

    private Target find(final long id)
    {
        for (final Target target : targets)
        {
            if (target.id == id)
            {
                return target;
            }
        }
        return null;
    }

    private void forget()
    {
        isMaking = false;
        CloseHelper.quietClose(outgoing);
        outgoing = null;
        images.drop();
        counters.keptIndex.setRelease(0);
    }

    void close()
    {
        forget();
    }
}
