package io.tourbillon.perf.store.peer;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.Jvm;
import io.tourbillon.perf.Machine;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.Tool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;

/** {@code perf/bin/store-peers}. */
@Command(name = "store-peers", mixinStandardHelpOptions = true, sortOptions = false,
    description = "The B+tree beside LMDB, MVStore, TreeMap and ConcurrentSkipListMap: forks in turns (A B C .. A B C ..), medians, " +
        "ratios. Exit code 1: a fork failed or got a wrong answer.")
public final class StorePeers implements Callable<Integer>
{
    private static final long FORK_TIMEOUT_MS = 900_000;

    @Option(names = "--keys", split = ",", defaultValue = "uniform,pods",
        description = "uniform and decimal (16 B), pods (48 B); several in turn. Default: ${DEFAULT-VALUE}")
    private List<String> keys;

    @Option(names = "--stores", split = ",", defaultValue = "ours,opened,lmdb,h2,treemap,skiplist",
        description = "opened: ours, opened anew once it is loaded. Default: ${DEFAULT-VALUE}")
    private List<String> stores;

    @Option(names = "--rounds", defaultValue = "3", description = "Forks of each store. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Mixin
    private PeerOptions options;

    @Spec
    private CommandSpec spec;

    private boolean isSound = true;

    /**
     * Runs it.
     *
     * @param args options.
     */
    public static void main(final String[] args)
    {
        Tool.run(new StorePeers(), args);
    }

    @Override
    public Integer call() throws IOException
    {
        final List<Keys> keyKinds = new ArrayList<>();
        final List<Peer> peers = new ArrayList<>();
        try
        {
            options.check();
            keys.forEach((name) -> keyKinds.add(Keys.valueOf(name.toUpperCase(Locale.ROOT))));
            stores.forEach((name) -> peers.add(Peer.valueOf(name.toUpperCase(Locale.ROOT))));
        }
        catch (final IllegalArgumentException ex)
        {
            throw new ParameterException(spec.commandLine(), ex.getMessage(), ex);
        }
        Machine.print(System.out, options.directory());
        for (final Keys kind : keyKinds)
        {
            final PeerTable table = new PeerTable(peers, options.operations());
            for (int round = 1; round <= rounds; round++)
            {
                for (final Peer peer : peers)
                {
                    runFork(peer, kind, round, table);
                }
            }
            table.print(System.out, options.entryCount(), kind);
        }
        System.out.println(isSound ? "\nevery fork was sound" : "\nVOID: at least one fork failed");
        return isSound ? 0 : 1;
    }

    private void runFork(final Peer peer, final Keys kind, final int round, final PeerTable table) throws IOException
    {
        try (TempDirectory directory = TempDirectory.in(options.directory(), "store-peers"))
        {
            final Path result = directory.path().resolve("figures.properties");
            final List<String> arguments = new ArrayList<>(options.arguments());
            arguments.set(arguments.indexOf("--dir") + 1, directory.path().toString());
            arguments.addAll(List.of("--store", peer.name(), "--keys", kind.name(), "--result", result.toString()));
            final List<String> command = Jvm.command(peer.jvmFlags(options.entryCount()), StoreFork.class, arguments);
            final long startNs = System.nanoTime();
            try (ChildProcess fork = ChildProcess.start(command, directory.path(), directory.path().resolve("fork.log")))
            {
                final int exitCode = fork.awaitExit(FORK_TIMEOUT_MS);
                final boolean isWhole = exitCode == 0 && Files.exists(result);
                System.out.printf(Locale.ROOT, "round %d, %s, %s: %.1f s%s%n", round, kind, peer.label(),
                    (System.nanoTime() - startNs) / 1e9, isWhole ? "" : ": VOID\n" + fork.output());
                isSound &= isWhole;
                if (isWhole)
                {
                    table.add(peer, read(result));
                }
            }
        }
    }

    private static Properties read(final Path result) throws IOException
    {
        final Properties figures = new Properties();
        try (Reader reader = Files.newBufferedReader(result))
        {
            figures.load(reader);
        }
        return figures;
    }
}
