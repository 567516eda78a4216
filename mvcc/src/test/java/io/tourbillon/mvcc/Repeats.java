package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Remembered clients that number their writes, and let some come again: each must be answered as it was at first, or be called lost or
 * forgotten where it may be. That nothing was applied twice the state shows.
 */
final class Repeats
{
    private static final String LOST = "error " + ErrorCode.ANSWER_LOST.number();
    private static final String FORGOTTEN = "error " + ErrorCode.OUTCOME_FORGOTTEN.number();

    private final Rig rig;
    private final Random random;
    private final int waitingMax;
    private final List<Client> clients = new ArrayList<>();
    private Client client;
    int repeatCount;

    private record Write(long sequence, byte[] message, String answer)
    {
    }

    private static final class Client
    {
        final long id;
        long sequence;
        /** As if their answers had not come. */
        final List<Write> waiting = new ArrayList<>();
        final List<Write> answered = new ArrayList<>();

        private Client(final long id)
        {
            this.id = id;
        }
    }

    Repeats(final Rig rig, final Random random)
    {
        this.rig = rig;
        this.random = random;
        waitingMax = 1 + random.nextInt(40);
        for (int i = 1 + random.nextInt(3); i > 0; i--)
        {
            clients.add(new Client(rig.openClient()));
        }
    }

    /** Gives the encoded write a number. */
    long number(final Requests requests)
    {
        client = clients.get(random.nextInt(clients.size()));
        while (client.waiting.size() >= waitingMax)
        {
            client.answered.add(client.waiting.remove(0));
        }
        client.sequence += random.nextInt(20) == 0 ? 1 + random.nextInt(60) : 1; // some were refused before they came so far
        requests.number(client.id, client.sequence, client.waiting.isEmpty() ? client.sequence : client.waiting.get(0).sequence);
        return client.sequence;
    }

    /** The write that was numbered last was answered. */
    void onAnswer(final Requests requests, final String answer)
    {
        final byte[] message = new byte[requests.length];
        requests.buffer.getBytes(0, message);
        client.waiting.add(new Write(client.sequence, message, answer));
        if (random.nextInt(3) == 0)
        {
            repeat(client.waiting, false);
        }
        if (!client.answered.isEmpty() && random.nextInt(10) == 0)
        {
            repeat(client.answered, true);
        }
    }

    private void repeat(final List<Write> writes, final boolean mayBeForgotten)
    {
        final Write write = writes.get(random.nextInt(writes.size()));
        final UnsafeBuffer message = new UnsafeBuffer(write.message);
        message.putLong(Protocol.LOWEST_UNANSWERED_OFFSET, client.waiting.get(0).sequence, LITTLE_ENDIAN);
        final String answer = rig.applyAgain(message);
        repeatCount++;
        final boolean isExcused = answer == null || answer.equals(LOST) || write.answer.equals(LOST) ||
            mayBeForgotten && answer.equals(FORGOTTEN);
        if (!isExcused)
        {
            assertEquals(write.answer, answer, () -> "number " + write.sequence + " of client " + client.id + ", again");
        }
        assertTrue(answer == null || !answer.equals(LOST) || rig.mvcc.compactRevision() > 0 || write.answer.equals(LOST),
            "an answer is lost though nothing is compacted");
    }
}
