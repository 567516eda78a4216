package io.tourbillon.transport.etcd.fuzz;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each RPC with messages that are not right, and frames that are not: it is answered by a status, on a connection that goes on. */
class ProtobufFuzzTest
{
    private static final int UNKNOWN = 2;
    private static final int INTERNAL = 13;
    private static final int UNIMPLEMENTED = 12;
    private static final int RESOURCE_EXHAUSTED = 8;
    /** Those that may wait for somebody else, or say nothing, for as long as they like. */
    private static final Set<String> PATIENT = Set.of("etcdserverpb.Watch/Watch", "v3electionpb.Election/Observe",
        "v3electionpb.Election/Campaign", "v3lockpb.Lock/Lock", "grpc.health.v1.Health/Watch", "etcdserverpb.Lease/LeaseKeepAlive");
    /** What has no code of its own with etcd either. */
    private static final List<String> UNKNOWN_TEXTS = List.of("etcdserver: ", "mutex: ", "election: ", "\"leader\" field");
    private static final int CASES_PER_LOOK = 500;
    private static final int AT_ONCE = 20;
    private static final int TOLD_MAX = 400;

    @TempDir
    private static Path directory;
    private static FuzzFront front;

    @BeforeAll
    static void launch() throws Exception
    {
        front = new FuzzFront(directory);
    }

    @AfterAll
    static void close()
    {
        front.close();
    }

    @Test
    void shouldAnswerWhateverAMessageIs() throws Exception
    {
        final FuzzRun run = new FuzzRun(getClass());
        Http2Rig rig = Http2Rig.begun(front.address());
        final List<Asked> asked = new ArrayList<>();
        for (Random random = run.next(); random != null; random = run.next())
        {
            asked.add(ask(rig, random, run));
            if (asked.size() == AT_ONCE)
            {
                settle(rig, asked);
            }
            if (run.caseCount() % CASES_PER_LOOK == 0)
            {
                front.requireServing(run);
                rig.close();
                rig = Http2Rig.begun(front.address());
                asked.clear();
            }
        }
        settle(rig, asked);
        rig.close();
        front.requireServing(run);
        front.requireSmall(run);
        assertTrue(run.caseCount() > AT_ONCE, run::toString);
    }

    /** A call that was begun, and is answered in time if it must be: by a status, or else, if its frame lies, by a reset. */
    private record Asked(int stream, boolean mustEnd, boolean isFramed, String told)
    {
    }

    private static Asked ask(final Http2Rig rig, final Random random, final FuzzRun run)
    {
        final List<MethodDescriptor<?, ?>> methods = FuzzFront.methods();
        final MethodDescriptor<?, ?> method = methods.get(random.nextInt(methods.size()));
        final String name = method.getFullMethodName();
        final Message prototype = (Message)((MethodDescriptor.PrototypeMarshaller<?>)method.getRequestMarshaller()).getMessagePrototype();
        final byte[] sound = new RandomMessages(random).like(prototype).toByteArray();
        final byte[] bytes = random.nextInt(5) == 0 ? sound : new Mutations(random).of(sound);
        final int stream = rig.call(name);
        final byte[] framed = framed(bytes, random);
        final boolean isWhole = random.nextInt(16) > 0;
        rig.data(stream, framed, isWhole);
        return new Asked(stream, isWhole && !PATIENT.contains(name), Arrays.equals(framed, Http2Rig.message(bytes)),
            name + " " + HexFormat.of().formatHex(framed, 0, Math.min(TOLD_MAX, framed.length)) + "; " + run);
    }

    private static void settle(final Http2Rig rig, final List<Asked> asked) throws Exception
    {
        rig.flush();
        for (final Asked each : asked)
        {
            final Http2Rig.Outcome outcome;
            try
            {
                outcome = each.mustEnd ? rig.await(each.stream) : rig.seen(each.stream);
            }
            catch (final SocketTimeoutException ex)
            {
                front.requireQuiet(each.told);
                throw new AssertionError("no answer to " + each.told, ex);
            }
            if (outcome != null && (each.isFramed || !outcome.message().startsWith("reset")))
            {
                requireProper(outcome, each.told);
            }
            else if (outcome == null)
            {
                rig.frame(Http2Rig.RST_STREAM, 0, each.stream, Http2Rig.number(Http2Rig.CANCEL));
            }
        }
        asked.clear();
    }

    private static void requireProper(final Http2Rig.Outcome outcome, final String told)
    {
        final boolean isKnown = outcome.status() != UNKNOWN || UNKNOWN_TEXTS.stream().anyMatch(outcome.message()::startsWith);
        assertTrue(outcome.status() >= 0 && isKnown && !FuzzFront.speaksOfJava(outcome.message()), () ->
        {
            front.requireQuiet(outcome + " to " + told);
            return outcome + " to " + told;
        });
    }

    /** As it should be, or with a length or a flag that lies, or cut off, or twice. */
    private static byte[] framed(final byte[] bytes, final Random random)
    {
        final byte[] right = Http2Rig.message(bytes);
        return switch (random.nextInt(24))
        {
            case 0 -> Http2Rig.message(1, bytes, bytes.length);
            case 1 -> Http2Rig.message(random.nextInt(256), bytes, bytes.length);
            case 2 -> Http2Rig.message(0, bytes, random.nextInt());
            case 3 -> Http2Rig.message(0, bytes, bytes.length + 1);
            case 4 -> Http2Rig.message(0, bytes, Math.max(0, bytes.length - 1));
            case 5 -> Arrays.copyOf(right, random.nextInt(right.length));
            case 6 ->
            {
                final byte[] twice = Arrays.copyOf(right, 2 * right.length);
                System.arraycopy(right, 0, twice, right.length, right.length);
                yield twice;
            }
            default -> right;
        };
    }

    /** Codes as those of etcd's own library. */
    @Test
    void shouldSayWhatIsWrongAsEtcdDoes() throws Exception
    {
        final byte[] range = {0x0A, 1, 'k'};
        try (Http2Rig rig = Http2Rig.begun(front.address()))
        {
            assertEquals(INTERNAL, status(rig, Http2Rig.message(new byte[]{0x0A, 9, 'k'})));
            assertEquals(INTERNAL, status(rig, Http2Rig.message(1, range, range.length)));
            assertEquals(INTERNAL, status(rig, Http2Rig.message(0, range, range.length + 1)));
            assertEquals(INTERNAL, status(rig, new byte[0]));
            assertEquals(RESOURCE_EXHAUSTED, status(rig, Http2Rig.message(0, range, Integer.MAX_VALUE)));
            assertEquals(UNIMPLEMENTED, status(rig, "etcdserverpb.KV/Nope", Http2Rig.message(range)));
            assertEquals(0, status(rig, Http2Rig.message(range)));
        }
        front.requireServing("after what is wrong");
    }

    private static int status(final Http2Rig rig, final byte[] data) throws Exception
    {
        return status(rig, "etcdserverpb.KV/Range", data);
    }

    private static int status(final Http2Rig rig, final String method, final byte[] data) throws Exception
    {
        final int stream = rig.call(method);
        rig.data(stream, data, true);
        rig.flush();
        final Http2Rig.Outcome outcome = rig.await(stream);
        requireProper(outcome, method);
        return outcome.status();
    }
}
