package io.tourbillon.tools.e2e;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A thread of a running node dies, by the hand of a debugger: an agent's that throws, an agent's that ends without a word, the media
 * driver's. The process says so and ends, and from then on nothing is acknowledged; what was is there when it is started again.
 */
@Timeout(240)
class DeathIT
{
    private static final Pattern DEBUGGER = Pattern.compile("Listening for transport dt_socket at address: (\\d+)");
    private static final String[] OPTIONS = {"--mode", "shared", "--driver-timeout-ms", "2000"};
    private static final int PUTS_BEFORE = 20;

    @TempDir
    private Path directory;
    private final int port = NodeProcess.freePorts();

    @ParameterizedTest
    @ValueSource(strings = {"tourbillon-sequencer", "tourbillon-journal"})
    void shouldEndWhenAnAgentThrows(final String threadName) throws Exception
    {
        // What it would throw with no memory left: the JVM has one ready.
        endsWhen(threadName, (vm, thread) -> thread.stop(vm.classesByName("java.lang.OutOfMemoryError").get(0).instances(1).get(0)),
            "OutOfMemoryError");
    }

    @ParameterizedTest
    @ValueSource(strings = "tourbillon-apply")
    void shouldEndWhenAnAgentsThreadEnds(final String threadName) throws Exception
    {
        endsWhen(threadName, (vm, thread) -> thread.interrupt(), threadName);
    }

    @ParameterizedTest
    @ValueSource(strings = "driver-conductor")
    void shouldEndWhenTheMediaDriverStops(final String threadName) throws Exception
    {
        endsWhen(threadName, (vm, thread) -> thread.interrupt(), "the media driver in ");
    }

    private interface Blow
    {
        void strike(VirtualMachine vm, ThreadReference thread) throws Exception;
    }

    private void endsWhen(final String threadName, final Blow blow, final String message) throws Exception
    {
        try (NodeProcess node = NodeProcess.startWithDebugger(directory, port, OPTIONS);
            TourbillonAsyncClient client = connect(node))
        {
            int acknowledged = 0;
            while (acknowledged < PUTS_BEFORE)
            {
                client.put("k" + acknowledged++, "v").get();
            }
            strike(node, threadName, blow);
            acknowledged = putUntilRefused(client, acknowledged);
            awaitMessage(node, message);
            assertThrows(ExecutionException.class, () -> client.put("after", "v").get(), "acknowledged by a dead node");
            assertEquals(1, node.awaitExit(60_000), node.stderr());
            assertTrue(node.stderr().contains("tourbillon: fatal: "), node.stderr());
            verify(acknowledged);
        }
    }

    private static TourbillonAsyncClient connect(final NodeProcess node)
    {
        return TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(node.endpoint())
            .mediaKind(MediaKind.UDP)
            .connectTimeout(Duration.ofSeconds(20))
            .requestTimeout(Duration.ofSeconds(5)));
    }

    private static void strike(final NodeProcess node, final String threadName, final Blow blow) throws Exception
    {
        final Matcher matcher = DEBUGGER.matcher(node.stdout());
        assertTrue(matcher.find(), node.stdout());
        final AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
            .filter((candidate) -> "com.sun.jdi.SocketAttach".equals(candidate.name())).findFirst().orElseThrow();
        final Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(matcher.group(1));
        final VirtualMachine vm = connector.attach(arguments);
        try
        {
            vm.suspend();
            blow.strike(vm, vm.allThreads().stream()
                .filter((thread) -> thread.name().contains(threadName)).findFirst().orElseThrow());
        }
        finally
        {
            vm.dispose(); // lets its threads go on
        }
    }

    private static int putUntilRefused(final TourbillonAsyncClient client, final int first) throws InterruptedException
    {
        int count = first;
        while (true)
        {
            try
            {
                client.put("k" + count, "v").get();
                count++;
            }
            catch (final ExecutionException ex)
            {
                return count; // as it must be
            }
        }
    }

    private static void awaitMessage(final NodeProcess node, final String message)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!node.stderr().contains(message))
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> "does not say " + message + ": " + node.stderr());
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void verify(final int acknowledged) throws Exception
    {
        try (NodeProcess node = NodeProcess.start(directory, port, OPTIONS); TourbillonAsyncClient client = connect(node))
        {
            for (int i = 0; i < acknowledged; i++)
            {
                assertEquals(1, client.get("k" + i).get().kvs().size(), "acknowledged and lost: k" + i);
            }
        }
    }
}
