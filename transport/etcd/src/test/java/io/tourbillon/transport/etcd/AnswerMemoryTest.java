package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RequestOp;
import io.tourbillon.transport.etcd.api.TxnRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Answers that are longer than the memory for them: refused, where etcd's process would grow. */
@Timeout(60)
class AnswerMemoryTest
{
    private static final int BYTES_MAX = 2 << 20;
    private static final int KEYS = 30;

    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static KVGrpc.KVBlockingStub kv;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory, config -> {}, config -> config.answerBytesMax(BYTES_MAX));
        kv = KVGrpc.newBlockingStub(node.channel()).withMaxInboundMessageSize(Integer.MAX_VALUE);
        for (int i = 0; i < KEYS; i++)
        {
            kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("k/" + (char)('0' + i))).setValue(ByteString.copyFrom(new byte[100_000]))
                .build());
        }
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    private static RangeRequest.Builder range(final int limit)
    {
        return RangeRequest.newBuilder().setKey(copyFromUtf8("k/")).setRangeEnd(copyFromUtf8("k0")).setLimit(limit);
    }

    @Test
    void shouldRefuseWhatIsTooLongAndGiveItsMemoryBack() throws InterruptedException
    {
        for (int i = 0; i < 20; i++)
        {
            assertTooLong(() -> kv.range(range(0).build()));
            assertTooLong(() -> kv.txn(TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestRange(range(15)))
                .addSuccess(RequestOp.newBuilder().setRequestRange(range(15))).build()));
            assertEquals(15, kv.range(range(15).build()).getKvsCount());
        }
        awaitNothingTaken();
    }

    /** Nobody is told what was deleted, but it was: as after any answer that is lost. */
    @Test
    void shouldSayThatAnAnswerIsTooLongAlsoOfADelete() throws InterruptedException
    {
        for (int i = 0; i < KEYS; i++)
        {
            kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("d/" + (char)('0' + i))).setValue(ByteString.copyFrom(new byte[100_000]))
                .build());
        }
        assertTooLong(() -> kv.deleteRange(DeleteRangeRequest.newBuilder()
            .setKey(copyFromUtf8("d/")).setRangeEnd(copyFromUtf8("d0")).setPrevKv(true).build()));
        awaitNothingTaken();
    }

    @Test
    void shouldStreamWhatIsTooLongToBeAnsweredWhole()
    {
        final int[] count = {0};
        kv.rangeStream(range(0).build()).forEachRemaining(part -> count[0] += part.getRangeResponse().getKvsCount());
        assertEquals(KEYS, count[0]);
    }

    private static void awaitNothingTaken() throws InterruptedException
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (node.answerBytes() != 0)
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> node.answerBytes() + " bytes are still taken");
            Thread.onSpinWait();
        }
    }

    private static void assertTooLong(final Executable request)
    {
        final Status status = assertThrows(StatusRuntimeException.class, request).getStatus();
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status::toString);
        assertTrue(status.getDescription().startsWith("tourbillon: answers that wait take too much memory"), status::toString);
    }
}
