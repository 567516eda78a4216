package io.tourbillon.tools.e2e;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What tbctl prints for what a real node answers; the texts are etcdctl's. */
class CommandsIT
{
    @TempDir
    static Path directory;
    private static NodeProcess node;
    private static Ctl ctl;

    @BeforeAll
    static void start() throws IOException
    {
        node = NodeProcess.start(directory, NodeProcess.freePorts());
        ctl = new Ctl(node.endpoint());
    }

    @AfterAll
    static void stop()
    {
        node.close();
    }

    private static long revision()
    {
        final String json = ctl.ok("get", "no/such/key", "-w", "json");
        return Long.parseLong(json.replaceAll(".*\"revision\":(\\d+).*\n", "$1"));
    }

    @Test
    void shouldPutAndGetAKey()
    {
        assertEquals("OK\n", ctl.ok("put", "pg/foo", "bar"));
        assertEquals("pg/foo\nbar\n", ctl.ok("get", "pg/foo"));
        assertEquals("bar\n", ctl.ok("get", "pg/foo", "--print-value-only"));
        assertEquals("\\x70\\x67\\x2f\\x66\\x6f\\x6f\n\\x62\\x61\\x72\n", ctl.ok("get", "pg/foo", "--hex"));
        assertEquals("OK\npg/foo\nbar\n", ctl.ok("put", "pg/foo", "baz", "--prev-kv"));
        assertEquals("", ctl.ok("get", "pg/none"));
        assertEquals("OK\n", ctl.runWithInput("from\0stdin\u00ff", "put", "pg/bin"));
        assertEquals("from\0stdin\u00ff\n", ctl.ok("get", "pg/bin", "--print-value-only"));
    }

    @Test
    void shouldReadRangesAsAsked()
    {
        ctl.ok("put", "r/a", "3");
        ctl.ok("put", "r/b", "1");
        ctl.ok("put", "r/c", "2");
        final long before = revision();
        ctl.ok("put", "r/c", "9");
        assertEquals("r/a\n3\nr/b\n1\nr/c\n9\n", ctl.ok("get", "r/", "--prefix"));
        assertEquals("r/c\n2\n", ctl.ok("get", "r/c", "--rev", Long.toString(before)));
        assertEquals("r/a\n\nr/b\n\nr/c\n\n", ctl.ok("get", "r/", "--prefix", "--keys-only"));
        assertEquals("3\n", ctl.ok("get", "r/", "--prefix", "--count-only"));
        assertEquals("r/a\n3\n", ctl.ok("get", "r/", "--prefix", "--limit", "1"));
        assertEquals("r/a\n3\nr/b\n1\n", ctl.ok("get", "r/a", "r/c"));
        assertEquals("r/c\n9\nr/b\n1\nr/a\n3\n", ctl.ok("get", "r/", "--prefix", "--order", "descend"));
        assertEquals("r/b\n1\nr/a\n3\nr/c\n9\n", ctl.ok("get", "r/", "--prefix", "--sort-by", "value", "--order", "ASCEND"));
        assertTrue(ctl.ok("get", "r/b", "--from-key", "--consistency", "s").startsWith("r/b\n1\nr/c\n9\n"));
        final String json = ctl.ok("get", "r/", "--prefix", "--limit", "2", "-w", "json");
        assertTrue(json.matches("\\{\"header\":\\{\"cluster_id\":\\d+,\"member_id\":\\d+,\"revision\":\\d+,\"raft_term\":\\d+}," +
            "\"kvs\":\\[" +
            "\\{\"key\":\"ci9h\",\"create_revision\":\\d+,\"mod_revision\":\\d+,\"version\":1,\"value\":\"Mw==\"},\\{.*}]," +
            "\"more\":true,\"count\":3}\n"), json);
        assertTrue(ctl.ok("get", "r/a", "-w", "fields").contains("\"Key\" : \"r/a\"\n"));
    }

    @Test
    void shouldDeleteKeys()
    {
        ctl.ok("put", "d/a", "1");
        ctl.ok("put", "d/b", "2");
        assertEquals("1\nd/a\n1\n", ctl.ok("del", "d/a", "--prev-kv"));
        assertEquals("0\n", ctl.ok("del", "d/a"));
        assertEquals("1\n", ctl.ok("del", "d/", "--prefix"));
        assertEquals("", ctl.ok("get", "d/", "--prefix"));
    }

    @Test
    void shouldRunATransactionOnEitherBranch()
    {
        ctl.ok("put", "t/a", "1");
        final String script = "value(\"t/a\") = \"1\"\nmod(\"t/none\") = \"0\"\n\nput t/b 2\nget t/a\ndel t/a --prev-kv\n\nget t/b\n\n";
        assertEquals("SUCCESS\n\nOK\n\nt/a\n1\n\n1\nt/a\n1\n", ctl.runWithInput(script, "txn"));
        assertEquals("FAILURE\n\nt/b\n2\n", ctl.runWithInput(script, "txn"));
        assertEquals("compares:\nsuccess requests (get, put, del):\nfailure requests (get, put, del):\nFAILURE\n\nt/b\n2\n",
            ctl.runWithInput(script, "txn", "-i"));
        ctl.runWithInput("\nput t/x 1\nput t/x 2\n\n\n", "txn");
        assertEquals("Error: etcdserver: duplicate key given in txn request\n", ctl.err());
        assertTrue(ctl.runWithInput("\nput t/c 1\n\n\n", "txn", "-w", "json")
            .contains("\"succeeded\":true,\"responses\":[{\"Response\":{\"ResponsePut\":"));
    }

    @Test
    void shouldListAndDisarmAlarms()
    {
        final long memberId = Long.parseUnsignedLong(ctl.ok("member", "list").split(",")[0], 16);
        final String alarm = "memberID:" + Long.toUnsignedString(memberId) + " alarm:NOSPACE ";
        assertEquals("", ctl.ok("alarm", "list"));
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect(node.endpoint()))
        {
            client.raiseAlarm(memberId, AlarmType.NOSPACE).join();
        }
        assertEquals(alarm + "\n", ctl.ok("alarm", "list"));
        assertTrue(ctl.ok("endpoint", "status").contains(alarm));
        assertEquals("Error: etcdserver: mvcc: database space exceeded\n", ctl.fails(ExitCode.ERROR, "put", "k", "v"));
        assertEquals(alarm + "\n", ctl.ok("alarm", "disarm"));
        assertEquals("", ctl.ok("alarm", "list"));
        assertEquals("", ctl.ok("alarm", "disarm"));
        assertEquals("Error: alarm list command accepts no arguments\n", ctl.fails(ExitCode.BAD_ARGS, "alarm", "list", "x"));
    }

    @Test
    void shouldListMembersAsOfNowOrAsThisOneKnowsThem()
    {
        final String now = ctl.ok("member", "list");
        assertEquals(now, ctl.ok("member", "list", "--consistency", "s"));
        assertEquals(now, ctl.ok("member", "list", "--consistency=l"));
        assertEquals("Error: unknown consistency flag \"x\"\n", ctl.fails(ExitCode.BAD_FEATURE, "member", "list", "--consistency", "x"));
    }

    @Test
    void shouldCompactAndThenRefuseWhatIsGone()
    {
        ctl.ok("put", "c/a", "1");
        final long revision = revision();
        ctl.ok("put", "c/a", "2");
        assertEquals("compacted revision " + (revision + 1) + "\n", ctl.ok("compaction", Long.toString(revision + 1)));
        assertEquals("Error: etcdserver: mvcc: required revision has been compacted\n",
            ctl.fails(ExitCode.ERROR, "get", "c/a", "--rev", Long.toString(revision)));
        assertEquals("Error: etcdserver: mvcc: required revision has been compacted\n",
            ctl.fails(ExitCode.ERROR, "compaction", Long.toString(revision)));
        assertEquals("watch was canceled (etcdserver: mvcc: required revision has been compacted)\n" +
            "Error: watch is canceled by the server\n",
            ctl.fails(ExitCode.INTERRUPTED, "watch", "c/a", "--rev", Long.toString(revision)));
    }

    @Test
    void shouldSayWhatIsWrongWithEtcdctlsWordsAndCodes()
    {
        assertEquals("Error: etcdserver: key is not provided\n", ctl.fails(ExitCode.ERROR, "get", ""));
        assertEquals("Error: etcdserver: mvcc: required revision is a future revision\n", ctl.fails(ExitCode.ERROR, "get", "a", "--rev",
            "9999999"));
        assertEquals("Error: get command needs one argument as key and an optional argument as range_end\n", ctl.fails(ExitCode.BAD_ARGS,
            "get"));
        assertEquals("Error: `--prefix` and `--from-key` cannot be set at the same time, choose one\n",
            ctl.fails(ExitCode.BAD_ARGS, "get", "a", "--prefix", "--from-key"));
        assertEquals("Error: table not supported as output format\n", ctl.fails(ExitCode.BAD_FEATURE, "get", "a", "-w", "table"));
        assertEquals("Error: bad sort order foo\n", ctl.fails(ExitCode.BAD_FEATURE, "get", "a", "--order", "foo"));
        assertEquals("Error: unknown flag: --nothing\n", ctl.fails(ExitCode.ERROR, "get", "--nothing"));
        assertTrue(ctl.fails(ExitCode.ERROR, "nothing").startsWith("Error: unknown command \"nothing\" for \"tbctl\"\n"));
        assertTrue(new Ctl("127.0.0.1:1025").fails(ExitCode.BAD_CONNECTION, "get", "a", "--dial-timeout", "300ms")
            .contains("127.0.0.1:1025"));
    }

    @Test
    void shouldGrantRenewAndRevokeLeases()
    {
        final String granted = ctl.ok("lease", "grant", "60");
        assertTrue(granted.matches("lease [0-9a-f]{16} granted with TTL\\(60s\\)\n"), granted);
        final String id = granted.split(" ")[1];
        assertEquals("OK\n", ctl.ok("put", "l/a", "1", "--lease", id));
        assertTrue(ctl.ok("lease", "timetolive", id, "--keys")
            .matches("lease " + id + " granted with TTL\\(60s\\), remaining\\((59|60)s\\), attached keys\\(\\[l/a]\\)\n"));
        assertTrue(ctl.ok("lease", "timetolive", id, "--keys", "-w", "json").matches("\\{\"cluster_id\":\\d+,\"member_id\":\\d+," +
            "\"revision\":\\d+,\"raft_term\":\\d+,\"id\":\\d+,\"ttl\":\\d+,\"granted-ttl\":60,\"keys\":\\[\"bC9h\"]}\n"));
        assertEquals("lease " + id + " keepalived with TTL(60)\n", ctl.ok("lease", "keep-alive", id, "--once"));
        assertEquals("found 1 leases\n" + id + "\n", ctl.ok("lease", "list"));
        assertEquals("lease " + id + " revoked\n", ctl.ok("lease", "revoke", id));
        assertEquals("", ctl.ok("get", "l/a"));
        assertEquals("lease " + id + " already expired\n", ctl.ok("lease", "timetolive", id));
        assertEquals("lease " + id + " expired or revoked.\n", ctl.ok("lease", "keep-alive", id));
        assertEquals("", ctl.ok("lease", "keep-alive", id, "-w", "json"));
        assertEquals("Error: failed to revoke lease (etcdserver: requested lease not found)\n",
            ctl.fails(ExitCode.ERROR, "lease", "revoke", id));
        assertEquals("Error: failed to grant lease (etcdserver: too large lease TTL)\n",
            ctl.fails(ExitCode.ERROR, "lease", "grant", "9000000001"));
        assertEquals("Error: etcdserver: requested lease not found\n", ctl.fails(ExitCode.ERROR, "put", "l/b", "1", "--lease", id));
        assertEquals("Error: lease grant command needs TTL argument\n", ctl.fails(ExitCode.BAD_ARGS, "lease", "grant"));
    }

    @Test
    void shouldTellOfTheMember()
    {
        final String simple = ctl.ok("endpoint", "status");
        assertTrue(simple.matches(node.endpoint() + ", [0-9a-f]+, [^,]+, [0-9.]+ [kMG]?B, true, false, \\d+, \\d+, \\d+, \n"), simple);
        assertEquals(simple.split(", ")[1], ctl.ok("endpoint-status").split(", ")[1]);
        assertTrue(ctl.ok("endpoint", "status", "-w", "table").contains("| RAFT APPLIED INDEX | ERRORS |"));
        assertTrue(ctl.ok("endpoint", "status", "-w", "json").contains("\"durability\":\"fsync\""));
        assertTrue(ctl.ok("member", "list").matches("[0-9a-f]+, started, default, .*, false\n"), ctl.ok("member", "list"));
        assertTrue(ctl.ok("endpoint", "health").contains("is healthy"));
        assertTrue(ctl.ok("version").startsWith("tbctl version: "));
    }
}
