package io.tourbillon.transport.client;

import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.client.ChunkDecoder;
import org.agrona.concurrent.UnsafeBuffer;

/** Puts the pieces of one chunked message of a client together. */
final class FakeAssembly
{
    private byte[] assembled;
    private int length;

    /** The whole message if this was its last piece; else null. */
    UnsafeBuffer onChunk(final ChunkDecoder chunk)
    {
        if (chunk.pieceOffset() == 0)
        {
            assembled = new byte[(int)chunk.totalLength()];
            length = 0;
        }
        if (chunk.pieceOffset() != length)
        {
            throw new AssertionError("gap in chunks");
        }
        length += chunk.getPiece(assembled, length, chunk.pieceLength());
        if (length < assembled.length)
        {
            return null;
        }
        final UnsafeBuffer whole = new UnsafeBuffer(assembled);
        if (MessageValidator.check(whole, 0, length) != MessageValidator.SOUND)
        {
            throw new AssertionError("the client sent a chunked message that is not sound");
        }
        return whole;
    }
}
