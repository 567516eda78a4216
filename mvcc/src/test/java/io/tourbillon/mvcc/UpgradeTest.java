package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.record.ClusterVersionSetDecoder;
import io.tourbillon.codecs.record.ClusterVersionSetEncoder;
import io.tourbillon.codecs.record.ConfigurationEncoder;
import io.tourbillon.codecs.record.LeaseTtlMinSetDecoder;
import io.tourbillon.codecs.record.MemberPublishedEncoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three members of one log, of builds that differ: they are in one state at all times, and what is new begins when all know it. */
class UpgradeTest
{
    private static final int OLD = ApplyVersion.FIRST;
    private static final int NEW = ApplyVersion.LEASE_TTL_MIN;
    private static final long OLD_TTL_MS = 2000;
    /** Of an election time-out of half a second. */
    private static final long NEW_TTL_MS = 1000;
    private static final long MS = 1_000_000;

    private final MvccSettings[] settings = {settings(1), settings(2), settings(3)};
    private final Rig[] rigs = {new Rig(settings[0]), new Rig(settings[1]), new Rig(settings[2])};
    private final Rig leader = rigs[0];
    private final Random random = new Random(7);
    private long lastLeaseId;

    private static MvccSettings settings(final long memberId)
    {
        return new MvccSettings().memberId(memberId).applyVersion(OLD).electionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(500))
            .initialMembers(configuration(1, 2, 3));
    }

    private static UnsafeBuffer configuration(final long... ids)
    {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final ConfigurationEncoder encoder = new ConfigurationEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        final ConfigurationEncoder.MembersEncoder members = encoder.clusterId(1).membersCount(ids.length);
        for (final long id : ids)
        {
            members.next().id(id).voter((short)1).wasVoter((short)0).name("").peerUrls("").clientUrls("");
        }
        return new UnsafeBuffer(buffer, 0, encoder.limit());
    }

    @AfterEach
    void close()
    {
        for (final Rig rig : rigs)
        {
            rig.close();
        }
    }

    private void publish(final int index, final int version)
    {
        final MemberPublishedEncoder encoder =
            new MemberPublishedEncoder().wrapAndApplyHeader(leader.requests.buffer, 0, new MessageHeaderEncoder());
        encoder.memberId(index + 1).applyVersion(version).name("m" + index).clientUrls("");
        leader.requests.length = encoder.limit();
        leader.applyOwn();
    }

    /** Whatever goes by versions is done; then all must be alike. */
    private void write()
    {
        for (int i = 0; i < 20; i++)
        {
            leader.run(random.nextInt(3) == 0 ? Op.delete("k" + random.nextInt(5), "") : Op.put("k" + random.nextInt(5), "v" + i));
        }
        propose();
        assertAlike();
    }

    /** What the leader has to say, said; the templates of that. */
    private List<Integer> propose()
    {
        final List<Integer> said = new ArrayList<>();
        leader.nowNs += TimeUnit.SECONDS.toNanos(2);
        leader.mvcc.doWork(leader.nowNs);
        while ((leader.requests.length = leader.mvcc.proposal(leader.requests.buffer)) > 0)
        {
            said.add(new MessageHeaderDecoder().wrap(leader.requests.buffer, 0).templateId());
            leader.applyOwn();
        }
        return said;
    }

    private void assertAlike()
    {
        for (final Rig rig : rigs)
        {
            rig.follow(leader);
            assertEquals(leader.mvcc.stateHash(), rig.mvcc.stateHash(), "state hash");
            assertEquals(leader.mvcc.liveBytes(), rig.mvcc.liveBytes(), "live bytes");
            assertEquals(leader.mvcc.version().inForce(), rig.mvcc.version().inForce());
        }
    }

    private void assertGranted(final long expectedMs)
    {
        leader.grant(++lastLeaseId, 1);
        for (final Rig rig : rigs)
        {
            rig.follow(leader);
            final Leases leases = new Leases(rig.store.tree(Mvcc.LEASES_TREE), rig.store.tree(Mvcc.LEASE_KEYS_TREE), null);
            assertTrue(leases.find(lastLeaseId));
            assertEquals(expectedMs, leases.record().grantedTtlMs());
        }
    }

    /** The member ends as it would by a signal, and another build starts in its place. */
    private void restart(final int index, final int version)
    {
        settings[index].applyVersion(version);
        rigs[index].checkpoint();
        rigs[index].crash();
    }

    private static long format(final Rig rig)
    {
        return rig.store.userHeader().getLong(MvccHeader.FORMAT_OFFSET, LITTLE_ENDIAN);
    }

    private void raise()
    {
        for (int i = 0; i < rigs.length; i++)
        {
            restart(i, NEW);
            publish(i, NEW);
        }
        propose();
        assertAlike();
    }

    @Test
    void shouldBeInOneStateWhileMembersAreUpgradedAndBeginWithTheNewWhenTheLastIs()
    {
        for (int i = 0; i < rigs.length; i++)
        {
            publish(i, OLD);
        }
        write();
        assertGranted(OLD_TTL_MS);
        for (int i = rigs.length - 1; i >= 0; i--)
        {
            assertEquals(OLD, leader.mvcc.version().inForce());
            restart(i, NEW);
            write();
            assertGranted(OLD_TTL_MS);
            publish(i, NEW);
            assertEquals(5, format(rigs[i]), "until the last one it may go back");
            if (i > 0)
            {
                assertEquals(List.of(), propose());
                write();
                assertGranted(OLD_TTL_MS);
            }
        }
        assertEquals(List.of(ClusterVersionSetDecoder.TEMPLATE_ID, LeaseTtlMinSetDecoder.TEMPLATE_ID), propose());
        write();
        assertEquals(NEW, leader.mvcc.version().inForce());
        assertGranted(NEW_TTL_MS);
        for (int i = 0; i < rigs.length; i++)
        {
            assertEquals(6, format(rigs[i]), "an older build must refuse it");
            restart(i, NEW);
            assertEquals(NEW, rigs[i].mvcc.version().inForce());
        }
        write();
        assertGranted(NEW_TTL_MS);
    }

    @Test
    void shouldLetAMemberGoBackBeforeTheLastIsUpgraded()
    {
        publish(0, NEW);
        publish(1, NEW);
        restart(1, NEW);
        write();
        restart(1, OLD);
        publish(1, OLD);
        publish(2, NEW);
        assertEquals(List.of(), propose());
        write();
        assertGranted(OLD_TTL_MS);
    }

    @Test
    void shouldRefuseByNameWhatIsNewerThanTheBuild()
    {
        rigs[2].checkpoint();
        raise();
        settings[1].applyVersion(OLD);
        rigs[1].checkpoint();
        assertRefused("the store has cluster version 2, this build knows up to 1", rigs[1]::crash);
        settings[1].applyVersion(NEW);
        rigs[1].crash();

        settings[2].applyVersion(OLD); // nothing of it is in its store
        rigs[2].crashCount = 0;
        assertRefused("the log raises the cluster to cluster version 2, this build knows up to 1", rigs[2]::crash);
        settings[2].applyVersion(NEW);
        rigs[2].crash();
        write();
    }

    private static void assertRefused(final String message, final org.junit.jupiter.api.function.Executable start)
    {
        assertEquals(message + ": start this member with a build as new as that of the others",
            assertThrows(NewerClusterException.class, start).getMessage());
    }

    @Test
    void shouldNotTakeAStateThatIsNewerThanTheBuild()
    {
        raise();
        final UnsafeBuffer header = new UnsafeBuffer(new byte[MvccHeader.LENGTH]);
        header.putBytes(0, leader.store.userHeader(), 0, MvccHeader.LENGTH);
        assertTrue(MvccHeader.isUsable(header, 1, NEW));
        assertFalse(MvccHeader.isUsable(header, 2, OLD), "not of this cluster at all");
        assertRefused("the store has cluster version 2, this build knows up to 1", () -> MvccHeader.isUsable(header, 1, OLD));
        header.putLong(MvccHeader.FORMAT_OFFSET, 7, LITTLE_ENDIAN);
        assertFalse(MvccHeader.isReadable(header));
        assertEquals("the store has format 7, this version reads up to 6: start this member with a build as new as that which wrote it",
            assertThrows(NewerClusterException.class, () -> MvccHeader.isUsable(header, 1, NEW)).getMessage());
    }

    @Test
    void shouldRefuseARecordThatItDoesNotKnow()
    {
        final MessageHeaderEncoder header = new MessageHeaderEncoder().wrap(leader.requests.buffer, 0);
        header.blockLength(8).templateId(99).schemaId(MessageHeaderDecoder.SCHEMA_ID).version(9);
        leader.requests.length = MessageHeaderEncoder.ENCODED_LENGTH + 8;
        assertTrue(assertThrows(NewerClusterException.class, leader::applyOwn).getMessage().startsWith("the log has a record of kind 99,"));
    }

    /** Between the leader's look and its entry. */
    @Test
    void shouldNotRaiseTheVersionWhenAMemberHasGoneBackOrCome()
    {
        raiseBy(() -> publish(2, OLD));
        assertEquals(OLD, leader.mvcc.version().inForce());
        publish(2, NEW);
        raiseBy(() -> leader.configure(1, 2, 3, 4));
        assertEquals(OLD, leader.mvcc.version().inForce(), "the fourth has said nothing");
        assertEquals(List.of(), propose());
        publish(3, NEW);
        propose();
        assertEquals(NEW, leader.mvcc.version().inForce());
        leader.configure(1, 2, 3, 4, 5);
        publish(4, OLD);
        assertEquals(List.of(), propose());
        assertEquals(NEW, leader.mvcc.version().inForce(), "it never goes back");
        assertEquals(5, leader.mvcc.version().outdatedMemberId(), "which does not know that it must stop");
        publish(4, NEW);
        assertEquals(0, leader.mvcc.version().outdatedMemberId());
    }

    private void raiseBy(final Runnable inBetween)
    {
        for (int i = 0; i < rigs.length; i++)
        {
            restart(i, NEW);
            publish(i, NEW);
        }
        inBetween.run();
        leader.requests.length = new ClusterVersionSetEncoder()
            .wrapAndApplyHeader(leader.requests.buffer, 0, new MessageHeaderEncoder()).clusterVersion(NEW).limit();
        leader.applyOwn();
    }

    /** Before any change of members the log tells of those alone that have said something. */
    @Test
    void shouldWaitForMembersThatHaveNeverStarted()
    {
        publish(0, NEW);
        publish(1, NEW);
        assertEquals(List.of(), propose());
        publish(2, NEW);
        settings[0].applyVersion(NEW);
        leader.checkpoint();
        leader.crash();
        assertEquals(ClusterVersionSetDecoder.TEMPLATE_ID, propose().get(0));
    }

    /** As builds of before have written it: a block of eight bytes. */
    @Test
    void shouldTakeAMemberThatPublishesNoVersionForOneOfTheFirst()
    {
        final UnsafeBuffer buffer = leader.requests.buffer;
        new MessageHeaderEncoder().wrap(buffer, 0).blockLength(8).templateId(MemberPublishedEncoder.TEMPLATE_ID)
            .schemaId(MessageHeaderDecoder.SCHEMA_ID).version(1);
        buffer.putLong(8, 3, LITTLE_ENDIAN);
        buffer.putInt(16, 1, LITTLE_ENDIAN);
        buffer.putByte(20, (byte)'c');
        buffer.putInt(21, 0, LITTLE_ENDIAN);
        leader.requests.length = 25;
        leader.applyOwn();
        assertEquals(OLD, leader.mvcc.members().applyVersionOf(3));
        publish(0, NEW);
        publish(1, NEW);
        assertEquals(List.of(), propose());
        publish(2, NEW);
        assertEquals(NEW, leader.mvcc.members().applyVersionOf(3));
    }

    /** A request with more behind it than is known: which schema is newer than what is known must not depend on the build. */
    @Test
    void shouldJudgeARequestByTheClustersVersionAndNotByTheBuild()
    {
        assertEquals(io.tourbillon.codecs.client.MessageHeaderDecoder.SCHEMA_VERSION, ApplyVersion.clientSchema(ApplyVersion.NEWEST),
            "a new version of the clients' schema needs a new version of what entries do");
        restart(0, NEW);
        putLonger();
        write();
        raise();
        final long revision = leader.mvcc.revision();
        putLonger();
        assertEquals(revision, leader.mvcc.revision(), "version 4 is known now, and nothing may follow");
        write();
    }

    private void putLonger()
    {
        leader.requests.of(Op.put("longer", "v"), Rig.SESSION, 1);
        assertEquals(4, leader.requests.buffer.getShort(6, LITTLE_ENDIAN), "version of " + PutRequestEncoder.class);
        leader.requests.buffer.putByte(leader.requests.length++, (byte)0);
        leader.apply();
    }

    @Test
    void shouldGrantByTheLeadersElectionTimeOutRoundedUpToSeconds()
    {
        assertEquals(1000, LeaseTtlMin.ofElectionTimeout(10 * MS));
        assertEquals(1000, LeaseTtlMin.ofElectionTimeout(666 * MS));
        assertEquals(2000, LeaseTtlMin.ofElectionTimeout(667 * MS));
        assertEquals(Limits.LEASE_TTL_MIN_MS, LeaseTtlMin.ofElectionTimeout(1000 * MS));
        assertEquals(75_000, LeaseTtlMin.ofElectionTimeout(50_000 * MS));
    }

    /** What is new is said by the leader alone, and heeded by nobody before its time. */
    @Test
    void shouldPassOverWhatIsSaidBeforeItsTime()
    {
        final long hash = leader.mvcc.stateHash();
        leader.requests.length = new io.tourbillon.codecs.record.LeaseTtlMinSetEncoder()
            .wrapAndApplyHeader(leader.requests.buffer, 0, new MessageHeaderEncoder()).ttlMinMs(9000).limit();
        leader.applyOwn();
        assertEquals(hash, leader.mvcc.stateHash());
        assertGranted(OLD_TTL_MS);
    }

    @Test
    void shouldWantACheckpointOnceTheVersionIsRaised()
    {
        assertFalse(leader.mvcc.version().isUnsaved());
        raise();
        assertTrue(leader.mvcc.version().isUnsaved());
        leader.mvcc.version().onFreeze();
        assertFalse(leader.mvcc.version().isUnsaved());
    }
}
