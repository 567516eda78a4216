package io.tourbillon.perf.echo;

import io.tourbillon.perf.Durations;
import io.tourbillon.perf.Machine;
import io.tourbillon.perf.Tool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code perf/bin/echo}: what a round trip costs when nothing is done with the request. */
@Command(name = "echo", mixinStandardHelpOptions = true, sortOptions = false,
    description = "The floor: a bare Aeron echo with our message sizes and channel settings. Exit code 1: a run was void.")
public final class Echo implements Callable<Integer>
{
    @Option(names = "--transport", split = ",", defaultValue = "ipc,udp", description = "ipc, udp or both. Default: ${DEFAULT-VALUE}")
    private List<String> transports;

    @Option(names = "--window", split = ",", defaultValue = "1,64,512", description = "Requests in flight. Default: ${DEFAULT-VALUE}")
    private List<Integer> windows;

    @Option(names = "--request-size", defaultValue = "" + EchoConfig.PUT_REQUEST_LENGTH,
        description = "Bytes there. Default: ${DEFAULT-VALUE}, a put of a 32 B key and a 256 B value")
    private int requestLength;

    @Option(names = "--reply-size", defaultValue = "" + EchoConfig.PUT_REPLY_LENGTH, description = "Bytes back. Default: ${DEFAULT-VALUE}")
    private int replyLength;

    @Option(names = "--duration", defaultValue = "5s", description = "Of measuring. Default: ${DEFAULT-VALUE}")
    private String duration;

    @Option(names = "--warmup", defaultValue = "2s", description = "Before measuring. Default: ${DEFAULT-VALUE}")
    private String warmup;

    @Option(names = "--idle", defaultValue = "backoff", description = "backoff (as a node by default) or busy. Default: ${DEFAULT-VALUE}")
    private String idle;

    @Option(names = "--mtu", defaultValue = "" + EchoConfig.MTU_LENGTH, description = "UDP datagram. Default: ${DEFAULT-VALUE}")
    private int mtuLength;

    @Option(names = "--term", defaultValue = "" + EchoConfig.TERM_LENGTH, description = "Term length. Default: ${DEFAULT-VALUE}")
    private int termLength;

    @Option(names = "--port", defaultValue = "24790", description = "First of two UDP ports. Default: ${DEFAULT-VALUE}")
    private int port;

    /**
     * Runs it.
     *
     * @param args options.
     */
    public static void main(final String[] args)
    {
        Tool.run(new Echo(), args);
    }

    @Override
    public Integer call()
    {
        Machine.print(System.out, Path.of("/dev/shm"));
        boolean isVoid = false;
        for (final String transport : transports)
        {
            for (final int window : windows)
            {
                final EchoResult result = run(config("ipc".equals(transport), window));
                result.print(System.out);
                isVoid |= result.isVoid();
            }
        }
        return isVoid ? 1 : 0;
    }

    private EchoConfig config(final boolean isIpc, final int window)
    {
        return new EchoConfig(isIpc, requestLength, replyLength, window, Durations.parse(warmup), Durations.parse(duration),
            "busy".equals(idle), mtuLength, termLength, EchoConfig.WINDOW_LENGTH, port);
    }

    static EchoResult run(final EchoConfig config)
    {
        try (EchoServer server = EchoServer.start(config);
            EchoClient client = new EchoClient(config, server.aeronDirectory()))
        {
            final EchoResult result = client.run();
            server.requireSound();
            return result;
        }
    }
}
