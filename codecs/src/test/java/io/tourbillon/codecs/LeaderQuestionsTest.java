package io.tourbillon.codecs;

import io.tourbillon.codecs.client.ErrorReplyEncoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseReplyEncoder;
import io.tourbillon.codecs.client.LeaseRequestEncoder;
import io.tourbillon.codecs.client.LeasesKeepAliveEncoder;
import io.tourbillon.codecs.client.LeasesKeptAliveEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a member may ask its leader, and be answered. */
class LeaderQuestionsTest
{
    private static final int OFFSET = 24;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16 * 1024]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    private int lease(final LeaseOperation operation, final int keys)
    {
        final LeaseRequestEncoder request = new LeaseRequestEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        request.leaseId(7).ttlMs(0).operation(operation).keys((short)keys);
        return request.limit() - OFFSET;
    }

    private int renewals(final int count)
    {
        final LeasesKeepAliveEncoder request = new LeasesKeepAliveEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        final LeasesKeepAliveEncoder.LeasesEncoder leases = request.leasesCount(count);
        for (int i = 0; i < count; i++)
        {
            leases.next().id(i);
        }
        return request.limit() - OFFSET;
    }

    private int leaseCount(final int length)
    {
        return LeaderQuestions.leaseCount(buffer, OFFSET, length);
    }

    @Test
    void shouldKnowWhatIsAskedOfALeader()
    {
        assertEquals(1, leaseCount(lease(LeaseOperation.KEEP_ALIVE, 0)));
        assertEquals(1, leaseCount(lease(LeaseOperation.TIME_TO_LIVE, 1)));
        assertEquals(0, leaseCount(lease(LeaseOperation.GRANT, 0)));
        assertEquals(0, leaseCount(lease(LeaseOperation.REVOKE, 0)));
        assertEquals(0, leaseCount(lease(LeaseOperation.LEASES, 0)));
        assertEquals(1, leaseCount(renewals(0)), "also to be told that there are none takes a place");
        assertEquals(256, leaseCount(renewals(Protocol.LEASES_KEPT_ALIVE_MAX)));
        assertEquals(0, leaseCount(renewals(Protocol.LEASES_KEPT_ALIVE_MAX + 1)));
        final PutRequestEncoder put = new PutRequestEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        put.putKey(new byte[1], 0, 1).putValue(new byte[1], 0, 1);
        assertEquals(0, leaseCount(put.limit() - OFFSET));
    }

    @Test
    void shouldAskForKeysOnlyWhereTheyAreWanted()
    {
        lease(LeaseOperation.KEEP_ALIVE, 1);
        assertFalse(LeaderQuestions.wantsKeys(buffer, OFFSET));
        lease(LeaseOperation.TIME_TO_LIVE, 0);
        assertFalse(LeaderQuestions.wantsKeys(buffer, OFFSET));
        final int length = lease(LeaseOperation.TIME_TO_LIVE, 1);
        assertTrue(LeaderQuestions.wantsKeys(buffer, OFFSET));
        LeaderQuestions.dropKeys(buffer, OFFSET);
        assertFalse(LeaderQuestions.wantsKeys(buffer, OFFSET));
        assertEquals(1, leaseCount(length));
        renewals(2);
        assertFalse(LeaderQuestions.wantsKeys(buffer, OFFSET));
    }

    @Test
    void shouldKnowAnswers()
    {
        final LeaseReplyEncoder reply = new LeaseReplyEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        reply.leasesCount(0);
        reply.keysCount(0);
        assertTrue(LeaderQuestions.isAnswer(buffer, OFFSET, reply.limit() - OFFSET));
        assertTrue(LeaderQuestions.isOfOneLease(buffer, OFFSET));
        assertEquals(0, LeaderQuestions.errorCode(buffer, OFFSET));
        final LeasesKeptAliveEncoder kept = new LeasesKeptAliveEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        final LeasesKeptAliveEncoder.LeasesEncoder leases = kept.leasesCount(Protocol.LEASES_KEPT_ALIVE_MAX);
        for (int i = 0; i < Protocol.LEASES_KEPT_ALIVE_MAX; i++)
        {
            leases.next().id(i).ttlMs(1).code(0);
        }
        assertTrue(LeaderQuestions.isAnswer(buffer, OFFSET, kept.limit() - OFFSET), "the longest one fits");
        assertFalse(LeaderQuestions.isOfOneLease(buffer, OFFSET));
        final ErrorReplyEncoder error = new ErrorReplyEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        error.code(ErrorCode.PERMISSION_DENIED.number()).message("no");
        assertTrue(LeaderQuestions.isAnswer(buffer, OFFSET, error.limit() - OFFSET));
        assertEquals(ErrorCode.PERMISSION_DENIED.number(), LeaderQuestions.errorCode(buffer, OFFSET));
        assertFalse(LeaderQuestions.isAnswer(buffer, OFFSET, lease(LeaseOperation.KEEP_ALIVE, 0)), "a question is no answer");
        assertFalse(LeaderQuestions.isAnswer(buffer, OFFSET, LeaderQuestions.LENGTH_MAX + 1));
    }

    @Test
    void shouldTakeNothingThatIsCutOrNoise()
    {
        final int length = renewals(3);
        for (int cut = 0; cut < length; cut++)
        {
            assertEquals(0, leaseCount(cut), "of " + length + " bytes " + cut);
        }
        final long seed = Long.getLong("seed", System.nanoTime());
        final Random random = new Random(seed);
        final byte[] noise = new byte[256];
        for (int i = 0; i < 10_000; i++)
        {
            random.nextBytes(noise);
            buffer.putBytes(OFFSET, noise);
            assertEquals(0, leaseCount(noise.length), "-Dseed=" + seed);
            assertFalse(LeaderQuestions.isAnswer(buffer, OFFSET, noise.length), "-Dseed=" + seed);
        }
    }
}
