package io.tourbillon.tools.e2e;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Users, roles and permissions, command by command: what a real etcdctl said of a real etcd, tbctl says of a node. */
class UsersIT
{
    private static final Path RECORDED = Path.of("src/test/resources/io/tourbillon/tools/e2e/etcdctl_users.txt");
    private static final String ID = "(\"cluster_id\":|\"member_id\":|\"raft_term\":|\"ClusterID\" : |\"MemberID\" : |\"RaftTerm\" : )\\d+";

    @TempDir
    Path directory;

    @Test
    void shouldSayWhatEtcdctlSaysAndKeepNoPassword() throws Exception
    {
        final List<String> faults = new ArrayList<>();
        final String output;
        try (NodeProcess node = NodeProcess.start(directory, NodeProcess.freePorts()))
        {
            final Ctl ctl = new Ctl(node.endpoint());
            for (final String recorded : Files.readString(RECORDED, UTF_8).split("(?m)^\\$ "))
            {
                if (!recorded.startsWith("#"))
                {
                    compare(ctl, recorded, faults);
                }
            }
            node.terminate();
            node.awaitExit(60_000);
            output = node.stdout() + node.stderr();
        }
        assertEquals("", String.join("\n", faults));
        assertTrue(output.contains(NodeProcess.READY));
        assertFalse(output.contains("rootpw"), "in what the node prints");
        assertTrue(isOnDisk("q/"), "the search finds what is there");
        assertFalse(isOnDisk("rootpw"), "in the data directory");
    }

    private static void compare(final Ctl ctl, final String recorded, final List<String> faults)
    {
        final int lineEnd = recorded.indexOf('\n');
        final String command = recorded.substring(0, lineEnd);
        final List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.replaceAll(word -> "''".equals(word) ? "" : word);
        final String input = words.get(0).startsWith("<") ? words.remove(0).substring(1) + "\n" : "";
        final String out = ctl.runWithInput(input, words.toArray(new String[0]));
        final String got = (out + ctl.err()).replaceAll(ID, "$1N").replace("\0", "\\0") + "[" + ctl.exitCode() + "]\n";
        final String expected = recorded.substring(lineEnd + 1);
        if (!got.equals(expected))
        {
            faults.add("$ " + command + "\n" + got + "etcdctl:\n" + expected);
        }
    }

    private boolean isOnDisk(final String text) throws IOException
    {
        try (Stream<Path> files = Files.walk(directory.resolve("data")))
        {
            for (final Path file : files.filter(Files::isRegularFile).toList())
            {
                if (Files.readString(file, ISO_8859_1).contains(text))
                {
                    return true;
                }
            }
        }
        return false;
    }
}
