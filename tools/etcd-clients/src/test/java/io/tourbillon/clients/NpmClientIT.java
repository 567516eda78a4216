package io.tourbillon.clients;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The client etcd3 of the npm registry does with a member of ours what it does with an etcd: see etcd3.js. */
@Timeout(180)
class NpmClientIT
{
    private static final String PACKAGE = "etcd3@1.1.2";

    @TempDir
    private Path directory;

    @Test
    void shouldDoWhatItDoesWithAnEtcd() throws Exception
    {
        for (final String program : List.of("node", "npm"))
        {
            assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, program))),
                "no " + program + " here");
        }
        assumeTrue(run("npm", "install", "--no-audit", "--no-fund", "--prefix", directory.toString(), PACKAGE) == 0,
            "the npm registry cannot be reached");
        try (InputStream script = NpmClientIT.class.getResourceAsStream("etcd3.js"); EtcdMember member = EtcdMember.alone(directory))
        {
            Files.copy(script, directory.resolve("etcd3.js"));
            assertDone("node", "etcd3.js", member.url());
        }
        final Authority authority = new Authority(directory, "authority");
        final Authority.Issued server = authority.issue("server");
        try (EtcdMember member = EtcdMember.secure(Files.createDirectory(directory.resolve("tls")),
            "--cert-file", server.certFile().toString(), "--key-file", server.keyFile().toString()))
        {
            // It names the server by its address, which Node deprecates.
            assertDone("node", "--no-deprecation", "etcd3.js", member.url(), authority.root().toString());
        }
    }

    private void assertDone(final String... command) throws IOException, InterruptedException
    {
        final int exitCode = run(command);
        final List<String> lines = Files.readAllLines(directory.resolve("node.log"));
        assertEquals(List.of(), lines.stream().filter(line -> !line.startsWith("ok ")).toList());
        assertTrue(exitCode == 0 && lines.size() == 16, () -> "exit code " + exitCode + ", " + lines);
    }

    private int run(final String... command) throws IOException, InterruptedException
    {
        final File log = directory.resolve(command[0] + ".log").toFile();
        final Process process = new ProcessBuilder(command)
            .directory(directory.toFile()).redirectErrorStream(true).redirectOutput(log).start();
        if (!process.waitFor(90, TimeUnit.SECONDS))
        {
            process.destroyForcibly().waitFor();
        }
        return process.exitValue();
    }
}
