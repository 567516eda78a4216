package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.StatusResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.UnknownOutcomeException;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three members as processes, of which the leader is killed while a client writes to it: each write is applied once, and answered. */
@Timeout(180)
class OnceClusterTest
{
    private static final int MEMBERS = 3;
    private static final int WINDOW = 64;
    private static final int WRITES_BEFORE = 2_000;
    private static final int WRITES_AMID = 1_000;
    private static final int WRITES_AFTER = 500;
    private static final String KEY = "counter";
    private static final long START_NS = TimeUnit.SECONDS.toNanos(60); // three processes at once, on few cores

    @TempDir
    Path directory;
    private final NodeConfig[] configs = new NodeConfig[MEMBERS];
    private final NodeProcess[] members = new NodeProcess[MEMBERS];
    private final Set<Long> revisions = new HashSet<>();
    private int refusedCount;
    private int unknownCount;

    @BeforeEach
    void launch() throws IOException
    {
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++)
        {
            configs[i] = TestConfig.in(directory)
                .set(NodeOption.NAME, "m" + i)
                .set(NodeOption.DATA_DIR, directory.resolve("m" + i).toString());
            names.add("m" + i + "=" + configs[i].text(NodeOption.LISTEN_PEER));
        }
        for (int i = 0; i < MEMBERS; i++)
        {
            configs[i].set(NodeOption.INITIAL_CLUSTER, String.join(",", names)).set(NodeOption.INITIAL_CLUSTER_TOKEN, "once");
            members[i] = NodeProcess.launch(configs[i], directory.resolve("m" + i + ".out"), List.of(), List.of());
        }
        for (final NodeProcess member : members)
        {
            Await.until(() -> "a member to serve:\n" + member.output(), START_NS, member::isReady);
        }
    }

    @AfterEach
    void close()
    {
        for (int i = 0; i < MEMBERS; i++)
        {
            members[i].kill();
            IoUtil.delete(DriverDirectory.of(configs[i].clientPort()).toFile(), true);
        }
    }

    private TourbillonAsyncClient connect(final String endpoints, final MediaKind kind)
    {
        return TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(endpoints).mediaKind(kind).connectTimeout(Duration.ofSeconds(20)).requestTimeout(Duration.ofSeconds(40)));
    }

    private String endpoint(final int member)
    {
        return configs[member % MEMBERS].text(NodeOption.LISTEN_CLIENT);
    }

    private int leader() throws Exception
    {
        for (int i = 0; ; i = (i + 1) % MEMBERS)
        {
            try (TourbillonAsyncClient client = connect(endpoint(i), MediaKind.UDP))
            {
                final StatusResult status = client.status().get(20, TimeUnit.SECONDS);
                if (status.leaderId() == status.header().memberId())
                {
                    return i;
                }
            }
        }
    }

    @Test
    void shouldApplyEachWriteOnceWhenTheLeaderDies() throws Exception
    {
        final int leader = leader();
        final String endpoints = endpoint(leader) + "," + endpoint(leader + 1) + "," + endpoint(leader + 2);
        try (TourbillonAsyncClient client = connect(endpoints, MediaKind.UDP))
        {
            final ArrayDeque<CompletableFuture<PutResult>> waiting = new ArrayDeque<>();
            for (int i = 0; i < WRITES_BEFORE; i++)
            {
                waiting.add(client.put(KEY, "v" + i));
                while (waiting.size() >= WINDOW)
                {
                    settle(waiting.poll());
                }
            }
            for (int i = 0; i < WRITES_AMID; i++)
            {
                waiting.add(client.put(KEY, "amid" + i)); // several batches: others have what the leader has not answered
            }
            while (waiting.size() > WRITES_AMID - 1)
            {
                settle(waiting.poll());
            }
            members[leader].kill();
            for (int i = 0; i < WRITES_AFTER; i++)
            {
                waiting.add(client.put(KEY, "after" + i));
            }
            while (!waiting.isEmpty())
            {
                settle(waiting.poll());
            }
            assertEquals(0, unknownCount, "outcomes that nobody knows");
            assertTrue(revisions.size() >= WRITES_BEFORE, () -> "answered: " + revisions.size());
            assertEquals(revisions.size(), client.get(KEY).get(40, TimeUnit.SECONDS).first().version(),
                () -> "writes that were applied, with " + refusedCount + " that were refused");
        }
    }

    private void settle(final CompletableFuture<PutResult> future) throws Exception
    {
        try
        {
            assertTrue(revisions.add(future.get(60, TimeUnit.SECONDS).header().revision()), "two writes in one revision");
        }
        catch (final ExecutionException ex)
        {
            unknownCount += ex.getCause() instanceof UnknownOutcomeException ? 1 : 0;
            refusedCount++;
        }
    }
}
