package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.record.ConfigurationDecoder;
import io.tourbillon.codecs.record.ConfigurationEncoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * A configuration as the payload of an entry. Any thread; allocates, as configurations are rare.
 */
public final class ConfigurationRecord
{
    private ConfigurationRecord()
    {
    }

    /**
     * @param configuration to be written.
     * @param clusterId     it belongs to.
     * @return the message, header included, from the buffer's start to its capacity.
     */
    public static DirectBuffer encode(final Configuration configuration, final long clusterId)
    {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(512);
        final ConfigurationEncoder encoder = new ConfigurationEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        encoder.clusterId(clusterId);
        final ConfigurationEncoder.MembersEncoder members = encoder.membersCount(configuration.members().size());
        for (final Member member : configuration.members())
        {
            members.next().id(member.id()).voter(flag(member.isVoter())).wasVoter(flag(member.wasVoter()))
                .name(member.name()).peerUrls(member.peerUrls()).clientUrls(member.clientUrls());
        }
        final byte[] exact = new byte[MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength()];
        buffer.getBytes(0, exact);
        return new UnsafeBuffer(exact);
    }

    /**
     * @param entry of the log.
     * @return the configuration it carries, or null if it carries something else; that is told without allocating.
     */
    public static Configuration of(final EntryFrame entry)
    {
        return entry.carriesRecord(ConfigurationDecoder.TEMPLATE_ID) ? decode(entry.payload(), entry.payloadOffset()) : null;
    }

    /**
     * @param payload with a whole message of this kind.
     * @param offset  of its header.
     * @return the configuration.
     */
    public static Configuration decode(final DirectBuffer payload, final int offset)
    {
        final ConfigurationDecoder decoder = new ConfigurationDecoder().wrapAndApplyHeader(payload, offset, new MessageHeaderDecoder());
        final List<Member> members = new ArrayList<>();
        for (final ConfigurationDecoder.MembersDecoder member : decoder.members())
        {
            members.add(new Member(
                member.id(), member.voter() != 0, member.wasVoter() != 0, member.name(), member.peerUrls(), member.clientUrls()));
        }
        return Configuration.of(members);
    }

    private static short flag(final boolean isSet)
    {
        return (short)(isSet ? 1 : 0);
    }
}
