package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.AuthRequestDecoder;
import io.tourbillon.codecs.client.ChallengeResponseDecoder;
import io.tourbillon.codecs.client.ChunkDecoder;
import io.tourbillon.codecs.client.CloseSessionDecoder;
import io.tourbillon.codecs.client.CompactRequestDecoder;
import io.tourbillon.codecs.client.ConnectDecoder;
import io.tourbillon.codecs.client.CreditDecoder;
import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.DisconnectDecoder;
import io.tourbillon.codecs.client.KeepAliveDecoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.LeasesKeepAliveDecoder;
import io.tourbillon.codecs.client.LoginProofDecoder;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpenClientDecoder;
import io.tourbillon.codecs.client.OpenSessionDecoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.RangeFlagsDecoder;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import io.tourbillon.codecs.client.RequestHeaderDecoder;
import io.tourbillon.codecs.client.StatusRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import io.tourbillon.codecs.client.WatchCancelDecoder;
import io.tourbillon.codecs.client.WatchCreateDecoder;
import io.tourbillon.codecs.client.WatchProgressRequestDecoder;
import io.tourbillon.codecs.client.WatchRangesCreateDecoder;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.consensus.raft.PeerUrl;
import io.tourbillon.mvcc.TxnAdmission;
import org.agrona.DirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * What becomes of one inbound message: validated, then one line a template. Writes go to the log, reads to apply, the connection's own
 * messages are answered here. Sequencer; does not allocate in steady state, does not block; nothing that a client sends makes it throw.
 */
final class RequestRouter
{
    /** An inbound message needs so much for an answer to have an addressee. */
    private static final int ANSWERABLE_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH + RequestHeaderDecoder.ENCODED_LENGTH;

    private final SessionBook sessions;
    private final Doorkeeper doorkeeper;
    private final Logins logins;
    private final ConnectionVoice voice;
    private final IngressCounters counters;
    private final long memberId;
    private final NodeConfig config;
    private final int requestLengthMax;
    private final int inFlightMax;
    private final TxnAdmission txnAdmission;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ConnectDecoder connect = new ConnectDecoder();
    private final ChallengeResponseDecoder challengeResponse = new ChallengeResponseDecoder();
    private final OpenSessionDecoder openSession = new OpenSessionDecoder();
    private final CreditDecoder credit = new CreditDecoder();
    private final ChunkDecoder chunk = new ChunkDecoder();
    private final RangeRequestDecoder range = new RangeRequestDecoder();
    private final TxnRequestDecoder txn = new TxnRequestDecoder();
    private final LeaseRequestDecoder lease = new LeaseRequestDecoder();
    private final LoginProofDecoder loginProof = new LoginProofDecoder();
    private final AuthRequestDecoder auth = new AuthRequestDecoder();
    private final MaintenanceRequestDecoder maintenance = new MaintenanceRequestDecoder();
    private final MemberRequestDecoder member = new MemberRequestDecoder();
    private Admission admission;
    private volatile boolean isStopping;

    RequestRouter(
        final SessionBook sessions, final Doorkeeper doorkeeper, final Logins logins, final ConnectionVoice voice,
        final IngressCounters counters, final long memberId, final NodeConfig config)
    {
        this.doorkeeper = doorkeeper;
        this.logins = logins;
        this.sessions = sessions;
        this.voice = voice;
        this.counters = counters;
        this.memberId = memberId;
        this.config = config;
        this.requestLengthMax = config.intNumber(NodeOption.MAX_REQUEST_BYTES);
        this.inFlightMax = config.intNumber(NodeOption.MAX_IN_FLIGHT);
        this.txnAdmission = new TxnAdmission(config.intNumber(NodeOption.MAX_TXN_OPS));
    }

    void admission(final Admission value)
    {
        admission = value;
    }

    /** From now on requests are refused. Any thread. */
    void stop()
    {
        isStopping = true;
    }

    /** Takes one whole Aeron message of a connection. */
    void onMessage(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        counters.messages.addRelease(1);
        final int code = MessageValidator.check(buffer, offset, length);
        if (code != MessageValidator.SOUND)
        {
            onUnsound(connection, buffer, offset, length, ErrorCode.of(code));
            return;
        }
        header.wrap(buffer, offset);
        final int templateId = header.templateId();
        if (connection.state() != Connection.State.CONNECTED)
        {
            onBeforeConnected(connection, templateId, buffer, offset);
            return;
        }
        switch (templateId)
        {
            case ConnectDecoder.TEMPLATE_ID, ChallengeResponseDecoder.TEMPLATE_ID ->
                refuse(connection, buffer, offset, ErrorCode.NOT_CONNECTED);
            case KeepAliveDecoder.TEMPLATE_ID -> voice.keptAlive(connection, correlationId(buffer, offset));
            case DisconnectDecoder.TEMPLATE_ID -> connection.fail();
            case OpenSessionDecoder.TEMPLATE_ID -> onOpenSession(connection, buffer, offset);
            case LoginProofDecoder.TEMPLATE_ID ->
                logins.onProof(connection, correlationId(buffer, offset), loginProof.wrapAndApplyHeader(buffer, offset, header));
            case CloseSessionDecoder.TEMPLATE_ID -> onCloseSession(connection, buffer, offset);
            case CreditDecoder.TEMPLATE_ID -> onCredit(connection, buffer, offset);
            case ChunkDecoder.TEMPLATE_ID -> onChunk(connection, buffer, offset);
            default -> onRequest(connection, templateId, buffer, offset, length);
        }
    }

    private void onRequest(
        final Connection connection, final int templateId, final DirectBuffer buffer, final int offset, final int length)
    {
        counters.countRequest(RequestKind.of(templateId));
        switch (templateId)
        {
            case PutRequestDecoder.TEMPLATE_ID, DeleteRangeRequestDecoder.TEMPLATE_ID, CompactRequestDecoder.TEMPLATE_ID,
                OpenClientDecoder.TEMPLATE_ID ->
                write(connection, buffer, offset, length);
            case TxnRequestDecoder.TEMPLATE_ID -> onTxn(connection, buffer, offset, length);
            case RangeRequestDecoder.TEMPLATE_ID -> onRange(connection, buffer, offset, length);
            case WatchCreateDecoder.TEMPLATE_ID, WatchRangesCreateDecoder.TEMPLATE_ID, WatchCancelDecoder.TEMPLATE_ID,
                WatchProgressRequestDecoder.TEMPLATE_ID ->
                watch(connection, buffer, offset, length);
            case StatusRequestDecoder.TEMPLATE_ID -> read(connection, ReadLevel.SERIALIZABLE, buffer, offset, length);
            case MemberRequestDecoder.TEMPLATE_ID -> onMember(connection, buffer, offset, length);
            case LeaseRequestDecoder.TEMPLATE_ID -> onLease(connection, buffer, offset, length);
            case LeasesKeepAliveDecoder.TEMPLATE_ID -> askLeader(connection, buffer, offset, length);
            case MaintenanceRequestDecoder.TEMPLATE_ID -> onMaintenance(connection, buffer, offset, length);
            case AuthRequestDecoder.TEMPLATE_ID -> onAuth(connection, buffer, offset, length);
            default -> onUnsound(connection, buffer, offset, length, ErrorCode.UNKNOWN_TEMPLATE);
        }
    }

    private void onBeforeConnected(final Connection connection, final int templateId, final DirectBuffer buffer, final int offset)
    {
        if (templateId == DisconnectDecoder.TEMPLATE_ID)
        {
            connection.fail();
        }
        else if (templateId == ChallengeResponseDecoder.TEMPLATE_ID && connection.challenge() != null)
        {
            onChallengeResponse(connection, buffer, offset);
        }
        else if (templateId != ConnectDecoder.TEMPLATE_ID)
        {
            refuse(connection, buffer, offset, ErrorCode.NOT_CONNECTED);
        }
        else if (connection.isRefused())
        {
            refuse(connection, buffer, offset, ErrorCode.TOO_MANY_SESSIONS);
        }
        else if (connect.wrapAndApplyHeader(buffer, offset, header).protocolVersion() >>> 16 != Protocol.VERSION >>> 16)
        {
            refuse(connection, buffer, offset, ErrorCode.WRONG_VERSION);
        }
        else if (doorkeeper.hasKey())
        {
            voice.challenge(connection, correlationId(buffer, offset), doorkeeper.challenge(connection));
        }
        else
        {
            connection.state(Connection.State.CONNECTED);
            voice.connected(connection, correlationId(buffer, offset), Doorkeeper.nothing());
        }
    }

    /** Who is wrong once is sent away: it may connect anew. */
    private void onChallengeResponse(final Connection connection, final DirectBuffer buffer, final int offset)
    {
        final byte[] proof = doorkeeper.admit(connection, challengeResponse.wrapAndApplyHeader(buffer, offset, header));
        if (proof == null)
        {
            counters.keysWrong.addRelease(1);
            refuse(connection, buffer, offset, ErrorCode.CONNECTION_KEY_WRONG);
            connection.fail();
        }
        else
        {
            connection.state(Connection.State.CONNECTED);
            voice.connected(connection, correlationId(buffer, offset), proof);
        }
    }

    private void onOpenSession(final Connection connection, final DirectBuffer buffer, final int offset)
    {
        openSession.wrapAndApplyHeader(buffer, offset, header);
        if (openSession.userNameLength() != 0)
        {
            logins.begin(connection, correlationId(buffer, offset), openSession);
        }
        else
        {
            logins.beginAsNobody(connection, correlationId(buffer, offset), openSession);
        }
    }

    private void onCloseSession(final Connection connection, final DirectBuffer buffer, final int offset)
    {
        final Session session = findOrRefuse(connection, buffer, offset);
        if (session != null)
        {
            sessions.close(session, correlationId(buffer, offset), null);
        }
    }

    /** Credit for a session that is gone is late, not wrong: it has no answer. */
    private void onCredit(final Connection connection, final DirectBuffer buffer, final int offset)
    {
        final Session session = sessions.find(connection, sessionId(buffer, offset));
        if (session != null)
        {
            session.addCredit(credit.wrapAndApplyHeader(buffer, offset, header).eventBytes());
        }
    }

    private void onChunk(final Connection connection, final DirectBuffer buffer, final int offset)
    {
        chunk.wrapAndApplyHeader(buffer, offset, header);
        final Session session = sessions.find(connection, sessionId(buffer, offset));
        if (session == null)
        {
            if (chunk.pieceOffset() == 0)
            {
                refuse(connection, buffer, offset, ErrorCode.SESSION_UNKNOWN);
            }
            return;
        }
        final ChunkAssembler chunks = connection.chunks();
        final int result = chunks.onChunk(session, chunk);
        if (result == ChunkAssembler.WHOLE)
        {
            onWhole(connection, chunks.buffer(), chunks.length());
            chunks.release();
        }
        else if (result < 0)
        {
            refuse(connection, buffer, offset, ErrorCode.of(-result));
        }
    }

    /** Only requests come in pieces: the connection's own messages are short. */
    private void onWhole(final Connection connection, final DirectBuffer buffer, final int length)
    {
        counters.messages.addRelease(1);
        final int code = MessageValidator.check(buffer, 0, length);
        if (code != MessageValidator.SOUND)
        {
            onUnsound(connection, buffer, 0, length, ErrorCode.of(code));
            return;
        }
        header.wrap(buffer, 0);
        onRequest(connection, header.templateId(), buffer, 0, length);
    }

    private void onTxn(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        final int shape = TxnShape.of(txn.wrapAndApplyHeader(buffer, offset, header));
        if (txnAdmission.hasTooMany(buffer, offset, length))
        {
            if (admissible(connection, inFlightMax, buffer, offset, length) != null)
            {
                refuse(connection, buffer, offset, ErrorCode.TOO_MANY_OPS);
            }
        }
        else if (shape == TxnShape.WRITES)
        {
            write(connection, buffer, offset, length);
        }
        else
        {
            read(connection, shape == TxnShape.READS ? ReadLevel.LINEARIZABLE : ReadLevel.SERIALIZABLE, buffer, offset, length);
        }
    }

    private void onRange(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        final RangeFlagsDecoder flags = range.wrapAndApplyHeader(buffer, offset, header).flags();
        read(connection, levelOf(flags), buffer, offset, length);
    }

    private static ReadLevel levelOf(final RangeFlagsDecoder flags)
    {
        if (flags.afterMyWrites())
        {
            return ReadLevel.AFTER_MY_WRITES;
        }
        return flags.serializable() ? ReadLevel.SERIALIZABLE : ReadLevel.LINEARIZABLE;
    }

    /** Leases come and go by the log; what is asked or said of one that exists is for a leader that is sure of itself. */
    private void onLease(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        final int operation = lease.wrapAndApplyHeader(buffer, offset, header).operationRaw();
        if (operation == LeaseOperation.GRANT.value() || operation == LeaseOperation.REVOKE.value())
        {
            write(connection, buffer, offset, length);
        }
        else if (operation == LeaseOperation.LEASES.value())
        {
            read(connection, ReadLevel.LINEARIZABLE, buffer, offset, length);
        }
        else
        {
            askLeader(connection, buffer, offset, length);
        }
    }

    /** Whichever member that is. */
    private void askLeader(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = admissible(connection, inFlightMax, buffer, offset, length);
        if (session != null)
        {
            onAdmission(connection, session, buffer, offset, admission.askLeader(
                session.id(), logins.credentialOf(session), correlationId(buffer, offset), timeoutMs(buffer, offset),
                buffer, offset, length));
        }
    }

    private void onMaintenance(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        switch (maintenance.wrapAndApplyHeader(buffer, offset, header).operation())
        {
            case SNAPSHOT, HASH_KV, DEFRAGMENT -> read(connection, ReadLevel.SERIALIZABLE, buffer, offset, length);
            case ALARM_GET, DOWNGRADE -> read(connection, ReadLevel.LINEARIZABLE, buffer, offset, length);
            case ALARM_ACTIVATE, ALARM_DEACTIVATE -> write(connection, buffer, offset, length);
            default -> refuse(connection, buffer, offset, ErrorCode.NOT_SUPPORTED);
        }
    }

    private void onMember(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        if (member.wrapAndApplyHeader(buffer, offset, header).operation() == MemberOperation.LIST)
        {
            read(connection, member.linearizable() != 0 ? ReadLevel.LINEARIZABLE : ReadLevel.SERIALIZABLE, buffer, offset, length);
        }
        else if (hasForeignAddress())
        {
            refuse(connection, buffer, offset, ErrorCode.INVALID_PEER_URLS);
        }
        else
        {
            final Session session = admissible(connection, inFlightMax, buffer, offset, length);
            if (session != null)
            {
                final long sequence = buffer.getLong(offset + Protocol.SEQUENCE_OFFSET, LITTLE_ENDIAN);
                onAdmission(connection, session, buffer, offset,
                    admission.changeMembers(
                        session.id(), logins.credentialOf(session), correlationId(buffer, offset), sequence, timeoutMs(buffer, offset),
                        buffer, offset, length));
            }
        }
    }

    /** Users and roles change by the log; who asks for them hears what was so when he asked. */
    private void onAuth(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        final AuthOperation operation = AuthOperation.get(auth.wrapAndApplyHeader(buffer, offset, header).operationRaw());
        switch (operation)
        {
            case STATUS, USER_GET, USER_LIST, ROLE_GET, ROLE_LIST -> read(connection, ReadLevel.LINEARIZABLE, buffer, offset, length);
            case TOKEN -> onToken(connection, buffer, offset, length);
            case SBE_UNKNOWN, NULL_VAL -> refuse(connection, buffer, offset, ErrorCode.NOT_SUPPORTED);
            default -> write(connection, buffer, offset, length);
        }
    }

    private void onToken(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = admissible(connection, inFlightMax, buffer, offset, length);
        if (session != null)
        {
            logins.tickets().make(session, correlationId(buffer, offset));
        }
    }

    /** An address that members may not have is refused where it was given. */
    private boolean hasForeignAddress()
    {
        for (final MemberRequestDecoder.PeerUrlsDecoder url : member.peerUrls())
        {
            final String address = PeerUrl.address(url.url());
            if (address == null || !PeerAddress.isAllowed(address, config.hasClusterKey()))
            {
                return true;
            }
        }
        return false;
    }

    private void write(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = admissible(connection, inFlightMax, buffer, offset, length);
        if (session != null)
        {
            final long sequence = buffer.getLong(offset + Protocol.SEQUENCE_OFFSET, LITTLE_ENDIAN);
            onAdmission(connection, session, buffer, offset, admission.propose(
                session.id(), logins.credentialOf(session), correlationId(buffer, offset), sequence, timeoutMs(buffer, offset),
                buffer, offset, length));
        }
    }

    private void read(
        final Connection connection, final ReadLevel level, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = admissible(connection, inFlightMax, buffer, offset, length);
        if (session != null)
        {
            onAdmission(connection, session, buffer, offset, admission.read(
                session.id(), logins.credentialOf(session), correlationId(buffer, offset), timeoutMs(buffer, offset), level,
                buffer, offset, length));
        }
    }

    /** Neither counted as in flight (see {@link AnswerShape}) nor refused for it: a watch must be cancelled when the session is busiest. */
    private void watch(final Connection connection, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = admissible(connection, Integer.MAX_VALUE, buffer, offset, length);
        if (session != null)
        {
            final long result =
                admission.read(session.id(), logins.credentialOf(session), 0, 0, ReadLevel.SERIALIZABLE, buffer, offset, length);
            if (result < 0)
            {
                refuse(connection, buffer, offset, Admission.errorOf(result));
            }
        }
    }

    private void onAdmission(
        final Connection connection, final Session session, final DirectBuffer buffer, final int offset, final long result)
    {
        if (result < 0)
        {
            refuse(connection, buffer, offset, Admission.errorOf(result));
        }
        else if (correlationId(buffer, offset) != 0)
        {
            session.onAdmitted(); // what has no correlation id cannot be told as answered
        }
    }

    /** The session of a request that may go on; null after it was answered with an error. */
    private Session admissible(
        final Connection connection, final int limit, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = findOrRefuse(connection, buffer, offset);
        if (session == null)
        {
            return null;
        }
        final long addressedId = buffer.getLong(offset + Protocol.MEMBER_ID_OFFSET, LITTLE_ENDIAN);
        final ErrorCode refusal = addressedId != 0 && addressedId != memberId ? ErrorCode.WRONG_MEMBER :
            isStopping ? ErrorCode.STOPPED :
            length > requestLengthMax ? ErrorCode.REQUEST_TOO_LARGE :
            admission.isLearner() && !isServedByLearner(buffer, offset) ? ErrorCode.NOT_FOR_LEARNER :
            session.inFlightCount() >= limit ? ErrorCode.TOO_MANY_IN_FLIGHT : null;
        if (refusal != null)
        {
            refuse(connection, buffer, offset, refusal);
            return null;
        }
        return session;
    }

    /** As etcd has it: the list of members is for those that are sure of it, and a watch for those that stay. */
    private boolean isServedByLearner(final DirectBuffer buffer, final int offset)
    {
        return switch (header.templateId())
        {
            case StatusRequestDecoder.TEMPLATE_ID -> true;
            case MaintenanceRequestDecoder.TEMPLATE_ID ->
                maintenance.wrapAndApplyHeader(buffer, offset, header).operationRaw() == MaintenanceOperation.SNAPSHOT.value();
            case RangeRequestDecoder.TEMPLATE_ID -> levelOf(range.wrapAndApplyHeader(buffer, offset, header).flags()) ==
                ReadLevel.SERIALIZABLE;
            default -> false;
        };
    }

    private Session findOrRefuse(final Connection connection, final DirectBuffer buffer, final int offset)
    {
        final Session session = sessions.find(connection, sessionId(buffer, offset));
        if (session == null || session.isOverrun())
        {
            refuse(connection, buffer, offset, ErrorCode.SESSION_UNKNOWN);
            return null;
        }
        return session;
    }

    /** Counted; answered if it has a head of our schema to answer to. */
    private void onUnsound(
        final Connection connection, final DirectBuffer buffer, final int offset, final int length, final ErrorCode code)
    {
        switch (code)
        {
            case UNKNOWN_TEMPLATE -> counters.unknownTemplates.addRelease(1);
            case WRONG_VERSION -> counters.wrongVersions.addRelease(1);
            default -> counters.malformed.addRelease(1);
        }
        if (length >= ANSWERABLE_LENGTH && header.wrap(buffer, offset).schemaId() == MessageHeaderDecoder.SCHEMA_ID)
        {
            refuse(connection, buffer, offset, code);
        }
    }

    private void refuse(final Connection connection, final DirectBuffer buffer, final int offset, final ErrorCode code)
    {
        counters.refused.addRelease(1);
        voice.error(connection, sessionId(buffer, offset), correlationId(buffer, offset), code);
    }

    private static long sessionId(final DirectBuffer buffer, final int offset)
    {
        return buffer.getLong(offset + Protocol.SESSION_ID_OFFSET, LITTLE_ENDIAN);
    }

    private static long timeoutMs(final DirectBuffer buffer, final int offset)
    {
        return Integer.toUnsignedLong(buffer.getInt(offset + Protocol.TIMEOUT_OFFSET, LITTLE_ENDIAN));
    }

    private static long correlationId(final DirectBuffer buffer, final int offset)
    {
        return buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN);
    }
}
