package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.Crc32c;
import io.tourbillon.codecs.Sha256;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.SnapshotChunkDecoder;
import io.tourbillon.codecs.peer.SnapshotReplyEncoder;
import io.tourbillon.consensus.StateImages;
import io.tourbillon.consensus.StateImages.Image;
import io.tourbillon.consensus.StateLinks;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * Takes an image in, piece by piece: each is proven, written behind the one before, and what is there is told; at the end the whole is
 * proven and offered to the sequencer. Whoever sends may stop and go on; another image takes the place of one that is not whole.
 * Transfer thread; blocks in the disk.
 */
final class ImageReceiver
{
    private static final long REPLY_BYTES = 128 << 10;
    private static final long FORCE_BYTES = 4 << 20;
    /** What is not gone on with for so long is deleted. */
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(60);
    /** Left free on the disk beside the image: the journal needs room. */
    private static final long SPARE_BYTES = 64 << 20;

    private static final long NONE = -1;

    private final StateImages images;
    private final StateLinks links;
    private final InstallExchange installs;
    private final PipelineCounters counters;
    private final long clusterId;
    private final long memberId;
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(256));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final SnapshotReplyEncoder reply = new SnapshotReplyEncoder();
    private final Crc32c crc = new Crc32c();
    private final ByteBuffer piece;
    private final UnsafeBuffer pieceBuffer;

    private FileChannel channel;
    private MessageDigest digest;
    private long imageId;
    private long term;
    private long lastIndex;
    private long lastTerm;
    private long totalLength;
    private long nextOffset;
    private long toldOffset;
    /** Said once of each, or what is on its way behind it would be sent again and again. */
    private long gapOffset;
    private long forcedOffset;
    private long heardNs;
    /** Image that the log has made needless. */
    private long refusedId;
    private boolean isCounted;

    ImageReceiver(final PipelineContext ctx, final InstallExchange installs)
    {
        images = ctx.transfer().images();
        links = ctx.transfer().links();
        counters = ctx.counters();
        clusterId = ctx.clusterId();
        memberId = ctx.memberId();
        this.installs = installs;
        piece = ByteBuffer.allocateDirect(links.messageLengthMax());
        pieceBuffer = new UnsafeBuffer(piece);
    }

    boolean isBusy()
    {
        return channel != null || !installs.isIdle();
    }

    void onChunk(final SnapshotChunkDecoder chunk, final long nowNs)
    {
        if (chunk.peer().term() < counters.term.getAcquire() || !isSound(chunk))
        {
            return; // an old leader learns of the new one elsewhere
        }
        if (!installs.isIdle() && !installs.isReplaced())
        {
            if (chunk.imageId() == imageId)
            {
                tell(chunk, totalLength, ImageSender.GOES_ON);
            }
            return;
        }
        if (chunk.lastIndex() <= counters.committedIndex.getAcquire() || chunk.imageId() == refusedId)
        {
            tell(chunk, chunk.totalLength(), ImageSender.HAS_IT);
            return;
        }
        if (installs.isIdle())
        {
            take(chunk, nowNs);
        }
    }

    private static boolean isSound(final SnapshotChunkDecoder chunk)
    {
        return chunk.totalLength() > 0 && chunk.pieceOffset() >= 0 && chunk.pieceOffset() <= chunk.totalLength() &&
            chunk.lastIndex() > 0 && chunk.lastTerm() > 0 && chunk.lastTerm() <= chunk.peer().term();
    }

    private void take(final SnapshotChunkDecoder chunk, final long nowNs)
    {
        try
        {
            if (channel == null || chunk.imageId() != imageId || chunk.totalLength() != totalLength || chunk.lastIndex() != lastIndex)
            {
                if (channel != null && chunk.peer().term() < term || !begin(chunk))
                {
                    tell(chunk, 0, ImageSender.CANNOT);
                    return;
                }
            }
            heardNs = nowNs;
            term = chunk.peer().term();
            final boolean isQuestion = chunk.pieceLength() == 0;
            if (chunk.pieceOffset() == nextOffset)
            {
                append(chunk);
            }
            else if (chunk.pieceOffset() > nextOffset && gapOffset != nextOffset)
            {
                gapOffset = nextOffset;
                tell(chunk, nextOffset, ImageSender.GAP);
            }
            if (nextOffset == totalLength)
            {
                complete(chunk);
            }
            else if (isQuestion || nextOffset - toldOffset >= REPLY_BYTES)
            {
                tell(chunk, nextOffset, ImageSender.GOES_ON);
            }
        }
        catch (final IOException ex)
        {
            // The disk is full, or sick: the journal will know. Here nothing is lost.
            fail();
            tell(chunk, 0, ImageSender.CANNOT);
        }
    }

    /** False if there is no room for it. */
    private boolean begin(final SnapshotChunkDecoder chunk) throws IOException
    {
        drop();
        if (Files.getFileStore(images.incoming().toAbsolutePath().getParent()).getUsableSpace() < chunk.totalLength() + SPARE_BYTES)
        {
            counters.snapshotsFailed.addRelease(1);
            return false;
        }
        channel = FileChannel.open(images.incoming(), CREATE, WRITE, TRUNCATE_EXISTING);
        digest = Sha256.newDigest();
        imageId = chunk.imageId();
        lastIndex = chunk.lastIndex();
        lastTerm = chunk.lastTerm();
        totalLength = chunk.totalLength();
        nextOffset = 0;
        toldOffset = 0;
        forcedOffset = 0;
        gapOffset = NONE;
        return true;
    }

    /** Takes what comes next if it is whole; if not, the gap behind it has it sent again. */
    private void append(final SnapshotChunkDecoder chunk) throws IOException
    {
        final int length = chunk.pieceLength();
        if (length > totalLength - nextOffset || length > piece.capacity())
        {
            return;
        }
        chunk.getPiece(pieceBuffer, 0, length);
        if ((crc.of(pieceBuffer, 0, length) & 0xFFFF_FFFFL) != chunk.crc())
        {
            counters.snapshotPiecesSpoilt.addRelease(1);
            return;
        }
        digest.update(piece.clear().limit(length));
        piece.rewind();
        while (piece.hasRemaining())
        {
            channel.write(piece);
        }
        nextOffset += length;
        counters.snapshotBytesReceived.addRelease(length);
        if (nextOffset - forcedOffset >= FORCE_BYTES)
        {
            channel.force(false);
            forcedOffset = nextOffset;
        }
    }

    /** All pieces are there: is it what was sent, and a state of ours? */
    private void complete(final SnapshotChunkDecoder chunk) throws IOException
    {
        channel.force(true);
        channel.close();
        final boolean isWhole = OutgoingImage.idOf(digest) == imageId;
        final Image image = isWhole ? images.accept() : null;
        if (image != null && image.index() == lastIndex && image.term() == lastTerm)
        {
            isCounted = false;
            installs.offer(image);
            tell(chunk, totalLength, ImageSender.GOES_ON);
            channel = null;
        }
        else
        {
            fail();
            tell(chunk, 0, isWhole ? ImageSender.CANNOT : ImageSender.GOES_ON);
        }
    }

    int work(final long nowNs) throws IOException
    {
        if (channel != null && nowNs - heardNs > SILENCE_NS)
        {
            fail();
        }
        if (installs.isRefused())
        {
            refusedId = imageId;
            drop();
            installs.end();
            return 1;
        }
        if (installs.isInPlace())
        {
            images.open();
            installs.onOpened();
            return 1;
        }
        return installs.isReplaced() ? tidyUp() : 0;
    }

    private int tidyUp()
    {
        if (!isCounted)
        {
            isCounted = true;
            counters.snapshotsReceived.addRelease(1);
        }
        if (images.closeReplaced())
        {
            installs.end();
            return 1;
        }
        return 0;
    }

    private void tell(final SnapshotChunkDecoder chunk, final long offset, final short outcome)
    {
        toldOffset = offset;
        reply.wrapAndApplyHeader(buffer, 0, header).imageId(chunk.imageId()).nextOffset(offset).outcome(outcome);
        reply.peer().clusterId(clusterId).fromId(memberId).toId(chunk.peer().fromId()).term(chunk.peer().term());
        links.send(chunk.peer().fromId(), buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + reply.encodedLength());
    }

    private void fail()
    {
        counters.snapshotsFailed.addRelease(1);
        drop();
    }

    /** Gives up what has come so far. */
    void drop()
    {
        CloseHelper.quietClose(channel);
        channel = null;
        TransferAgent.deleteQuietly(images.incoming());
    }

    void close()
    {
        CloseHelper.quietClose(channel);
    }
}
