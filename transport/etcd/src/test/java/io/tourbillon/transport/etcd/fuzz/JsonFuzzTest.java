package io.tourbillon.transport.etcd.fuzz;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.MethodDescriptor;
import io.netty.util.ResourceLeakDetector;
import io.tourbillon.transport.etcd.http.HttpRig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The gateway with what is not JSON, not a message, or not HTTP: it is answered by a status and in the gateway's words. */
class JsonFuzzTest
{
    private static final Set<Integer> STATUSES =
        Set.of(200, 400, 401, 403, 404, 405, 409, 413, 414, 421, 429, 431, 499, 500, 501, 503, 504);
    private static final Set<String> STREAMS = Set.of("watch", "lease/keepalive", "kv/lease/keepalive", "election/observe",
        "maintenance/snapshot", "election/campaign", "lock/lock");
    private static final String[] PATHS = {"kv/range", "kv/put", "kv/deleterange", "kv/txn", "kv/compaction", "watch", "lease/grant",
        "lease/revoke", "lease/keepalive", "lease/timetolive", "lease/leases", "cluster/member/add", "cluster/member/remove",
        "cluster/member/update", "cluster/member/list", "cluster/member/promote", "maintenance/alarm", "maintenance/status",
        "maintenance/hashkv", "maintenance/transfer-leadership", "maintenance/downgrade", "auth/status", "auth/authenticate",
        "auth/user/add", "auth/user/get", "auth/user/changepw", "auth/role/add", "auth/role/get", "auth/role/grant", "auth/role/revoke",
        "lock/lock", "lock/unlock", "election/campaign", "election/proclaim", "election/leader", "election/observe", "election/resign"};
    private static final List<String> TOKENS = List.of("1e999999999", "-1e-999999999", "9".repeat(5_000), "\"" + "9".repeat(5_000) + "\"",
        "[".repeat(300), "{\"a\":".repeat(300), "[".repeat(20_000), "\"*\"", "\"\\ud800\"", "null", "true", "{}", "[]", "\"\\x\"", "NaN",
        "-", "/*", "//", "'", "\\", "\u0000", ",", ":", "}", "]", "\"", "1.5", "\"1e5\"", "\"NOPE\"");
    private static final int CASES_PER_CONNECTION = 16;
    private static final int CASES_PER_LOOK = 800;
    private static final int CASES_MIN = 20;
    private static final int SHORTLY_MS = 20;
    private static final int PATIENCE_MS = 20_000;

    @TempDir
    private static Path directory;
    private static FuzzFront front;
    private static final Map<String, Message> PROTOTYPES = new TreeMap<>();

    @BeforeAll
    static void launch() throws Exception
    {
        front = new FuzzFront(directory);
        for (final MethodDescriptor<?, ?> method : FuzzFront.methods())
        {
            PROTOTYPES.put(method.getBareMethodName(),
                (Message)((MethodDescriptor.PrototypeMarshaller<?>)method.getRequestMarshaller()).getMessagePrototype());
        }
    }

    @AfterAll
    static void close()
    {
        front.close();
    }

    @Test
    void shouldAnswerWhateverIsAsked() throws Exception
    {
        final FuzzRun run = new FuzzRun(getClass());
        HttpRig rig = new HttpRig(front.address());
        for (Random random = run.next(); random != null; random = run.next())
        {
            if (ask(rig, random, run) || run.caseCount() % CASES_PER_CONNECTION == 0)
            {
                rig.close();
                rig = new HttpRig(front.address());
            }
            if (run.caseCount() % CASES_PER_LOOK == 0)
            {
                front.requireServing(run);
            }
        }
        rig.close();
        front.requireServing(run);
        front.requireSmall(run);
        assertTrue(run.caseCount() > CASES_MIN, run::toString);
    }

    /** Whether the connection is of no more use. */
    private static boolean ask(final HttpRig rig, final Random random, final FuzzRun run) throws Exception
    {
        final String path = PATHS[random.nextInt(PATHS.length)];
        final Object[] types = PROTOTYPES.values().toArray();
        final byte[] sound = JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace().print(
            new RandomMessages(random).like((Message)types[random.nextInt(types.length)])).getBytes(UTF_8);
        final byte[] body = random.nextInt(6) == 0 ? sound : mutated(sound, random);
        final byte[] request = framed(path, body, random);
        final String told = new String(Arrays.copyOf(request, Math.min(600, request.length)), ISO_8859_1) + "; " + run;
        final boolean mayBeSilent = STREAMS.contains(path) || !isSound(request, body);
        rig.patience(mayBeSilent ? SHORTLY_MS : PATIENCE_MS);
        try
        {
            rig.say(request);
            HttpRig.Answer answer = rig.read();
            answer = answer.status() == 100 ? rig.read() : answer;
            requireProper(answer, told);
            return mayBeSilent || "close".equals(answer.headers().get("connection"));
        }
        catch (final SocketTimeoutException ex)
        {
            assertTrue(mayBeSilent, () -> "no answer to " + told);
        }
        catch (final IOException ex)
        {
            assertTrue(mayBeSilent || !isSound(request, body), () -> ex + ": no answer to " + told);
        }
        front.requireQuiet(told);
        return true;
    }

    private static boolean isSound(final byte[] request, final byte[] body)
    {
        final String text = new String(request, ISO_8859_1);
        return text.contains("\r\nContent-Length: " + body.length + "\r\n\r\n") && !text.contains("Transfer");
    }

    private static void requireProper(final HttpRig.Answer answer, final String told)
    {
        assertTrue(STATUSES.contains(answer.status()), () -> answer + " to " + told);
        assertFalse(FuzzFront.speaksOfJava(answer.body()), () -> answer + " to " + told);
        if (answer.status() != 200 && "application/json".equals(answer.headers().get("content-type")))
        {
            final JsonObject error = JsonParser.parseString(answer.body().lines().reduce((first, last) -> last).orElse("{}"))
                .getAsJsonObject();
            assertTrue(error.has("error"), () -> answer + " to " + told);
        }
    }

    private static byte[] mutated(final byte[] sound, final Random random)
    {
        byte[] bytes = sound;
        for (int i = random.nextInt(3); i >= 0; i--)
        {
            final int at = random.nextInt(bytes.length);
            final byte[] token = TOKENS.get(random.nextInt(TOKENS.size())).getBytes(UTF_8);
            bytes = switch (random.nextInt(6))
            {
                case 0 -> Arrays.copyOf(bytes, Math.max(1, at));
                case 1 -> joined(Arrays.copyOf(bytes, at), token, Arrays.copyOfRange(bytes, at, bytes.length));
                case 2 -> afterColon(bytes, at, token);
                case 3 -> joined(Arrays.copyOf(bytes, at), new byte[]{(byte)random.nextInt()}, Arrays.copyOfRange(bytes, at, bytes.length));
                case 4 -> joined(bytes, bytes);
                default -> afterColon(bytes, at, new byte[]{'"', (byte)0xC3, 0x28, (byte)0xED, (byte)0xA0, '"'});
            };
        }
        return bytes;
    }

    /** Another value in place of one. */
    private static byte[] afterColon(final byte[] bytes, final int from, final byte[] value)
    {
        int colonAt = from;
        while (colonAt < bytes.length && bytes[colonAt] != ':')
        {
            colonAt++;
        }
        int end = colonAt;
        while (end < bytes.length && bytes[end] != ',' && bytes[end] != '}')
        {
            end++;
        }
        return joined(Arrays.copyOf(bytes, Math.min(bytes.length, colonAt + 1)), value, Arrays.copyOfRange(bytes, end, bytes.length));
    }

    private static byte[] joined(final byte[]... parts)
    {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (final byte[] part : parts)
        {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A request of HTTP, mostly right. */
    private static byte[] framed(final String path, final byte[] body, final Random random)
    {
        final String length = "Content-Length: " + body.length + "\r\n";
        final String chunked = "Transfer-Encoding: chunked\r\n";
        final byte[] chunks = joined((Integer.toHexString(body.length) + "\r\n").getBytes(UTF_8), body, "\r\n0\r\n\r\n".getBytes(UTF_8));
        return switch (random.nextInt(40))
        {
            case 0 -> request(path, "Content-Length: " + (body.length + 1) + "\r\n", body);
            case 1 -> request(path, "Content-Length: " + Math.max(0, body.length - 1) + "\r\n", body);
            case 2 -> request(path, "Content-Length: -1\r\n", body);
            case 3 -> request(path, "Content-Length: 99999999999999999999\r\n", body);
            case 4 -> request(path, length + "Content-Length: 1\r\n", body);
            case 5 -> request(path, length + chunked, chunks);
            case 6 -> request(path, chunked, body);
            case 7 -> request(path, chunked, joined("FFFFFFFFFFFFFFFFFF\r\n".getBytes(UTF_8), body));
            case 8 -> request(path, chunked, joined("7fffffff\r\n".getBytes(UTF_8), body));
            case 9 -> request(path, chunked, joined("-1\r\n".getBytes(UTF_8), body));
            case 10, 11, 12 -> request(path, chunked, chunks);
            case 13 -> request(path + "%zz", length, body);
            case 14 -> request(path + "?%%%", length, body);
            case 15 -> request(path, length + "X: " + "x".repeat(random.nextInt(100_000)) + "\r\n", body);
            case 16 -> request(path, "X\u0000: \u0001\r\n" + length, body);
            case 17 -> request(path, "Expect: 100-continue\r\n" + length, body);
            default -> request(path, length, body);
        };
    }

    private static byte[] request(final String path, final String headers, final byte[] body)
    {
        return joined(("POST /v3/" + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n").getBytes(UTF_8), body);
    }

    /** What costs more to read than to write. */
    @Test
    void shouldNotBeKeptBusyByNumbersOrDepth() throws Exception
    {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // it writes down who has looked at a buffer, byte by byte
        final String digits = "9".repeat(1_900_000);
        for (final String[] each : new String[][] {
            {"cluster/member/remove", "{\"ID\":1e999999999}"}, {"cluster/member/remove", "{\"ID\":\"1e999999999\"}"},
            {"cluster/member/remove", "{\"ID\":" + digits + "}"}, {"kv/range", "{\"limit\":" + digits + "}"},
            {"kv/range", "{\"limit\":\"" + digits + "\"}"}, {"kv/range", "{\"sort_order\":" + digits + "}"},
            {"kv/range", "{\"sort_order\":1e999999999}"}, {"kv/range", "{\"key\":" + "[".repeat(1 << 20)},
            {"kv/txn", "{\"success\":[{\"request_txn\":".repeat(40_000)}})
        {
            try (HttpRig rig = new HttpRig(front.address()))
            {
                rig.patience(10_000);
                final HttpRig.Answer answer = rig.post("/v3/" + each[0], each[1]);
                assertEquals(400, answer.status(), () -> each[1].substring(0, Math.min(100, each[1].length())) + ": " + answer);
                requireProper(answer, each[0]);
            }
        }
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        front.requireServing("after numbers");
    }
}
