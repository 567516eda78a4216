package io.tourbillon.mvcc;

import io.tourbillon.codecs.record.ConfigurationDecoder;
import io.tourbillon.codecs.record.MemberPublishedDecoder;
import io.tourbillon.codecs.record.MemberPublishedEncoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MembersTest
{
    private final Rig rig = new Rig();

    @AfterEach
    void close()
    {
        rig.close();
    }

    private void publish(final long id, final String name)
    {
        final MemberPublishedEncoder encoder =
            new MemberPublishedEncoder().wrapAndApplyHeader(rig.requests.buffer, 0, new MessageHeaderEncoder());
        encoder.memberId(id).name(name).clientUrls("127.0.0.1:1" + id);
        rig.requests.length = encoder.limit();
        rig.applyOwn();
    }

    private List<Long> configured()
    {
        final List<Long> ids = new ArrayList<>();
        for (final ConfigurationDecoder.MembersDecoder member : new ConfigurationDecoder()
            .wrapAndApplyHeader(rig.mvcc.members().configuration(), 0, new MessageHeaderDecoder()).members())
        {
            ids.add(member.id());
            assertEquals("m" + member.id() + "127.0.0.1:" + member.id(), member.name() + member.peerUrls() + member.clientUrls());
        }
        return ids;
    }

    private String nameOf(final long id)
    {
        return new MemberPublishedDecoder()
            .wrapAndApplyHeader(rig.mvcc.members().published(id), 0, new MessageHeaderDecoder()).name();
    }

    @Test
    void shouldKeepTheNewestConfigurationInTheCheckpoint()
    {
        assertNull(rig.mvcc.members().configuration());
        rig.configure(1, 2, 3);
        rig.configure(1, 2, 3, 4);
        publish(4, "four");
        assertEquals(List.of(1L, 2L, 3L, 4L), configured());
        rig.checkpoint();
        rig.log.clear(); // nothing is replayed
        rig.crash();
        assertEquals(List.of(1L, 2L, 3L, 4L), configured());
        assertEquals("four", nameOf(4));
        assertTrue(rig.mvcc.members().isPublished(4));
        assertFalse(rig.mvcc.members().isPublished(3));
        assertEquals(1, rig.mvcc.revision(), "members are no keys");
    }

    @Test
    void shouldNotLetAnIdComeBack()
    {
        rig.configure(1, 2, 3);
        publish(3, "three");
        rig.configure(1, 2);
        assertTrue(rig.mvcc.members().isRemoved(3));
        assertFalse(rig.mvcc.members().isRemoved(2));
        assertNull(rig.mvcc.members().published(3));
        publish(3, "again");
        assertNull(rig.mvcc.members().published(3), "who was removed has nothing to say");
        rig.checkpoint();
        rig.crash();
        assertTrue(rig.mvcc.members().isRemoved(3));
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldTellMembersApartByTheStateHash()
    {
        rig.configure(1, 2, 3);
        final long hash = rig.mvcc.stateHash();
        publish(1, "one");
        assertNotEquals(hash, rig.mvcc.stateHash());
    }
}
