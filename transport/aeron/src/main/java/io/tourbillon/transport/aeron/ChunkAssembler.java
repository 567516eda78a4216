package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.ChunkDecoder;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Puts the messages of one connection together that arrive in pieces, within a bound for each session and one for all. Sequencer.
 */
final class ChunkAssembler
{
    /** The piece was taken; more are to come. */
    static final int MORE = 0;
    /** The message is whole: see {@link #buffer()}; then {@link #release()}. */
    static final int WHOLE = 1;
    /** A later piece of a message that was refused before, or of none: nothing to say. */
    static final int IGNORED = 2;

    /** A session may have so many of the longest requests under way in pieces. */
    private static final int MESSAGES_MAX = 4;
    /** Time-outs that a message may take from its first piece to its last: a minute as set, for the longest over a slow line. */
    private static final int TIMEOUTS_MAX = 12;

    private static final class Assembly
    {
        private Session session;
        private UnsafeBuffer buffer;
        private int totalLength;
        private int length;
        private boolean isSwept;
        /** At the first sweep, and at the last one that found more than the one before. */
        private long sinceNs;
        private long progressNs;
        private int progressLength;
    }

    private final ChunkMemory memory;
    private final int requestLengthMax;
    private final Long2ObjectHashMap<Assembly> assemblies = new Long2ObjectHashMap<>();
    private Assembly spare;
    private long wholeId;
    private Assembly whole;
    private long rejectedId;
    private boolean hasRejected;

    ChunkAssembler(final ChunkMemory memory, final int requestLengthMax)
    {
        this.memory = memory;
        this.requestLengthMax = requestLengthMax;
    }

    /**
     * Takes one piece.
     *
     * @param session that the piece names.
     * @param chunk   validated.
     * @return {@link #MORE}, {@link #WHOLE}, {@link #IGNORED}, or minus the number of an error.
     */
    int onChunk(final Session session, final ChunkDecoder chunk)
    {
        assert whole == null : "not released";
        final long chunkedId = chunk.chunkedId();
        final long pieceOffset = chunk.pieceOffset();
        final long totalLength = chunk.totalLength();
        Assembly assembly = assemblies.get(chunkedId);
        if (assembly == null)
        {
            if (pieceOffset != 0)
            {
                return hasRejected && chunkedId == rejectedId ? IGNORED : reject(chunkedId, ErrorCode.MALFORMED);
            }
            final ErrorCode refusal = begin(session, chunkedId, totalLength);
            if (refusal != null)
            {
                return reject(chunkedId, refusal);
            }
            assembly = assemblies.get(chunkedId);
        }
        return append(assembly, session, chunk, pieceOffset, totalLength);
    }

    private int append(
        final Assembly assembly, final Session session, final ChunkDecoder chunk, final long pieceOffset, final long totalLength)
    {
        final int pieceLength = chunk.pieceLength();
        final boolean fits = pieceOffset == assembly.length &&
            totalLength == assembly.totalLength &&
            pieceLength > 0 &&
            pieceLength <= assembly.totalLength - assembly.length &&
            session == assembly.session;
        if (!fits)
        {
            end(chunk.chunkedId(), assembly);
            return reject(chunk.chunkedId(), ErrorCode.MALFORMED);
        }
        chunk.getPiece(assembly.buffer, assembly.length, pieceLength);
        assembly.length += pieceLength;
        if (assembly.length < assembly.totalLength)
        {
            return MORE;
        }
        whole = assembly;
        wholeId = chunk.chunkedId();
        return WHOLE;
    }

    private ErrorCode begin(final Session session, final long chunkedId, final long totalLength)
    {
        if (totalLength > requestLengthMax)
        {
            return ErrorCode.REQUEST_TOO_LARGE;
        }
        if (totalLength <= 0)
        {
            return ErrorCode.MALFORMED;
        }
        if (session.chunkBytes() + totalLength > (long)MESSAGES_MAX * requestLengthMax)
        {
            return ErrorCode.TOO_MANY_REQUESTS;
        }
        final UnsafeBuffer buffer = memory.acquire((int)totalLength);
        if (buffer == null)
        {
            return ErrorCode.TOO_MANY_REQUESTS;
        }
        final Assembly assembly = spare == null ? new Assembly() : spare;
        spare = null;
        assembly.session = session;
        assembly.buffer = buffer;
        assembly.totalLength = (int)totalLength;
        assembly.length = 0;
        assembly.isSwept = false;
        session.addChunkBytes(totalLength);
        assemblies.put(chunkedId, assembly);
        return null;
    }

    private int reject(final long chunkedId, final ErrorCode code)
    {
        hasRejected = true;
        rejectedId = chunkedId;
        return -code.number();
    }

    private void end(final long chunkedId, final Assembly assembly)
    {
        assemblies.remove(chunkedId);
        assembly.session.addChunkBytes(-assembly.totalLength);
        memory.release(assembly.buffer);
        assembly.buffer = null;
        assembly.session = null;
        spare = assembly;
    }

    /** @return the message that is whole, from offset 0. */
    DirectBuffer buffer()
    {
        return whole.buffer;
    }

    /** @return length of the message that is whole, in bytes. */
    int length()
    {
        return whole.totalLength;
    }

    /** Takes the memory of the message that is whole back. */
    void release()
    {
        final Assembly done = whole;
        whole = null;
        end(wholeId, done);
    }

    /**
     * Drops what its sender has left half said: no piece came for one time-out, or not the last one for twelve. A piece that comes still is
     * answered as one of no message. To be called often, for these times are counted from call to call.
     *
     * @param nowNs     the time.
     * @param timeoutNs of a connection.
     * @return messages dropped.
     */
    int sweep(final long nowNs, final long timeoutNs)
    {
        if (assemblies.isEmpty())
        {
            return 0;
        }
        int dropped = 0;
        final Long2ObjectHashMap<Assembly>.EntryIterator iterator = assemblies.entrySet().iterator();
        while (iterator.hasNext())
        {
            iterator.next();
            final Assembly assembly = iterator.getValue();
            if (!assembly.isSwept || assembly.length > assembly.progressLength)
            {
                assembly.sinceNs = assembly.isSwept ? assembly.sinceNs : nowNs;
                assembly.isSwept = true;
                assembly.progressNs = nowNs;
                assembly.progressLength = assembly.length;
            }
            if (nowNs - assembly.progressNs > timeoutNs || nowNs - assembly.sinceNs > TIMEOUTS_MAX * timeoutNs)
            {
                iterator.remove();
                assembly.session.addChunkBytes(-assembly.totalLength);
                memory.release(assembly.buffer);
                dropped++;
            }
        }
        return dropped;
    }

    /** We were away: what was sent meanwhile may still lie in the socket, and no message is late for it. */
    void forgive()
    {
        for (final Assembly assembly : assemblies.values())
        {
            assembly.isSwept = false;
        }
    }

    /**
     * Drops what a session has under way.
     *
     * @param session that ends.
     */
    void onSessionClosed(final Session session)
    {
        if (session.chunkBytes() == 0)
        {
            return;
        }
        final Long2ObjectHashMap<Assembly>.EntryIterator iterator = assemblies.entrySet().iterator();
        while (iterator.hasNext())
        {
            iterator.next();
            final Assembly assembly = iterator.getValue();
            if (assembly.session == session)
            {
                iterator.remove();
                session.addChunkBytes(-assembly.totalLength);
                memory.release(assembly.buffer);
            }
        }
    }
}
