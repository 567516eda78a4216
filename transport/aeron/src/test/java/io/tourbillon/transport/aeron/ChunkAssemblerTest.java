package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.ChunkDecoder;
import io.tourbillon.codecs.client.ChunkEncoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ChunkAssemblerTest
{
    private static final int REQUEST_LENGTH_MAX = 64 << 10;
    private static final int MEMORY = 4 * REQUEST_LENGTH_MAX;
    private static final long TIMEOUT_NS = 100;

    private final ChunkMemory memory = new ChunkMemory(MEMORY);
    private final ChunkAssembler assembler = new ChunkAssembler(memory, REQUEST_LENGTH_MAX);
    private final Session session = new Session(7, null, 0, 0);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);

    @AfterEach
    void freeMemory()
    {
        memory.giveBack();
    }

    @Test
    void shouldDropWhatIsLeftHalfSaidAndTakeItsMemoryBack()
    {
        for (int id = 1; id <= 4; id++)
        {
            assertEquals(ChunkAssembler.MORE, piece(id, 0));
        }
        assertEquals(-ErrorCode.TOO_MANY_REQUESTS.number(), piece(5, 0));
        assertEquals(0, assembler.sweep(1000, TIMEOUT_NS));
        assertEquals(0, assembler.sweep(1000 + TIMEOUT_NS, TIMEOUT_NS));
        assertEquals(4, assembler.sweep(1001 + TIMEOUT_NS, TIMEOUT_NS));
        assertEquals(0, session.chunkBytes());
        assertEquals(-ErrorCode.MALFORMED.number(), piece(1, 1000), "a piece that comes too late is told so");
        for (int id = 11; id <= 14; id++)
        {
            assertEquals(ChunkAssembler.MORE, piece(id, 0));
        }
        assertTrue(memory.length() <= MEMORY);
    }

    @Test
    void shouldWaitForAMessageThatProgressesButNotForEver()
    {
        piece(1, 0);
        long nowNs = 50;
        int offset = 0;
        while (assembler.sweep(nowNs, TIMEOUT_NS) == 0)
        {
            offset += 1000;
            assertEquals(ChunkAssembler.MORE, piece(1, offset));
            nowNs += TIMEOUT_NS;
            assertTrue(nowNs < 100 * TIMEOUT_NS, "a trickle holds its memory for ever");
        }
        assertTrue(nowNs > 12 * TIMEOUT_NS, "given up after " + nowNs);
    }

    @Test
    void shouldForgiveWhatWasLateForOurOwnStall()
    {
        piece(1, 0);
        assertEquals(0, assembler.sweep(0, TIMEOUT_NS));
        assembler.forgive();
        assertEquals(0, assembler.sweep(50 * TIMEOUT_NS, TIMEOUT_NS));
        assertEquals(0, assembler.sweep(51 * TIMEOUT_NS, TIMEOUT_NS));
        assertEquals(1, assembler.sweep(51 * TIMEOUT_NS + 1, TIMEOUT_NS));
    }

    private int piece(final long chunkedId, final int offset)
    {
        final ChunkEncoder encoder = new ChunkEncoder();
        encoder.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .chunkedId(chunkedId)
            .pieceOffset(offset)
            .totalLength(REQUEST_LENGTH_MAX)
            .putPiece(new byte[1000], 0, 1000);
        return assembler.onChunk(session, new ChunkDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder()));
    }
}
