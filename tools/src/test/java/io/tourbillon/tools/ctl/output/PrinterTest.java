package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.CtlException;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The expected texts were recorded from etcdctl 3.4.23; where they differ in more than ids, that is a fault here. */
class PrinterTest
{
    private static final Header HEADER = new Header(324952591200643719L, 3319814642761637952L, 5, 2);
    private static final Header INNER = Header.ofRevision(22);
    private static final KeyValue FOO = kv("foo", "bar2", 2, 3, 2);

    private static KeyValue kv(final String key, final String value, final long created, final long modified, final long version)
    {
        return new KeyValue(key.getBytes(ISO_8859_1), value.getBytes(ISO_8859_1), created, modified, version, 0);
    }

    private static String printed(final String form, final boolean hex, final Consumer<Printer> what)
    {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final PrintStream out = new PrintStream(bytes, false, UTF_8);
        what.accept(Printer.of(form, out, hex));
        out.flush();
        return bytes.toString(ISO_8859_1);
    }

    private static String printed(final String form, final Answer answer)
    {
        return printed(form, false, printer -> printer.print(answer));
    }

    @Test
    void shouldPrintARangeInEveryForm()
    {
        final Answer.Range range = new Answer.Range(HEADER, List.of(FOO), false, 1);
        assertEquals("foo\nbar2\n", printed("simple", range));
        assertEquals("\\x66\\x6f\\x6f\n\\x62\\x61\\x72\\x32\n", printed("simple", true, printer -> printer.print(range)));
        assertEquals("{\"header\":{\"cluster_id\":324952591200643719,\"member_id\":3319814642761637952,\"revision\":5,\"raft_term\":2}," +
            "\"kvs\":[{\"key\":\"Zm9v\",\"create_revision\":2,\"mod_revision\":3,\"version\":2,\"value\":\"YmFyMg==\"}],\"count\":1}\n",
            printed("json", range));
        assertEquals("""
            "ClusterID" : 324952591200643719
            "MemberID" : 3319814642761637952
            "Revision" : 5
            "RaftTerm" : 2
            "Key" : "foo"
            "CreateRevision" : 2
            "ModRevision" : 3
            "Version" : 2
            "Value" : "bar2"
            "Lease" : 0
            "More" : false
            "Count" : 1
            """, printed("fields", range));
        assertEquals("table not supported as output format", assertThrows(CtlException.class, () -> printed("table", range)).getMessage());
    }

    @Test
    void shouldPrintHealthInEveryForm()
    {
        final List<Health> healths = List.of(new Health("127.0.0.1:34790", 1_250_000, ""), new Health("127.0.0.1:1", 2_000_000_000, "why"));
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final PrintStream errors = new PrintStream(err, true, UTF_8);
        assertEquals("127.0.0.1:34790 is healthy: successfully committed proposal: took = 1.25ms\n",
            printed("simple", false, printer -> printer.health(healths, errors)));
        assertEquals("127.0.0.1:1 is unhealthy: failed to commit proposal: why\n", err.toString(UTF_8));
        assertEquals("[{\"endpoint\":\"127.0.0.1:34790\",\"health\":true,\"took\":\"1.25ms\"}," +
            "{\"endpoint\":\"127.0.0.1:1\",\"health\":false,\"took\":\"2s\",\"error\":\"why\"}]\n",
            printed("json", false, printer -> printer.health(healths, errors)));
        assertEquals("""
            "Endpoint" : "127.0.0.1:34790"
            "Health" : true
            "Took" : 1.25ms
            "Error" :\s

            "Endpoint" : "127.0.0.1:1"
            "Health" : false
            "Took" : 2s
            "Error" : why

            """, printed("fields", false, printer -> printer.health(healths, errors)));
        assertEquals("""
            +-----------------+--------+--------+-------+
            |    ENDPOINT     | HEALTH |  TOOK  | ERROR |
            +-----------------+--------+--------+-------+
            | 127.0.0.1:34790 |   true | 1.25ms |       |
            |     127.0.0.1:1 |  false |     2s |   why |
            +-----------------+--------+--------+-------+
            """, printed("table", false, printer -> printer.health(healths, errors)));
        assertThrows(CtlException.class, () -> printed("protobuf", false, printer -> printer.health(healths, errors)));
    }

    @Test
    void shouldPrintHashesInEveryForm()
    {
        final List<HashAnswer> hashes = List.of(new HashAnswer("127.0.0.1:34790", HEADER, 3_084_519_789L, 4, 5));
        assertEquals("127.0.0.1:34790, 3084519789\n", printed("simple", false, printer -> printer.hashes(hashes)));
        assertEquals("[{\"Endpoint\":\"127.0.0.1:34790\",\"HashKV\":{\"header\":{\"cluster_id\":324952591200643719," +
            "\"member_id\":3319814642761637952,\"revision\":5,\"raft_term\":2},\"hash\":3084519789,\"compact_revision\":4," +
            "\"hash_revision\":5}}]\n", printed("json", false, printer -> printer.hashes(hashes)));
        assertTrue(printed("fields", false, printer -> printer.hashes(hashes))
            .endsWith("\"RaftTerm\" : 2\n\"Endpoint\" : \"127.0.0.1:34790\"\n\"Hash\" : 3084519789\n\n"));
        assertEquals("""
            +-----------------+------------+
            |    ENDPOINT     |    HASH    |
            +-----------------+------------+
            | 127.0.0.1:34790 | 3084519789 |
            +-----------------+------------+
            """, printed("table", false, printer -> printer.hashes(hashes)));
    }

    @Test
    void shouldPrintEtcdsMessagesAsBytes()
    {
        final String head = "089cffdac4f792d5bac50110d7c0daabbcc99ec9f401";
        final Header header =
            new Header(Long.parseUnsignedLong("14228371607286890396"), Long.parseUnsignedLong("17623282757708193879"), 3, 2);
        final KeyValue kv = kv("a", "2", 2, 3, 2);
        final String printedKv = "0a01611002180320022a0132";
        assertEquals("0a1a" + head + "18032002" + "120c" + printedKv + "2001", hex(new Answer.Range(header, List.of(kv), false, 1)));
        assertEquals("0a1a" + head + "18032002" + "120c" + printedKv, hex(new Answer.Put(header, kv)));
        assertEquals("0a1a" + head + "18032002" + "1001" + "1a0c" + printedKv, hex(new Answer.Delete(header, 1, List.of(kv))));
        final Header inner = Header.ofRevision(7);
        assertEquals("0a1a" + head + "18032002" + "1a0612040a021807" + "1a160a140a021807120c" + printedKv + "2001" + "1a061a040a021807",
            hex(new Answer.Txn(header, false, List.of(new Answer.Put(inner, null), new Answer.Range(inner, List.of(kv), false, 1),
                new Answer.Delete(inner, 0, List.of())))));
        final Answer.Lease granted = new Answer.Lease(header, Answer.LeaseWord.GRANT, 1, 60_000, 60_000, List.of(), List.of());
        assertEquals(head + "18032002", hex(printed("protobuf", false, printer -> printer.lease(granted, false))));
        final WatchBatch batch = new WatchBatch(header, List.of(new WatchBatch.Event(false, kv, null)));
        assertEquals("0a1a" + head + "18032002" + "5a0e" + "120c" + printedKv,
            hex(printed("protobuf", false, printer -> printer.watch(batch))));
        final AuthAnswer role = new AuthAnswer(
            header, AuthOperation.ROLE_GET, "", "r", null, false, 0, List.of(), List.of(item(PermissionType.READ, "a", "b")));
        assertEquals("0a1a" + head + "18032002" + "1206" + "1201611a0162",
            hex(printed("protobuf", false, printer -> printer.auth(role))));
    }

    private static String hex(final Answer answer)
    {
        return hex(printed("protobuf", answer));
    }

    private static String hex(final String latin)
    {
        return HexFormat.of().formatHex(latin.getBytes(ISO_8859_1));
    }

    @Test
    void shouldSayDurationsAsGo()
    {
        assertEquals("0s", GoText.duration(0));
        assertEquals("999ns", GoText.duration(999));
        assertEquals("1.5\u00b5s", GoText.duration(1_500));
        assertEquals("100ms", GoText.duration(100_000_000));
        assertEquals("1.000000001s", GoText.duration(1_000_000_001));
        assertEquals("1m0s", GoText.duration(60_000_000_000L));
        assertEquals("2h3m4.5s", GoText.duration(7_384_500_000_000L));
    }

    /** etcdctl 3.4.23 prints no head in JSON, and panics at the fields. */
    @Test
    void shouldPrintAlarms()
    {
        final AlarmAnswer alarms = new AlarmAnswer(HEADER, List.of(new AlarmAnswer.Item(443629905751424238L, AlarmType.NOSPACE)));
        assertEquals("memberID:443629905751424238 alarm:NOSPACE \n", printed("simple", false, (printer) -> printer.alarms(alarms)));
        assertEquals("{\"alarms\":[{\"memberID\":443629905751424238,\"alarm\":1}]}\n",
            printed("json", false, (printer) -> printer.alarms(alarms)));
        assertTrue(printed("fields", false, (printer) -> printer.alarms(alarms))
            .endsWith("\"MemberID\" : 443629905751424238\n\"AlarmType\" : NOSPACE\n\n"));
        assertThrows(CtlException.class, () -> printed("table", false, (printer) -> printer.alarms(alarms)));
        final AlarmAnswer none = new AlarmAnswer(null, List.of());
        assertEquals("", printed("simple", false, (printer) -> printer.alarms(none)));
        assertEquals("{}\n", printed("json", false, (printer) -> printer.alarms(none)));
        assertEquals("", printed("fields", false, (printer) -> printer.alarms(none)));
    }

    private static AuthAnswer auth(final AuthOperation operation, final AuthAnswer.Item... permissions)
    {
        final boolean isList = operation == AuthOperation.ROLE_LIST || operation == AuthOperation.USER_LIST;
        final List<String> names = isList || operation == AuthOperation.USER_GET ? List.of("r1", "r2") : List.of();
        final AuthAnswer.Item revoked = permissions.length > 0 ? permissions[0] : null;
        return new AuthAnswer(new Header(1, 2, 1, 2), operation, "u1", "r1", revoked, true, 8, names, List.of(permissions));
    }

    private static AuthAnswer.Item item(final PermissionType type, final String key, final String rangeEnd)
    {
        return new AuthAnswer.Item(type, key.getBytes(ISO_8859_1), rangeEnd.getBytes(ISO_8859_1));
    }

    private static final AuthAnswer.Item[] PERMISSIONS = {
        item(PermissionType.READWRITE, "a", "b"), item(PermissionType.READ, "foo", ""), item(PermissionType.WRITE, "k", "m"),
        item(PermissionType.READ, "p/", "p0"), item(PermissionType.READ, "q/", "\0")};

    @Test
    void shouldPrintRolesInEveryForm()
    {
        final AuthAnswer role = auth(AuthOperation.ROLE_GET, PERMISSIONS);
        assertEquals("Role r1\nKV Read:\n\t[a, b) (prefix a)\n\tfoo\n\t[p/, p0) (prefix p/)\n\t[q/, <open ended>\nKV Write:\n" +
            "\t[a, b) (prefix a)\n\t[k, m)\n", printed("simple", false, printer -> printer.auth(role)));
        assertEquals("{\"header\":{\"cluster_id\":1,\"member_id\":2,\"revision\":1,\"raft_term\":2},\"perm\":[" +
            "{\"permType\":2,\"key\":\"YQ==\",\"range_end\":\"Yg==\"},{\"key\":\"Zm9v\"}," +
            "{\"permType\":1,\"key\":\"aw==\",\"range_end\":\"bQ==\"}," +
            "{\"key\":\"cC8=\",\"range_end\":\"cDA=\"},{\"key\":\"cS8=\",\"range_end\":\"AA==\"}]}\n",
            printed("json", false, printer -> printer.auth(role)));
        assertTrue(printed("fields", false, printer -> printer.auth(role)).endsWith("\"RaftTerm\" : 2\n" +
            "\"PermType\" :  READWRITE\n\"Key\" : \"a\"\n\"RangeEnd\" : \"b\"\n" +
            "\"PermType\" :  READ\n\"Key\" : \"foo\"\n\"RangeEnd\" : \"\"\n" +
            "\"PermType\" :  WRITE\n\"Key\" : \"k\"\n\"RangeEnd\" : \"m\"\n" +
            "\"PermType\" :  READ\n\"Key\" : \"p/\"\n\"RangeEnd\" : \"p0\"\n" +
            "\"PermType\" :  READ\n\"Key\" : \"q/\"\n\"RangeEnd\" : \"\\x00\"\n"));
        final AuthAnswer none = auth(AuthOperation.ROLE_GET);
        assertEquals("Role r1\nKV Read:\nKV Write:\n", printed("simple", false, printer -> printer.auth(none)));
        assertEquals("{\"header\":{\"cluster_id\":1,\"member_id\":2,\"revision\":1,\"raft_term\":2}}\n",
            printed("json", false, printer -> printer.auth(none)));
        final AuthAnswer list = auth(AuthOperation.ROLE_LIST);
        assertTrue(printed("fields", false, printer -> printer.auth(list)).endsWith("\"Roles\" : \"r1\" \"r2\"\n"));
        assertEquals("r1\nr2\n", printed("simple", false, printer -> printer.auth(list)));
        assertEquals("table not supported as output format",
            assertThrows(CtlException.class, () -> printed("table", false, printer -> printer.auth(list))).getMessage());
    }

    @Test
    void shouldPrintUsersAndChangesOfThem()
    {
        final AuthAnswer user = auth(AuthOperation.USER_GET);
        assertEquals("User: u1\nRoles: r1 r2\n", printed("simple", false, printer -> printer.auth(user)));
        assertTrue(printed("json", false, printer -> printer.auth(user)).endsWith("},\"roles\":[\"r1\",\"r2\"]}\n"));
        assertEquals("fields not supported as output format",
            assertThrows(CtlException.class, () -> printed("fields", false, printer -> printer.auth(user))).getMessage());
        final AuthAnswer users = auth(AuthOperation.USER_LIST);
        assertTrue(printed("json", false, printer -> printer.auth(users)).endsWith("},\"users\":[\"r1\",\"r2\"]}\n"));
        assertEquals("User u1 created\n", changed(AuthOperation.USER_ADD));
        assertEquals("User u1 deleted\n", changed(AuthOperation.USER_DELETE));
        assertEquals("Password updated\n", changed(AuthOperation.USER_CHANGE_VERIFIER));
        assertEquals("Role r1 is granted to user u1\n", changed(AuthOperation.USER_GRANT_ROLE));
        assertEquals("Role r1 is revoked from user u1\n", changed(AuthOperation.USER_REVOKE_ROLE));
        assertEquals("Role r1 created\n", changed(AuthOperation.ROLE_ADD));
        assertEquals("Role r1 deleted\n", changed(AuthOperation.ROLE_DELETE));
        assertEquals("Role r1 updated\n", changed(AuthOperation.ROLE_GRANT_PERMISSION));
        assertEquals("Permission of range [a, b) is revoked from role r1\n", changed(AuthOperation.ROLE_REVOKE_PERMISSION, PERMISSIONS[0]));
        assertEquals("Permission of key foo is revoked from role r1\n", changed(AuthOperation.ROLE_REVOKE_PERMISSION, PERMISSIONS[1]));
        assertEquals("Permission of range [q/, <open ended> is revoked from role r1\n",
            changed(AuthOperation.ROLE_REVOKE_PERMISSION, PERMISSIONS[4]));
        final AuthAnswer added = auth(AuthOperation.USER_ADD);
        assertEquals("\"ClusterID\" : 1\n\"MemberID\" : 2\n\"Revision\" : 1\n\"RaftTerm\" : 2\n",
            printed("fields", false, printer -> printer.auth(added)));
    }

    /** etcdctl 3.4 does not know it yet; 3.5 prints these words. */
    @Test
    void shouldPrintWhetherUsersAreAsked()
    {
        final AuthAnswer status = auth(AuthOperation.STATUS);
        assertEquals("Authentication Status: true\nAuthRevision: 8\n", printed("simple", false, printer -> printer.auth(status)));
        assertTrue(printed("json", false, printer -> printer.auth(status)).endsWith("},\"enabled\":true,\"authRevision\":8}\n"));
    }

    private static String changed(final AuthOperation operation, final AuthAnswer.Item... range)
    {
        return printed("simple", false, printer -> printer.auth(auth(operation, range)));
    }

    @Test
    void shouldPrintNothingOfAnEmptyRangeButItsHeader()
    {
        final Answer.Range range = new Answer.Range(HEADER, List.of(), false, 0);
        assertEquals("", printed("simple", range));
        assertEquals("{\"header\":{\"cluster_id\":324952591200643719,\"member_id\":3319814642761637952,\"revision\":5,\"raft_term\":2}}\n",
            printed("json", range));
    }

    @Test
    void shouldPrintAPutAndADeleteWithWhatWasBefore()
    {
        assertEquals("OK\nfoo\nbar2\n", printed("simple", new Answer.Put(HEADER, FOO)));
        assertEquals("1\nfoo\nbar2\n", printed("simple", new Answer.Delete(HEADER, 1, List.of(FOO))));
        final String json = printed("json", new Answer.Put(new Header(1, 2, 13, 2), kv("p3", "v3", 12, 12, 1)));
        assertEquals("{\"header\":{\"cluster_id\":1,\"member_id\":2,\"revision\":13,\"raft_term\":2},\"prev_kv\":{\"key\":\"cDM=\"," +
            "\"create_revision\":12,\"mod_revision\":12,\"version\":1,\"value\":\"djM=\"}}\n", json);
        assertEquals("{\"header\":{\"cluster_id\":1,\"member_id\":2,\"revision\":20,\"raft_term\":2}}\n",
            printed("json", new Answer.Delete(new Header(1, 2, 20, 2), 0, List.of())));
    }

    @Test
    void shouldPrintATransactionWithItsAnswers()
    {
        final Answer.Txn txn = new Answer.Txn(new Header(1, 2, 22, 2), true, List.of(
            new Answer.Put(INNER, null), new Answer.Range(INNER, List.of(FOO), false, 1), new Answer.Delete(INNER, 0, List.of())));
        assertEquals("SUCCESS\n\nOK\n\nfoo\nbar2\n\n0\n", printed("simple", txn));
        assertEquals("{\"header\":{\"cluster_id\":1,\"member_id\":2,\"revision\":22,\"raft_term\":2},\"succeeded\":true,\"responses\":[" +
            "{\"Response\":{\"ResponsePut\":{\"header\":{\"revision\":22}}}}," +
            "{\"Response\":{\"ResponseRange\":{\"header\":{\"revision\":22},\"kvs\":[" +
            "{\"key\":\"Zm9v\",\"create_revision\":2,\"mod_revision\":3," +
            "\"version\":2,\"value\":\"YmFyMg==\"}],\"count\":1}}}," +
            "{\"Response\":{\"ResponseDeleteRange\":{\"header\":{\"revision\":22}}}}]}\n", printed("json", txn));
        assertEquals("FAILURE\n", printed("simple", new Answer.Txn(HEADER, false, List.of())));
    }

    @Test
    void shouldPrintEvents()
    {
        final KeyValue gone = kv("wk", "", 0, 39, 0);
        final WatchBatch batch = new WatchBatch(new Header(1, 2, 39, 2), List.of(
            new WatchBatch.Event(false, kv("wk", "v1", 37, 37, 1), null), new WatchBatch.Event(true, gone, kv("wk", "v1", 37, 37, 1))));
        assertEquals("PUT\nwk\nv1\nDELETE\nwk\nv1\nwk\n\n", printed("simple", false, printer -> printer.watch(batch)));
        assertEquals("{\"Header\":{\"cluster_id\":1,\"member_id\":2,\"revision\":39,\"raft_term\":2},\"Events\":[" +
            "{\"kv\":{\"key\":\"d2s=\",\"create_revision\":37,\"mod_revision\":37,\"version\":1,\"value\":\"djE=\"}}," +
            "{\"type\":1,\"kv\":{\"key\":\"d2s=\",\"mod_revision\":39}," +
            "\"prev_kv\":{\"key\":\"d2s=\",\"create_revision\":37,\"mod_revision\":37,\"version\":1,\"value\":\"djE=\"}}]," +
            "\"CompactRevision\":0,\"Canceled\":false,\"Created\":false}\n", printed("json", false, printer -> printer.watch(batch)));
    }

    @Test
    void shouldDrawTheTableOfStatusAsEtcdctlDoes()
    {
        final Status status = new Status("127.0.0.1:23790", new Header(1, 0x2e1259d415f2a040L, 27, 2), "default", "3.4.23", 24_576, 20_480,
            0x2e1259d415f2a040L, false, 45, 45, List.of(), "fsync", "folded", 3, 4, 1, 2);
        assertEquals("""
            +-----------------+------------------+---------+---------+-----------+------------+-----------+------------+--------------------+--------+
            |    ENDPOINT     |        ID        | VERSION | DB SIZE | IS LEADER | IS LEARNER | RAFT TERM | RAFT INDEX | RAFT APPLIED INDEX | ERRORS |
            +-----------------+------------------+---------+---------+-----------+------------+-----------+------------+--------------------+--------+
            | 127.0.0.1:23790 | 2e1259d415f2a040 |  3.4.23 |   25 kB |      true |      false |         2 |         45 |                 45 |        |
            +-----------------+------------------+---------+---------+-----------+------------+-----------+------------+--------------------+--------+
            """, printed("table", false, printer -> printer.status(List.of(status))));
        assertEquals("127.0.0.1:23790, 2e1259d415f2a040, 3.4.23, 25 kB, true, false, 2, 45, 45, \n",
            printed("simple", false, printer -> printer.status(List.of(status))));
    }

    @Test
    void shouldPrintMembers()
    {
        final Member member = new Member(0x2e1259d415f2a040L, "default", List.of("127.0.0.1:2480"), List.of("127.0.0.1:2479"), false);
        assertEquals("2e1259d415f2a040, started, default, 127.0.0.1:2480, 127.0.0.1:2479, false\n",
            printed("simple", false, printer -> printer.members(HEADER, List.of(member))));
        assertEquals("{\"header\":{\"cluster_id\":1,\"member_id\":2,\"raft_term\":2},\"members\":[{\"ID\":3319814642761637952," +
            "\"name\":\"default\",\"peerURLs\":[\"127.0.0.1:2480\"],\"clientURLs\":[\"127.0.0.1:2479\"]}]}\n",
            printed("json", false, printer -> printer.members(new Header(1, 2, 0, 2), List.of(member))));
    }

    @Test
    void shouldPrintChangesOfMembers()
    {
        final Member member = new Member(0x2e12L, "", List.of("127.0.0.1:2480"), List.of(), true);
        final MemberAnswer answer = new MemberAnswer(new Header(1, 2, 0, 2), 0x2e12L, List.of(member));
        assertEquals("Member             2e12 added to cluster                1\n",
            printed("simple", false, printer -> printer.memberChanged(MemberOperation.ADD, answer)));
        assertEquals("Member             2e12 removed from cluster                1\n",
            printed("simple", false, printer -> printer.memberChanged(MemberOperation.REMOVE, answer)));
        assertEquals("{\"header\":{\"cluster_id\":1,\"member_id\":2,\"raft_term\":2},\"member\":{\"ID\":11794," +
            "\"peerURLs\":[\"127.0.0.1:2480\"],\"isLearner\":true},\"members\":[{\"ID\":11794," +
            "\"peerURLs\":[\"127.0.0.1:2480\"],\"isLearner\":true}]}\n",
            printed("json", false, printer -> printer.memberChanged(MemberOperation.ADD, answer)));
    }

    @Test
    void shouldQuoteBytesAsGoDoes()
    {
        assertEquals("\"a\\n\\\"\\\\\\x00\\xff\"", GoText.quoted("a\n\"\\\0\u00ff".getBytes(ISO_8859_1)));
        assertEquals("\"\u00fc\u20ac\"", GoText.quoted("\u00fc\u20ac".getBytes(UTF_8)));
        assertEquals("\"\\u200b\"", GoText.quoted("\u200b".getBytes(UTF_8)));
    }

    @Test
    void shouldGiveSizesInPowersOfAThousand()
    {
        assertEquals("0 B", HumanBytes.text(0));
        assertEquals("999 B", HumanBytes.text(999));
        assertEquals("1.0 kB", HumanBytes.text(1000));
        assertEquals("25 kB", HumanBytes.text(24_576));
        assertEquals("2.1 GB", HumanBytes.text(2_147_483_648L));
    }
}
