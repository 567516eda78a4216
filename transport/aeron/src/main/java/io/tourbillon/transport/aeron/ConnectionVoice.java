package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthReplyEncoder;
import io.tourbillon.codecs.client.ChallengeEncoder;
import io.tourbillon.codecs.client.ConnectedEncoder;
import io.tourbillon.codecs.client.ErrorReplyEncoder;
import io.tourbillon.codecs.client.KeepAliveReplyEncoder;
import io.tourbillon.codecs.client.LoginChallengeEncoder;
import io.tourbillon.codecs.client.MemberReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.ReplyHeaderEncoder;
import io.tourbillon.codecs.client.SessionClosedEncoder;
import io.tourbillon.codecs.client.SessionOpenedEncoder;
import org.agrona.ExpandableRingBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * What the sequencer itself says: handshakes, sessions, refusals. Sequencer; does not block, allocates only when a client does not read. A
 * message
 * that cannot go now waits in the connection's bounded queue; a full queue ends the connection.
 */
final class ConnectionVoice
{
    /** All that is said here fits: the longest text is an error's. */
    private static final int SCRATCH_LENGTH = 1024;
    private static final byte[] NOTHING = new byte[0];
    private static final int QUEUE_BATCH = 64;

    private final NodeFacts facts;
    private final long keepAliveMs;
    private final long timeoutMs;
    private final long sessionsMax;
    private final long requestLengthMax;
    private final long inFlightMax;
    private final MessageSender sender = new MessageSender();
    private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(SCRATCH_LENGTH));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ChallengeEncoder challenge = new ChallengeEncoder();
    private final ConnectedEncoder connected = new ConnectedEncoder();
    private final KeepAliveReplyEncoder keepAliveReply = new KeepAliveReplyEncoder();
    private final LoginChallengeEncoder loginChallenge = new LoginChallengeEncoder();
    private final SessionOpenedEncoder sessionOpened = new SessionOpenedEncoder();
    private final SessionClosedEncoder sessionClosed = new SessionClosedEncoder();
    private final AuthReplyEncoder authReply = new AuthReplyEncoder();
    private final MemberReplyEncoder memberReply = new MemberReplyEncoder();
    private final ErrorReplyEncoder errorReply = new ErrorReplyEncoder();
    private final ExpandableRingBuffer.MessageConsumer resend = this::onQueued;
    private Connection draining;

    ConnectionVoice(final NodeFacts facts, final NodeConfig config)
    {
        this.facts = facts;
        this.keepAliveMs = config.number(NodeOption.KEEP_ALIVE_MS);
        this.timeoutMs = config.number(NodeOption.CONNECTION_TIMEOUT_MS);
        this.sessionsMax = config.number(NodeOption.MAX_SESSIONS);
        this.requestLengthMax = config.number(NodeOption.MAX_REQUEST_BYTES);
        this.inFlightMax = config.number(NodeOption.MAX_IN_FLIGHT);
    }

    void challenge(final Connection connection, final long correlationId, final byte[] nonce)
    {
        challenge.wrapAndApplyHeader(scratch, 0, header).putNonce(nonce, 0, nonce.length);
        head(challenge.reply(), 0, correlationId);
        say(connection, MessageHeaderEncoder.ENCODED_LENGTH + challenge.encodedLength());
    }

    void connected(final Connection connection, final long correlationId, final byte[] nodeProof)
    {
        connected.wrapAndApplyHeader(scratch, 0, header)
            .connectionId(connection.id())
            .leaderId(facts.leaderId())
            .protocolVersion(Protocol.VERSION)
            .keepAliveIntervalMs(keepAliveMs)
            .timeoutMs(timeoutMs)
            .sessionsMax(sessionsMax)
            .requestLengthMax(requestLengthMax)
            .putNodeProof(nodeProof, 0, nodeProof.length);
        head(connected.reply(), 0, correlationId);
        say(connection, MessageHeaderEncoder.ENCODED_LENGTH + connected.encodedLength());
    }

    void keptAlive(final Connection connection, final long correlationId)
    {
        keepAliveReply.wrapAndApplyHeader(scratch, 0, header).leaderId(facts.leaderId());
        head(keepAliveReply.reply(), 0, correlationId);
        say(connection, MessageHeaderEncoder.ENCODED_LENGTH + keepAliveReply.encodedLength());
    }

    void loginChallenge(
        final Connection connection, final long correlationId, final byte[] nonce, final byte[] salt, final int iterations)
    {
        loginChallenge.wrapAndApplyHeader(scratch, 0, header)
            .iterations(iterations)
            .putNonce(nonce, 0, nonce.length)
            .putSalt(salt, 0, salt.length);
        head(loginChallenge.reply(), 0, correlationId);
        say(connection, MessageHeaderEncoder.ENCODED_LENGTH + loginChallenge.encodedLength());
    }

    void sessionOpened(final Session session, final long correlationId, final byte[] proof)
    {
        sessionOpened.wrapAndApplyHeader(scratch, 0, header)
            .requestsMax(inFlightMax)
            .putProof(proof, 0, proof.length);
        head(sessionOpened.reply(), session.id(), correlationId);
        say(session.connection(), MessageHeaderEncoder.ENCODED_LENGTH + sessionOpened.encodedLength());
    }

    /**
     * @param session       that is closed.
     * @param correlationId of the request to close it, or 0.
     * @param reason        null = asked for.
     */
    void sessionClosed(final Session session, final long correlationId, final ErrorCode reason)
    {
        final byte[] text = reason == null ? NOTHING : reason.messageBytes();
        sessionClosed.wrapAndApplyHeader(scratch, 0, header)
            .code(reason == null ? 0 : reason.number())
            .putReason(text, 0, text.length);
        head(sessionClosed.reply(), session.id(), correlationId);
        say(session.connection(), MessageHeaderEncoder.ENCODED_LENGTH + sessionClosed.encodedLength());
    }

    /** A token for who has asked for one: it is in no log and needs no other thread. */
    void token(final Session session, final long correlationId, final long authRevision, final byte[] token)
    {
        authReply.wrapAndApplyHeader(scratch, 0, header).authRevision(authRevision).enabled((short)1).flags().clear().last(true);
        authReply.namesCount(1).next().putName(token, 0, token.length);
        authReply.permissionsCount(0);
        head(authReply.reply(), session.id(), correlationId);
        say(session.connection(), MessageHeaderEncoder.ENCODED_LENGTH + authReply.encodedLength());
    }

    /** Another leads, or this member is removed, as was asked for. */
    void memberDone(final Session session, final long correlationId, final long targetId)
    {
        memberReply.wrapAndApplyHeader(scratch, 0, header).targetId(targetId).membersCount(0);
        head(memberReply.reply(), session.id(), correlationId);
        memberReply.reply().revision(0);
        say(session.connection(), MessageHeaderEncoder.ENCODED_LENGTH + memberReply.encodedLength());
    }

    void error(final Connection connection, final long sessionId, final long correlationId, final ErrorCode code)
    {
        final byte[] text = code.messageBytes();
        errorReply.wrapAndApplyHeader(scratch, 0, header)
            .code(code.number())
            .leaderId(facts.leaderId())
            .compactRevision(0)
            .putMessage(text, 0, text.length);
        head(errorReply.reply(), sessionId, correlationId);
        say(connection, MessageHeaderEncoder.ENCODED_LENGTH + errorReply.encodedLength());
    }

    private void head(final ReplyHeaderEncoder head, final long sessionId, final long correlationId)
    {
        head.sessionId(sessionId)
            .correlationId(correlationId)
            .clusterId(facts.clusterId())
            .memberId(facts.memberId())
            .revision(facts.revision())
            .raftTerm(facts.term());
    }

    private void say(final Connection connection, final int length)
    {
        if (!connection.hasQueue())
        {
            final int result = sender.send(connection.publication(), scratch, 0, length);
            if (result == MessageSender.SENT)
            {
                tellNear(connection);
                return;
            }
            if (result == MessageSender.GONE)
            {
                connection.fail();
                return;
            }
        }
        if (!connection.queue().append(scratch, 0, length))
        {
            connection.fail();
        }
    }

    /**
     * Sends what waits, as far as it goes.
     *
     * @param connection whose queue it is.
     * @return messages sent.
     */
    int drain(final Connection connection)
    {
        if (!connection.hasQueue())
        {
            return 0;
        }
        draining = connection;
        final int bytes = connection.queue().consume(resend, QUEUE_BATCH);
        if (!connection.hasQueue())
        {
            connection.queue().reset(0);
        }
        if (bytes > 0)
        {
            tellNear(connection);
        }
        return bytes > 0 ? 1 : 0;
    }

    private static void tellNear(final Connection connection)
    {
        if (connection.isNear())
        {
            connection.tellNear();
        }
    }

    private boolean onQueued(final MutableDirectBuffer buffer, final int offset, final int length, final int headOffset)
    {
        final int result = sender.send(draining.publication(), buffer, offset, length);
        if (result == MessageSender.GONE)
        {
            draining.fail();
        }
        return result == MessageSender.SENT;
    }
}
