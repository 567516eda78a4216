package io.tourbillon.tools.e2e;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

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
        assertEquals("r/c\n9\n", ctl.ok("get", "r/", "--prefix", "--min-mod-rev", Long.toString(before + 1)));
        assertEquals("r/a\n3\nr/b\n1\n", ctl.ok("get", "r/", "--prefix", "--max-mod-rev", Long.toString(before - 1)));
        assertEquals("r/c\n9\n", ctl.ok("get", "r/", "--prefix", "--min-create-rev", Long.toString(before)));
        assertEquals("r/a\n3\n", ctl.ok("get", "r/", "--prefix", "--max-create-rev", Long.toString(before - 2)));
        assertEquals("r/a\n3\nr/b\n1\nr/c\n9\n", ctl.ok("get", "r/", "--prefix", "--stream"));
        assertEquals("Error: RangeStream does not support revision filters\n",
            ctl.fails(ExitCode.ERROR, "get", "r/", "--prefix", "--stream", "--max-mod-rev=1"));
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
        assertEquals("1\n", ctl.ok("del", "d/", "d0", "--range"));
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
        assertTrue(ctl.ok("endpoint", "health")
            .matches(node.endpoint() + " is healthy: successfully committed proposal: took = [0-9.]+.{0,2}s\n"));
        final String hash = ctl.ok("endpoint", "hashkv", "--json");
        assertTrue(hash.matches("\\[\\{\"Endpoint\":\"" + node.endpoint() + "\",\"HashKV\":\\{\"header\":\\{.*}," +
            "(\"hash\":\\d+,)?(\"compact_revision\":-?\\d+,)?\"hash_revision\":\\d+}}]\n"), hash);
        assertTrue(ctl.ok("version").startsWith("tbctl version: "));
    }

    @Test
    void shouldHelpAndRefuseInEtcdctlsWords()
    {
        assertEquals(ctl.ok("get", "--help"), ctl.ok("help", "get"));
        assertTrue(ctl.ok("help", "member", "add").startsWith("NAME:\n\tmember add - "));
        assertTrue(ctl.ok("member").contains("\tmember promote"));
        assertTrue(ctl.ok("options").startsWith("The following options can be passed to any command:\n\n      --auth-jwt-token"));
        assertEquals("Error: version command accepts no arguments\n", ctl.fails(ExitCode.BAD_ARGS, "version", "x"));
        assertEquals("Error: endpoint health command accepts no arguments\n", ctl.fails(ExitCode.BAD_ARGS, "endpoint", "health", "x"));
        assertEquals("Error: etcdserver: no inflight downgrade job\n", ctl.fails(ExitCode.ERROR, "downgrade", "cancel"));
        assertEquals("Error: TARGET_VERSION not provided\n", ctl.fails(ExitCode.BAD_ARGS, "downgrade", "validate"));
        assertTrue(ctl.fails(ExitCode.ERROR, "downgrade", "enable", "3.4").startsWith("Error: etcdserver: invalid downgrade target "));
        final String unhealthy = new Ctl("127.0.0.1:1025").fails(ExitCode.ERROR, "endpoint", "health", "--dial-timeout", "300ms");
        assertTrue(unhealthy.startsWith("127.0.0.1:1025 is unhealthy: failed to commit proposal: ") &&
            unhealthy.endsWith("\nError: unhealthy cluster\n"), unhealthy);
    }

    @Test
    void shouldRunACommandForEachEvent() throws Exception
    {
        ctl.ok("put", "w/a", "1");
        final long first = revision();
        ctl.ok("del", "w/a");
        ctl.ok("put", "w/b", "two \"words\"");
        final Path out = directory.resolve("watch.out");
        final Path err = directory.resolve("watch.err");
        final Process watch = ctl.process(out, err, "watch", "w/", "--prefix", "--progress-notify", "--rev", Long.toString(first), "--",
            "sh", "-c", "env | grep ^ETCD_WATCH_ | sort; test $ETCD_WATCH_KEY != '\"w/b\"' || exit 3");
        assertTrue(watch.waitFor(30, TimeUnit.SECONDS), "its command fails");
        assertEquals(1, watch.exitValue());
        assertEquals("command [\"sh\" \"-c\" \"env | grep ^ETCD_WATCH_ | sort; test $ETCD_WATCH_KEY != '\\\"w/b\\\"' || exit 3\"] " +
            "error (exit status 3)\n", text(err));
        final String told = text(out).replaceAll("REVISION=\\d+", "REVISION=N");
        assertEquals(3, told.split("ETCD_WATCH_REVISION=N\n", -1).length - 1, told);
        assertTrue(told.startsWith("PUT\nw/a\n1\n"), told);
        assertTrue(told.contains("ETCD_WATCH_EVENT_TYPE=\"PUT\"\nETCD_WATCH_KEY=\"w/a\"\nETCD_WATCH_REVISION=N\n" +
            "ETCD_WATCH_VALUE=\"1\"\n"), told);
        assertTrue(told.contains("ETCD_WATCH_EVENT_TYPE=\"DELETE\"\nETCD_WATCH_KEY=\"w/a\"\nETCD_WATCH_REVISION=N\n" +
            "ETCD_WATCH_VALUE=\"\"\n"), told);
        assertTrue(told.endsWith("ETCD_WATCH_VALUE=\"two \\\"words\\\"\"\n"), told);
        assertEquals("Error: bad number of arguments\n", ctl.fails(ExitCode.BAD_ARGS, "watch", "--", "echo"));
    }

    private static void await(final String what, final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean())
        {
            assertTrue(deadlineNs - System.nanoTime() > 0, () -> "waited in vain for " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static String text(final Path file)
    {
        try
        {
            return Files.exists(file) ? Files.readString(file) : "";
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static int interrupt(final Process process) throws Exception
    {
        assertEquals(0, new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor());
        final boolean hasEnded = process.waitFor(30, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertTrue(hasEnded, "it ends, unless whoever runs this ignores SIGINT and hands that down");
        return process.exitValue();
    }

    @Test
    void shouldHoldALockUntilItIsInterruptedOrItsCommandEnds() throws Exception
    {
        final Path out = directory.resolve("lock.out");
        final Path err = directory.resolve("lock.err");
        final Process holder = ctl.process(out, err, "lock", "job", "--ttl", "300"); // longer than anybody here waits
        await("the lock", () -> text(out).matches("job/[0-9a-f]+\n\n"));
        final Path nextOut = directory.resolve("next.out");
        final Process next =
            ctl.process(nextOut, err, "lock", "job", "--ttl", "30", "--", "sh", "-c", "echo $ETCD_LOCK_KEY $ETCD_LOCK_REV; exit 7");
        await("a second in line", () -> ctl.ok("get", "job/", "--prefix", "--count-only").equals("2\n"));
        assertEquals(0, interrupt(holder), () -> text(err));
        assertTrue(next.waitFor(30, TimeUnit.SECONDS), "its turn");
        assertTrue(text(nextOut).matches("job/[0-9a-f]+ \\d+\n"), () -> text(nextOut));
        assertEquals(7, next.exitValue());
        assertEquals("Error: exit status 7\n", text(err));
        assertEquals("0\n", ctl.ok("get", "job/", "--prefix", "--count-only"));
        assertEquals("found 0 leases\n", ctl.ok("lease", "list"));
        assertEquals("Error: lock takes a lock name argument and an optional command to execute\n", ctl.fails(ExitCode.BAD_ARGS, "lock"));
        assertEquals("Error: exec: \"nosuchcmd\": executable file not found in $PATH\n",
            ctl.fails(ExitCode.ERROR, "lock", "l", "nosuchcmd"));
    }

    @Test
    void shouldElectAndTellWhoLeads() throws Exception
    {
        final Path out = directory.resolve("elect.out");
        final Path err = directory.resolve("elect.err");
        final Path told = directory.resolve("told.out");
        final Process observer = ctl.process(told, err, "elect", "-l", "boss");
        final Process leader = ctl.process(out, err, "elect", "boss", "p1");
        await("the leader", () -> text(out).matches("boss/[0-9a-f]+\np1\n"));
        await("word of it", () -> text(told).equals(text(out)));
        assertEquals(0, interrupt(leader), () -> text(err));
        assertEquals(0, interrupt(observer), () -> text(err));
        assertEquals("", ctl.ok("get", "boss/", "--prefix"));
        assertEquals("Error: no proposal argument but -l not set\n", ctl.fails(ExitCode.BAD_ARGS, "elect", "boss"));
        assertEquals("Error: elect takes one election name argument and an optional proposal argument\n",
            ctl.fails(ExitCode.BAD_ARGS, "elect"));
    }

    @Test
    void shouldMirrorToAnotherPrefix() throws Exception
    {
        ctl.ok("put", "mm/a", "1");
        ctl.ok("put", "mm/b", "2");
        final Path out = directory.resolve("mirror.out");
        final Path err = directory.resolve("mirror.err");
        final Process mirror = ctl.process(out, err, "make-mirror", "--prefix", "mm/", "--dest-prefix", "copy/", node.endpoint());
        await("the copy", () -> ctl.ok("get", "copy/", "--prefix").equals("copy/a\n1\ncopy/b\n2\n"));
        ctl.runWithInput("\ndel mm/a\nput mm/b 3\nput mm/c 4\n\n\n", "txn");
        await("the changes", () -> ctl.ok("get", "copy/", "--prefix").equals("copy/b\n3\ncopy/c\n4\n"));
        final String[] heads = ctl.ok("get", "copy/", "--prefix", "-w", "json").split("\"mod_revision\":");
        assertEquals(heads[1].split(",")[0], heads[2].split(",")[0], "one transaction for one revision");
        assertEquals(130, interrupt(mirror), () -> text(err));
        assertEquals("Error: make-mirror takes one destination argument\n", ctl.fails(ExitCode.BAD_ARGS, "make-mirror"));
        assertEquals("Error: `--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one\n",
            ctl.fails(ExitCode.BAD_ARGS, "make-mirror", "--dest-prefix", "x", "--no-dest-prefix", "y"));
    }

    @Test
    void shouldCheckAndCleanUpBehindItself()
    {
        final String perf = ctl.run("check", "perf", "--duration", "1s");
        assertTrue(perf.matches("(PASS: Throughput is|FAIL: Throughput too low:) \\d+ writes/s\n" +
            "(PASS: Slowest request took|Slowest request took too long:) \\d+\\.\\d{6}s\n" +
            "(PASS: Stddev is|Stddev too high:) \\d+\\.\\d{6}s\n(PASS|FAIL)\n"), perf); // this machine may have much else to do
        assertEquals(perf.endsWith("\nPASS\n") ? ExitCode.SUCCESS : ExitCode.ERROR, ctl.exitCode());
        assertTrue(ctl.ok("check", "datascale").matches("Start data scale check for work load \\[10000 key-value pairs, " +
            "1024 bytes per key-value, 50 concurrent clients].\nPASS: Approximate store space used : \\d\\d\\.\\d\\d MB.\n"));
        assertEquals("", ctl.ok("get", "/tbctl-check-", "--prefix", "--keys-only"));
        assertEquals("Error: unknown load option x\n", ctl.fails(ExitCode.BAD_FEATURE, "check", "perf", "--load", "x"));
        ctl.ok("put", "/tbctl-check-perf/mine", "1");
        assertEquals("Error: prefix \"/tbctl-check-perf/\" has keys. Delete with \"tbctl del --prefix /tbctl-check-perf/\" first\n",
            ctl.fails(ExitCode.INVALID_INPUT, "check", "perf"));
        assertEquals("1\n", ctl.ok("del", "/tbctl-check-perf/mine"));
        assertEquals("Finished defragmenting etcd member[" + node.endpoint() + "]\n", ctl.ok("defrag"));
        assertEquals("Finished defragmenting etcd member[" + node.endpoint() + "]\n", ctl.ok("defrag", "--cluster"));
    }

    @Test
    void shouldCompleteItsWordsInBash() throws Exception
    {
        assertEquals(ctl.ok("completion", "bash"), ctl.ok("completion", "zsh"), "picocli's script knows both");
        final Path script = Files.writeString(directory.resolve("completion"), ctl.ok("completion", "bash") +
            "complete_words() { COMP_WORDS=(tbctl \"$@\"); COMP_CWORD=$#; COMP_LINE=\"tbctl $*\"\n" +
            "_complete_tbctl; echo ${COMPREPLY[*]}; }\n" +
            "complete_words member a\ncomplete_words ele\ncomplete_words get --min-c\ncomplete_words make-mirror --dest-p\n" +
            "complete_words get -w t\n");
        final Path out = directory.resolve("completion.out");
        assertEquals(0, new ProcessBuilder("bash", script.toString()).redirectOutput(out.toFile()).start().waitFor());
        assertEquals("add\nelect\n--min-create-rev\n--dest-password --dest-prefix\ntable\n", text(out));
        assertEquals("Error: completion command needs one argument: bash or zsh\n", ctl.fails(ExitCode.BAD_ARGS, "completion", "fish"));
    }
}
