package io.tourbillon.mvcc;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static io.tourbillon.codecs.AlarmType.CORRUPT;
import static io.tourbillon.codecs.AlarmType.NONE;
import static io.tourbillon.codecs.AlarmType.NOSPACE;
import static io.tourbillon.codecs.client.MaintenanceOperation.ALARM_ACTIVATE;
import static io.tourbillon.codecs.client.MaintenanceOperation.ALARM_DEACTIVATE;
import static io.tourbillon.codecs.client.MaintenanceOperation.ALARM_GET;
import static io.tourbillon.codecs.client.MaintenanceOperation.HASH_KV;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Alarms that members and operators raise and lower. */
class AlarmsTest
{
    private static final String REFUSED_NO_SPACE = "error " + ErrorCode.NO_SPACE.number();
    private static final String REFUSED_CORRUPT = "error " + ErrorCode.CORRUPT.number();

    private final Rig rig = new Rig();

    @AfterEach
    void close()
    {
        rig.checkFollower(new MvccSettings());
        rig.close();
    }

    private List<Alarm> alarms()
    {
        return rig.mvcc.alarms().list();
    }

    @Test
    void shouldListWhatOperatorsRaiseAndDisarm()
    {
        assertEquals("alarms at 1", rig.alarm(ALARM_GET, 0, NONE));
        assertEquals("alarms 8:1 at 1", rig.alarm(ALARM_ACTIVATE, 8, NOSPACE));
        assertEquals("alarms 8:1 at 1", rig.alarm(ALARM_ACTIVATE, 8, NOSPACE), "once is enough");
        assertEquals("alarms 9:2 at 1", rig.alarm(ALARM_ACTIVATE, 9, CORRUPT));
        assertEquals("alarms 8:1 9:2 at 1", rig.alarm(ALARM_GET, 0, NONE));
        assertEquals("alarms 9:2 at 1", rig.alarm(ALARM_GET, 0, CORRUPT));
        assertEquals("alarms at 1", rig.alarm(ALARM_DEACTIVATE, 9, NOSPACE), "member and type must fit");
        assertEquals("alarms 9:2 at 1", rig.alarm(ALARM_DEACTIVATE, 9, CORRUPT));
        assertEquals("alarms 8:1 at 1", rig.alarm(ALARM_DEACTIVATE, 8, NOSPACE));
        assertEquals("alarms at 1", rig.alarm(ALARM_GET, 0, NONE));
    }

    @Test
    void shouldRefuseWhatNeedsRoom()
    {
        rig.run(Op.put("k", "v"));
        rig.alarm(ALARM_ACTIVATE, 8, NOSPACE);
        assertEquals(REFUSED_NO_SPACE, rig.run(Op.put("k", "w")));
        final Op txn = Op.txn();
        txn.failure.add(Op.put("never", "v"));
        assertEquals(REFUSED_NO_SPACE, rig.runLogged(txn), "a put in either branch");
        assertEquals(REFUSED_NO_SPACE, rig.grant(7, 60_000));
        assertEquals("delete at 3 deleted 1", rig.run(Op.delete("k", "")));
        assertEquals("compacted at 3", rig.compact(3, false));
        rig.alarm(ALARM_DEACTIVATE, 8, NOSPACE);
        assertTrue(rig.run(Op.put("k", "w")).startsWith("put"));
    }

    @Test
    void shouldRefuseAllChangesOfACorruptState()
    {
        rig.run(Op.put("k", "v"));
        rig.grant(7, 60_000);
        rig.alarm(ALARM_ACTIVATE, 8, CORRUPT);
        assertEquals(REFUSED_CORRUPT, rig.run(Op.put("k", "w")));
        assertEquals(REFUSED_CORRUPT, rig.run(Op.delete("k", "")));
        assertEquals(REFUSED_CORRUPT, rig.compact(2, false));
        assertEquals(REFUSED_CORRUPT, rig.grant(8, 60_000));
        assertEquals(REFUSED_CORRUPT, rig.revoke(7));
        assertTrue(rig.run(Op.range("k", "")).contains("k"), "reads go on");
        assertEquals("alarms 8:2 at 2", rig.alarm(ALARM_DEACTIVATE, 8, CORRUPT));
        assertTrue(rig.run(Op.put("k", "w")).startsWith("put"));
    }

    @Test
    void shouldListAMembersFullDiskAndRefuseNothingForIt()
    {
        rig.note(8, NOSPACE, true);
        assertEquals(List.of(new Alarm(NOSPACE, 8, false)), alarms());
        assertTrue(rig.run(Op.put("k", "v")).startsWith("put"), "the others have room");
        rig.alarm(ALARM_ACTIVATE, 8, NOSPACE);
        assertEquals(List.of(new Alarm(NOSPACE, 8, true)), alarms());
        rig.note(8, NOSPACE, false);
        assertEquals(List.of(new Alarm(NOSPACE, 8, true)), alarms(), "an operator has said it, too");
        rig.note(8, NOSPACE, true);
        assertEquals("alarms 8:1 at 2", rig.alarm(ALARM_DEACTIVATE, 8, NOSPACE));
        assertEquals(List.of(), alarms());
        rig.note(8, NOSPACE, true);
        rig.note(8, NOSPACE, false);
        assertEquals(List.of(), alarms());
    }

    @Test
    void shouldForgetTheAlarmsOfARemovedMember()
    {
        rig.configure(1, 2, 3);
        rig.note(3, NOSPACE, true);
        rig.note(2, NOSPACE, true);
        rig.alarm(ALARM_ACTIVATE, 3, CORRUPT);
        rig.configure(1, 2);
        assertEquals(List.of(new Alarm(NOSPACE, 2, false)), alarms());
        rig.note(3, NOSPACE, true);
        assertEquals(List.of(new Alarm(NOSPACE, 2, false)), alarms(), "it has no say any more");
    }

    @Test
    void shouldKeepThemInTheStateAndItsHash()
    {
        final long before = rig.mvcc.stateHash();
        rig.note(8, NOSPACE, true);
        final long noted = rig.mvcc.stateHash();
        assertNotEquals(before, noted);
        rig.note(8, NOSPACE, true);
        assertEquals(noted, rig.mvcc.stateHash(), "nothing new");
        rig.alarm(ALARM_ACTIVATE, 9, CORRUPT);
        assertNotEquals(noted, rig.mvcc.stateHash());
        rig.checkpoint();
        rig.crash();
        assertEquals(List.of(new Alarm(NOSPACE, 8, false), new Alarm(CORRUPT, 9, true)), alarms());
        assertEquals(REFUSED_CORRUPT, rig.run(Op.put("k", "v")));
    }

    @Test
    void shouldRefuseWhatIsNoAlarmAndTooMany()
    {
        final String notSupported = "error " + ErrorCode.NOT_SUPPORTED.number();
        assertEquals(notSupported, rig.alarm(ALARM_ACTIVATE, 8, NONE));
        assertEquals(notSupported, rig.alarm(HASH_KV, 8, AlarmType.NOSPACE));
        assertEquals("alarms at 1", rig.alarm(ALARM_DEACTIVATE, 8, NONE), "as etcd");
        for (int i = 1; i <= Alarms.COUNT_MAX; i++)
        {
            assertEquals("alarms " + i + ":1 at 1", rig.alarm(ALARM_ACTIVATE, i, NOSPACE));
        }
        assertEquals("alarms at 1", rig.alarm(ALARM_ACTIVATE, 1000, NOSPACE));
        assertEquals(Alarms.COUNT_MAX, alarms().size());
    }
}
