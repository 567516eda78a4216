package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.mvcc.Auth;
import io.tourbillon.mvcc.Egress;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import java.nio.ByteBuffer;
import java.nio.file.Path;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Snapshots that clients save from this member, one at a time. Apply thread; does not block. What is sent in a duty cycle is bounded, and
 * so is what waits: a client that takes nothing for its connection's time-out loses the session, as with long reads. It ends when who asked
 * for it may do so no longer.
 */
final class SnapshotSaves implements AutoCloseable
{
    private static final int QUEUE_LENGTH = 1 << 20;
    private static final int PARTS_PER_CYCLE = 2;

    private final Path path;
    private final TreeStore store;
    private final ClientEgress egress;
    private final Identity identity;
    private final ControlledMessageHandler sender = this::send;
    /** Made at the first save: few members are ever asked. */
    private OneToOneRingBuffer queue;
    private SnapshotSave save;
    private Thread thread;
    private long credential;
    private long correlationId;
    /** Users as they were when its own was looked at last. */
    private Auth judgedBy;

    SnapshotSaves(final Path path, final TreeStore store, final ClientEgress egress, final Identity identity)
    {
        this.path = path;
        this.store = store;
        this.egress = egress;
        this.identity = identity;
        StoreImages.deleteImage(path); // of a run that ended amid a save
    }

    /** Begins a save for who may have one, or answers that another is under way. */
    void onRequest(final long sessionId, final long itsCredential, final DirectBuffer request, final int offset)
    {
        final long requestId = request.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN);
        final SnapshotParts parts = new SnapshotParts(identity, sessionId, requestId);
        if (save != null)
        {
            egress.reply(sessionId, parts.buffer(), 0, parts.error(ErrorCode.SNAPSHOT_UNDER_WAY, ""));
            return;
        }
        if (queue == null)
        {
            queue = new OneToOneRingBuffer(
                new UnsafeBuffer(ByteBuffer.allocateDirect(QUEUE_LENGTH + RingBufferDescriptor.TRAILER_LENGTH)));
        }
        credential = itsCredential;
        correlationId = requestId;
        judgedBy = null;
        save = new SnapshotSave(new ImageWriter(store.snapshot(), path, false), path, parts, queue);
        thread = new Thread(save, "tourbillon-snapshot");
        thread.setDaemon(true);
        thread.start();
    }

    /** Sends some of what is ready. */
    int doWork(final Auth auth)
    {
        if (save == null)
        {
            return 0;
        }
        if (auth != judgedBy)
        {
            judgedBy = auth;
            judge(auth);
        }
        final boolean hasEnded = save.hasEnded(); // before the queue is looked at: nothing comes into it afterwards
        final int sent = queue.controlledRead(sender, PARTS_PER_CYCLE);
        if (hasEnded && queue.size() == 0)
        {
            save = null;
        }
        return sent;
    }

    /** Users or roles have changed. */
    private void judge(final Auth auth)
    {
        final int refusal = auth.refusalUnlessRoot(credential);
        if (refusal != 0 && !save.isCanceled())
        {
            save.cancel();
            final SnapshotParts parts = new SnapshotParts(identity, save.sessionId(), correlationId);
            egress.reply(save.sessionId(), parts.buffer(), 0, parts.error(ErrorCode.of(refusal), ""));
        }
    }

    private ControlledMessageHandler.Action send(
        final int typeId, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        if (!save.isCanceled())
        {
            final int result = egress.scanPart(save.sessionId(), buffer, offset, length);
            if (result == Egress.BACK_PRESSURED)
            {
                return ControlledMessageHandler.Action.ABORT;
            }
            if (result == Egress.GONE)
            {
                save.cancel();
            }
        }
        return ControlledMessageHandler.Action.CONTINUE;
    }

    void onSessionClosed(final long sessionId)
    {
        if (save != null && save.sessionId() == sessionId)
        {
            save.cancel();
        }
    }

    /** After apply has ended, before the store is closed: waits for the thread, which looks up after each step of a disk. */
    @Override
    public void close()
    {
        boolean isInterrupted = false;
        while (save != null && thread.isAlive())
        {
            save.cancel();
            try
            {
                thread.join();
            }
            catch (final InterruptedException ex)
            {
                isInterrupted = true; // it must not be left with a store that is closed
            }
        }
        if (isInterrupted)
        {
            Thread.currentThread().interrupt();
        }
    }
}
