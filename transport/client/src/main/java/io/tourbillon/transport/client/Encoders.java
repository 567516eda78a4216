package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.AuthRequestEncoder;
import io.tourbillon.codecs.client.ChallengeResponseEncoder;
import io.tourbillon.codecs.client.CloseSessionEncoder;
import io.tourbillon.codecs.client.CompactRequestEncoder;
import io.tourbillon.codecs.client.ConnectEncoder;
import io.tourbillon.codecs.client.CreditEncoder;
import io.tourbillon.codecs.client.DeleteRangeRequestEncoder;
import io.tourbillon.codecs.client.DisconnectEncoder;
import io.tourbillon.codecs.client.KeepAliveEncoder;
import io.tourbillon.codecs.client.LeaseRequestEncoder;
import io.tourbillon.codecs.client.LeasesKeepAliveEncoder;
import io.tourbillon.codecs.client.LoginProofEncoder;
import io.tourbillon.codecs.client.MaintenanceRequestEncoder;
import io.tourbillon.codecs.client.MemberRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpenClientEncoder;
import io.tourbillon.codecs.client.OpenSessionEncoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.RequestHeaderEncoder;
import io.tourbillon.codecs.client.StatusRequestEncoder;
import io.tourbillon.codecs.client.WatchCancelEncoder;
import io.tourbillon.codecs.client.WatchCreateEncoder;
import io.tourbillon.codecs.client.WatchProgressRequestEncoder;
import io.tourbillon.codecs.client.WatchRangesCreateEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The flyweights of a connection's requests, shared by its sessions. */
final class Encoders
{
    final MessageHeaderEncoder header = new MessageHeaderEncoder();
    final ConnectEncoder connect = new ConnectEncoder();
    final ChallengeResponseEncoder challengeResponse = new ChallengeResponseEncoder();
    final KeepAliveEncoder keepAlive = new KeepAliveEncoder();
    final DisconnectEncoder disconnect = new DisconnectEncoder();
    final OpenSessionEncoder openSession = new OpenSessionEncoder();
    final LoginProofEncoder loginProof = new LoginProofEncoder();
    final OpenClientEncoder openClient = new OpenClientEncoder();
    final CloseSessionEncoder closeSession = new CloseSessionEncoder();
    final CreditEncoder credit = new CreditEncoder();
    final PutRequestEncoder put = new PutRequestEncoder();
    final RangeRequestEncoder range = new RangeRequestEncoder();
    final DeleteRangeRequestEncoder deleteRange = new DeleteRangeRequestEncoder();
    final CompactRequestEncoder compact = new CompactRequestEncoder();
    final LeaseRequestEncoder lease = new LeaseRequestEncoder();
    final LeasesKeepAliveEncoder leasesKeepAlive = new LeasesKeepAliveEncoder();
    final MemberRequestEncoder member = new MemberRequestEncoder();
    final MaintenanceRequestEncoder maintenance = new MaintenanceRequestEncoder();
    final AuthRequestEncoder auth = new AuthRequestEncoder();
    final StatusRequestEncoder status = new StatusRequestEncoder();
    final WatchCreateEncoder watchCreate = new WatchCreateEncoder();
    final WatchRangesCreateEncoder watchRangesCreate = new WatchRangesCreateEncoder();
    final WatchCancelEncoder watchCancel = new WatchCancelEncoder();
    final WatchProgressRequestEncoder watchProgress = new WatchProgressRequestEncoder();

    /** Fills the head of a message that is no numbered request. */
    static void head(final RequestHeaderEncoder head, final long sessionId, final long correlationId)
    {
        head.sessionId(sessionId).correlationId(correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
    }

    static int leasesKeepAliveLength(final int count)
    {
        return MessageHeaderEncoder.ENCODED_LENGTH + LeasesKeepAliveEncoder.BLOCK_LENGTH +
            LeasesKeepAliveEncoder.LeasesEncoder.HEADER_SIZE + count * LeasesKeepAliveEncoder.LeasesEncoder.sbeBlockLength();
    }

    /** Fills the rest of a renewal of many leases. */
    void leaseIds(final long[] ids, final int offset, final int count)
    {
        final LeasesKeepAliveEncoder.LeasesEncoder leases = leasesKeepAlive.leasesCount(count);
        for (int i = 0; i < count; i++)
        {
            leases.next().id(ids[offset + i]);
        }
    }

    /** Before anything is claimed: an exception between claim and commit would block the stream. */
    static void checkBounds(
        final DirectBuffer first, final int firstOffset, final int firstLength,
        final DirectBuffer second, final int secondOffset, final int secondLength)
    {
        first.boundsCheck(firstOffset, firstLength);
        second.boundsCheck(secondOffset, secondLength);
    }

    static void flags(final MutableDirectBuffer buffer, final int offset, final int flags)
    {
        buffer.putByte(offset, (byte)flags);
    }
}
