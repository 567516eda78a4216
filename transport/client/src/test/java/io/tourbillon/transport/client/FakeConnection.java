package io.tourbillon.transport.client;

import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.logbuffer.Header;
import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ChunkDecoder;
import io.tourbillon.codecs.client.ChunkEncoder;
import io.tourbillon.codecs.client.ClientOpenedEncoder;
import io.tourbillon.codecs.client.CloseSessionDecoder;
import io.tourbillon.codecs.client.CompactReplyEncoder;
import io.tourbillon.codecs.client.CompactRequestDecoder;
import io.tourbillon.codecs.client.ChallengeEncoder;
import io.tourbillon.codecs.client.ChallengeResponseDecoder;
import io.tourbillon.codecs.client.ConnectDecoder;
import io.tourbillon.codecs.client.ConnectedEncoder;
import io.tourbillon.codecs.client.CreditDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyEncoder;
import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.ErrorReplyEncoder;
import io.tourbillon.codecs.client.EventType;
import io.tourbillon.codecs.client.KeepAliveDecoder;
import io.tourbillon.codecs.client.KeepAliveReplyEncoder;
import io.tourbillon.codecs.client.LoginChallengeEncoder;
import io.tourbillon.codecs.client.LoginProofDecoder;
import io.tourbillon.codecs.client.MemberReplyEncoder;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpenClientDecoder;
import io.tourbillon.codecs.client.OpenSessionDecoder;
import io.tourbillon.codecs.client.PutReplyEncoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.RangeReplyEncoder;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import io.tourbillon.codecs.client.ReplyHeaderEncoder;
import io.tourbillon.codecs.client.SessionClosedEncoder;
import io.tourbillon.codecs.client.SessionOpenedEncoder;
import io.tourbillon.codecs.client.StatusReplyEncoder;
import io.tourbillon.codecs.client.StatusRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import io.tourbillon.codecs.client.WatchCancelDecoder;
import io.tourbillon.codecs.client.WatchCanceledEncoder;
import io.tourbillon.codecs.client.WatchCreateDecoder;
import io.tourbillon.codecs.client.WatchCreatedEncoder;
import io.tourbillon.codecs.client.WatchEventsEncoder;
import io.tourbillon.codecs.client.WatchProgressEncoder;
import io.tourbillon.codecs.client.WatchProgressRequestDecoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** One client of the fake node. */
final class FakeConnection
{
    private static final byte[] NOTHING = {};

    /** A watcher as the client asked for it. */
    record Watcher(long sessionId, long watchId, String from, String to)
    {
    }

    final Map<Long, Watcher> watchers = new HashMap<>();
    final List<Long> startRevisions = new ArrayList<>();
    final List<byte[]> txns = new ArrayList<>();
    final List<Long> sequences = new ArrayList<>();
    final List<Long> closedSessions = new CopyOnWriteArrayList<>();
    /** So many cancellings are refused for now. */
    volatile int cancelRefusals;
    long creditReceived;
    private final FakeNode node;
    private final FakeStore store;
    private final Image image;
    private final Publication publication;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final byte[] nodeNonce = ConnectionKey.newNonce(new SecureRandom());
    private final MessageHeaderEncoder headerOut = new MessageHeaderEncoder();
    private final ExpandableArrayBuffer out = new ExpandableArrayBuffer(4096);
    private final UnsafeBuffer packet = new UnsafeBuffer(new byte[8192]);
    private final PutRequestDecoder put = new PutRequestDecoder();
    private final PutReplyEncoder putReply = new PutReplyEncoder();
    private final ArrayDeque<byte[]> unsent = new ArrayDeque<>();
    private final FakeAssembly assembly = new FakeAssembly();
    private long chunkedId;
    private long nextSessionId;

    FakeConnection(final FakeNode node, final Image image, final Publication publication)
    {
        this.node = node;
        this.store = node.store;
        this.image = image;
        this.publication = publication;
        this.nextSessionId = publication.registrationId() * 1000;
    }

    Image image()
    {
        return image;
    }

    boolean isGone()
    {
        return image.isClosed();
    }

    void drop()
    {
        publication.close();
    }

    int poll()
    {
        if (publication.isClosed())
        {
            return image.poll((buffer, offset, length, aeronHeader) -> { }, 10);
        }
        while (!unsent.isEmpty() && publication.offer(new UnsafeBuffer(unsent.peek())) > 0)
        {
            unsent.poll();
        }
        return unsent.isEmpty() && publication.isConnected() ? image.poll(this::onFragment, 10) : 0;
    }

    void offerRaw(final byte[] bytes)
    {
        unsent.add(bytes);
    }

    private void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header aeronHeader)
    {
        if (MessageValidator.check(buffer, offset, length) != MessageValidator.SOUND)
        {
            throw new AssertionError("the client sent a message that is not sound");
        }
        header.wrap(buffer, offset);
        if (header.templateId() != ChunkDecoder.TEMPLATE_ID)
        {
            onMessage(buffer, offset, length);
            return;
        }
        final UnsafeBuffer whole = assembly.onChunk(new ChunkDecoder().wrapAndApplyHeader(buffer, offset, header));
        if (whole != null)
        {
            header.wrap(whole, 0);
            onMessage(whole, 0, whole.capacity());
        }
    }

    private void onMessage(final DirectBuffer buffer, final int offset, final int length)
    {
        final long sessionId = buffer.getLong(offset + Protocol.SESSION_ID_OFFSET, LITTLE_ENDIAN);
        final long correlationId = buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN);
        node.requestCount++;
        if (sessionId != 0 && node.isMute)
        {
            return;
        }
        if (node.users.deadSessions.contains(sessionId) && header.templateId() != CloseSessionDecoder.TEMPLATE_ID)
        {
            error(sessionId, correlationId, ErrorCode.INVALID_AUTH_TOKEN);
            return;
        }
        if (sessionId != 0 && node.isLate)
        {
            error(sessionId, correlationId, ErrorCode.TIMEOUT);
            return;
        }
        if (sessionId != 0 && node.extra != null && node.extra.takes(this, header.templateId(), buffer, offset))
        {
            return;
        }
        switch (header.templateId())
        {
            case ConnectDecoder.TEMPLATE_ID -> onConnect();
            case ChallengeResponseDecoder.TEMPLATE_ID ->
                onResponse(new ChallengeResponseDecoder().wrapAndApplyHeader(buffer, offset, header));
            case KeepAliveDecoder.TEMPLATE_ID ->
            {
                final KeepAliveReplyEncoder reply = new KeepAliveReplyEncoder().wrapAndApplyHeader(out, 0, headerOut);
                head(reply.reply(), 0, 0);
                reply.leaderId(node.leaderId);
                send(MessageHeaderEncoder.ENCODED_LENGTH + KeepAliveReplyEncoder.BLOCK_LENGTH);
            }
            case OpenSessionDecoder.TEMPLATE_ID ->
                onOpenSession(correlationId, new OpenSessionDecoder().wrapAndApplyHeader(buffer, offset, header));
            case LoginProofDecoder.TEMPLATE_ID ->
                onProof(correlationId, new LoginProofDecoder().wrapAndApplyHeader(buffer, offset, header));
            case CloseSessionDecoder.TEMPLATE_ID -> closedSessions.add(sessionId);
            case CreditDecoder.TEMPLATE_ID -> creditReceived += new CreditDecoder().wrapAndApplyHeader(buffer, offset, header).eventBytes();
            case OpenClientDecoder.TEMPLATE_ID -> onOpenClient(sessionId, correlationId);
            case PutRequestDecoder.TEMPLATE_ID -> onPut(sessionId, correlationId, put.wrapAndApplyHeader(buffer, offset, header));
            case RangeRequestDecoder.TEMPLATE_ID ->
                onRange(sessionId, correlationId, new RangeRequestDecoder().wrapAndApplyHeader(buffer, offset, header));
            case DeleteRangeRequestDecoder.TEMPLATE_ID ->
                onDelete(sessionId, correlationId, new DeleteRangeRequestDecoder().wrapAndApplyHeader(buffer, offset, header));
            case WatchCreateDecoder.TEMPLATE_ID ->
                onWatch(sessionId, correlationId, new WatchCreateDecoder().wrapAndApplyHeader(buffer, offset, header));
            case WatchCancelDecoder.TEMPLATE_ID ->
                onCancel(sessionId, correlationId, new WatchCancelDecoder().wrapAndApplyHeader(buffer, offset, header).watchId());
            case WatchProgressRequestDecoder.TEMPLATE_ID -> onProgress(sessionId, correlationId);
            default -> onRarer(sessionId, correlationId, buffer, offset, length);
        }
    }

    private void onRarer(
        final long sessionId, final long correlationId, final DirectBuffer buffer, final int offset, final int length)
    {
        switch (header.templateId())
        {
            case TxnRequestDecoder.TEMPLATE_ID ->
            {
                final byte[] copy = new byte[length];
                buffer.getBytes(offset, copy);
                txns.add(copy);
                error(sessionId, correlationId, ErrorCode.NOT_SUPPORTED);
            }
            case CompactRequestDecoder.TEMPLATE_ID ->
            {
                head(new CompactReplyEncoder().wrapAndApplyHeader(out, 0, headerOut).reply(), sessionId, correlationId);
                send(MessageHeaderEncoder.ENCODED_LENGTH + CompactReplyEncoder.BLOCK_LENGTH);
            }
            case MemberRequestDecoder.TEMPLATE_ID ->
            {
                final MemberReplyEncoder members = new MemberReplyEncoder().wrapAndApplyHeader(out, 0, headerOut);
                head(members.reply(), sessionId, correlationId);
                members.targetId(0).membersCount(1).next().id(node.leaderId).learner((short)0)
                    .name("leader").peerUrls("").clientUrls(node.leaderUrl);
                send(MessageHeaderEncoder.ENCODED_LENGTH + members.encodedLength());
            }
            case StatusRequestDecoder.TEMPLATE_ID ->
            {
                final StatusReplyEncoder status = new StatusReplyEncoder().wrapAndApplyHeader(out, 0, headerOut);
                head(status.reply(), sessionId, correlationId);
                status.keyCount(store.map.size()).version("fake").name("n").mode("m").errors("");
                send(MessageHeaderEncoder.ENCODED_LENGTH + status.encodedLength());
            }
            default ->
            {
                // leave-taking needs no answer here
            }
        }
    }

    private void onConnect()
    {
        if (node.connectionKey == null)
        {
            connected(new byte[ConnectionKey.PROOF_LENGTH]);
            return;
        }
        final ChallengeEncoder challenge = new ChallengeEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(challenge.reply(), 0, 0);
        challenge.putNonce(nodeNonce, 0, nodeNonce.length);
        send(MessageHeaderEncoder.ENCODED_LENGTH + challenge.encodedLength());
    }

    /** Who is wrong is not answered. */
    private void onResponse(final ChallengeResponseDecoder response)
    {
        final byte[] proof = new byte[response.macLength()];
        response.getMac(proof, 0, proof.length);
        final byte[] clientNonce = new byte[response.nonceLength()];
        response.getNonce(clientNonce, 0, clientNonce.length);
        if (ConnectionKey.isSame(node.connectionKey.clientProof(nodeNonce, clientNonce), proof))
        {
            connected(node.connectionKey.nodeProof(nodeNonce, clientNonce));
        }
    }

    private void connected(final byte[] nodeProof)
    {
        final ConnectedEncoder connected = new ConnectedEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(connected.reply(), 0, 0);
        connected.connectionId(1).leaderId(node.leaderId).protocolVersion(Protocol.VERSION)
            .keepAliveIntervalMs(node.keepAliveMs).timeoutMs(node.timeoutMs).sessionsMax(100).requestLengthMax(Protocol.REQUEST_LENGTH_MAX)
            .putNodeProof(nodeProof, 0, nodeProof.length);
        send(MessageHeaderEncoder.ENCODED_LENGTH + connected.encodedLength());
    }

    private void onOpenSession(final long correlationId, final OpenSessionDecoder request)
    {
        final boolean isOfUser = request.userNameLength() != 0;
        request.sbeRewind();
        if (isOfUser ? node.users.isVouchedFor(request) : node.users.isTaken(request))
        {
            openSession(correlationId, NOTHING);
            return;
        }
        if (!isOfUser || FakeUsers.isTicket(request))
        {
            error(0, correlationId, isOfUser ? ErrorCode.AUTH_FAILED : ErrorCode.INVALID_AUTH_TOKEN);
            return;
        }
        final byte[] challenge = node.users.challenge(correlationId, request);
        final LoginChallengeEncoder message = new LoginChallengeEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(message.reply(), 0, correlationId);
        message.iterations(node.users.iterations).putNonce(challenge, 0, challenge.length)
            .putSalt(node.users.salt, 0, node.users.salt.length);
        send(MessageHeaderEncoder.ENCODED_LENGTH + message.encodedLength());
    }

    private void onProof(final long correlationId, final LoginProofDecoder message)
    {
        final byte[] signature = node.users.signature(correlationId, message);
        if (signature == null)
        {
            error(0, correlationId, ErrorCode.AUTH_FAILED);
        }
        else
        {
            openSession(correlationId, signature);
        }
    }

    private void openSession(final long correlationId, final byte[] signature)
    {
        final SessionOpenedEncoder opened = new SessionOpenedEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(opened.reply(), ++nextSessionId, correlationId);
        node.users.onOpened(nextSessionId);
        opened.requestsMax(node.requestsInFlightMax).putProof(signature, 0, signature.length);
        send(MessageHeaderEncoder.ENCODED_LENGTH + opened.encodedLength());
    }

    private void onOpenClient(final long sessionId, final long correlationId)
    {
        if (!store.remembers)
        {
            error(sessionId, correlationId, ErrorCode.UNKNOWN_TEMPLATE);
            return;
        }
        final ClientOpenedEncoder opened = new ClientOpenedEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(opened.reply(), sessionId, correlationId);
        opened.clientId(store.openClient()).outcomesMax(store.outcomesMax);
        send(MessageHeaderEncoder.ENCODED_LENGTH + opened.encodedLength());
    }

    private void onPut(final long sessionId, final long correlationId, final PutRequestDecoder request)
    {
        if (!store.isForgetful)
        {
            sequences.add(request.request().sequence());
        }
        final byte[] key = new byte[request.keyLength()];
        request.getKey(key, 0, key.length);
        final byte[] value = new byte[request.valueLength()];
        request.getValue(value, 0, value.length);
        if (key.length == 0)
        {
            error(sessionId, correlationId, ErrorCode.KEY_NOT_PROVIDED);
            return;
        }
        final long clientId = request.request().clientId();
        if (clientId != 0 && !store.clients.contains(clientId))
        {
            error(sessionId, correlationId, ErrorCode.CLIENT_FORGOTTEN);
            return;
        }
        final FakeStore.Fate fate = store.nextFate();
        final boolean isDone = fate.applies() && store.isFirst(clientId, request.request().sequence());
        final List<FakeStore.Change> changes = isDone ? List.of(store.put(new String(key, ISO_8859_1), value)) : List.of();
        if (fate.error() != null)
        {
            error(sessionId, correlationId, fate.error());
            return;
        }
        if (fate.isSilent())
        {
            return;
        }
        putReply.wrapAndApplyHeader(out, 0, headerOut);
        head(putReply.reply(), sessionId, correlationId);
        putReply.prevCreateRevision(0).prevModRevision(0).prevVersion(0).prevLease(0).flags().clear();
        putReply.putPrevValue(NOTHING, 0, 0);
        send(MessageHeaderEncoder.ENCODED_LENGTH + putReply.encodedLength());
        if (isDone)
        {
            for (final FakeConnection connection : node.connections())
            {
                connection.events(changes, false);
            }
        }
    }

    /** One part a key, so that there are several. */
    private void onRange(final long sessionId, final long correlationId, final RangeRequestDecoder request)
    {
        final String from = text(request.keyLength(), request::getKey);
        final String to = text(request.rangeEndLength(), request::getRangeEnd);
        final List<Map.Entry<String, FakeStore.Entry>> found = new ArrayList<>(store.range(from, to).entrySet());
        for (int i = 0; i < Math.max(1, found.size()); i++)
        {
            final RangeReplyEncoder reply = new RangeReplyEncoder().wrapAndApplyHeader(out, 0, headerOut);
            head(reply.reply(), sessionId, correlationId);
            reply.keyCount(found.size()).flags().clear().last(i >= found.size() - 1);
            final RangeReplyEncoder.KvsEncoder kvs = reply.kvsCount(found.isEmpty() ? 0 : 1);
            if (!found.isEmpty())
            {
                final byte[] key = found.get(i).getKey().getBytes(ISO_8859_1);
                final FakeStore.Entry entry = found.get(i).getValue();
                kvs.next().createRevision(entry.createRevision()).modRevision(entry.modRevision()).version(entry.version()).lease(0)
                    .putKey(key, 0, key.length).putValue(entry.value(), 0, entry.value().length);
            }
            send(MessageHeaderEncoder.ENCODED_LENGTH + reply.encodedLength());
        }
    }

    private void onDelete(final long sessionId, final long correlationId, final DeleteRangeRequestDecoder request)
    {
        final List<FakeStore.Change> changes =
            store.delete(text(request.keyLength(), request::getKey), text(request.rangeEndLength(), request::getRangeEnd));
        final DeleteRangeReplyEncoder reply = new DeleteRangeReplyEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(reply.reply(), sessionId, correlationId);
        reply.deleted(changes.size()).flags().clear().last(true);
        reply.prevKvsCount(0);
        send(MessageHeaderEncoder.ENCODED_LENGTH + reply.encodedLength());
        for (final FakeConnection connection : node.connections())
        {
            connection.events(changes, false);
        }
    }

    private void onWatch(final long sessionId, final long correlationId, final WatchCreateDecoder request)
    {
        final Watcher watcher = new Watcher(
            sessionId, request.watchId(), text(request.keyLength(), request::getKey), text(request.rangeEndLength(), request::getRangeEnd));
        watch(correlationId, request.startRevision(), watcher);
    }

    void watch(final long correlationId, final long startRevision, final Watcher watcher)
    {
        final boolean isCompacted = watcher.from().equals("compacted") || node.isCompacted && startRevision > 0;
        if (node.watchRefusals-- > 0 || isCompacted)
        {
            error(watcher.sessionId(), correlationId, isCompacted ? ErrorCode.COMPACTED : ErrorCode.STOPPED);
            return;
        }
        watchers.put(watcher.watchId(), watcher);
        startRevisions.add(startRevision);
        final WatchCreatedEncoder created = new WatchCreatedEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(created.reply(), watcher.sessionId(), correlationId);
        created.watchId(watcher.watchId());
        send(MessageHeaderEncoder.ENCODED_LENGTH + created.encodedLength());
        if (startRevision > 0)
        {
            eventsTo(watcher, store.history.stream().filter(change -> change.revision() >= startRevision).toList(), false);
        }
    }

    private void onCancel(final long sessionId, final long correlationId, final long watchId)
    {
        if (cancelRefusals > 0)
        {
            cancelRefusals--;
            error(sessionId, correlationId, ErrorCode.TOO_MANY_REQUESTS);
            return;
        }
        endWatch(sessionId, correlationId, watchId, 0);
    }

    void endWatch(final long sessionId, final long correlationId, final long watchId, final int code)
    {
        watchers.remove(watchId);
        final WatchCanceledEncoder canceled = new WatchCanceledEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(canceled.reply(), sessionId, correlationId);
        canceled.watchId(watchId).compactRevision(0).code(code).putReason(NOTHING, 0, 0);
        send(MessageHeaderEncoder.ENCODED_LENGTH + canceled.encodedLength());
    }

    void onProgress(final long sessionId, final long correlationId)
    {
        if (node.refusesProgress)
        {
            error(sessionId, correlationId, ErrorCode.TOO_MANY_IN_FLIGHT);
            return;
        }
        progress(sessionId, correlationId, store.revision);
    }

    /** Of all the session's watches. */
    void progress(final long sessionId, final long correlationId, final long revision)
    {
        final WatchProgressEncoder progress = new WatchProgressEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(progress.reply(), sessionId, correlationId);
        progress.reply().revision(revision);
        progress.watchId(-1);
        send(MessageHeaderEncoder.ENCODED_LENGTH + WatchProgressEncoder.BLOCK_LENGTH);
    }

    void events(final List<FakeStore.Change> changes, final boolean isFragment)
    {
        watchers.values().forEach(watcher -> eventsTo(watcher, changes, isFragment));
    }

    private void eventsTo(final Watcher watcher, final List<FakeStore.Change> changes, final boolean isFragment)
    {
        final List<FakeStore.Change> mine =
            changes.stream().filter(change -> FakeStore.isIn(change.key(), watcher.from(), watcher.to())).toList();
        if (mine.isEmpty() || publication.isClosed())
        {
            return;
        }
        final WatchEventsEncoder message = new WatchEventsEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(message.reply(), watcher.sessionId(), 0);
        message.flags().clear().fragment(isFragment);
        final WatchEventsEncoder.EventsEncoder events = message.eventsCount(mine.size());
        for (final FakeStore.Change change : mine)
        {
            final byte[] key = change.key().getBytes(ISO_8859_1);
            events.next().createRevision(1).modRevision(change.revision()).version(1).lease(0)
                .prevCreateRevision(0).prevModRevision(0).prevVersion(0).prevLease(0)
                .eventType(change.isDelete() ? EventType.DELETE : EventType.PUT).flags().clear();
            events.watchersCount(1).next().watchId(watcher.watchId());
            events.putKey(key, 0, key.length).putValue(change.value(), 0, change.value().length).putPrevValue(NOTHING, 0, 0);
        }
        send(MessageHeaderEncoder.ENCODED_LENGTH + message.encodedLength());
    }

    void closeSession(final long sessionId, final ErrorCode code)
    {
        final SessionClosedEncoder closed = new SessionClosedEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(closed.reply(), sessionId, 0);
        closed.code(code.number()).putReason(NOTHING, 0, 0);
        watchers.values().removeIf(watcher -> watcher.sessionId() == sessionId);
        send(MessageHeaderEncoder.ENCODED_LENGTH + closed.encodedLength());
    }

    long lastSessionId()
    {
        return nextSessionId;
    }

    void error(final long sessionId, final long correlationId, final ErrorCode code)
    {
        final ErrorReplyEncoder error = new ErrorReplyEncoder().wrapAndApplyHeader(out, 0, headerOut);
        head(error.reply(), sessionId, correlationId);
        error.code(code.number()).leaderId(0).compactRevision(0).putMessage(code.messageBytes(), 0, code.messageBytes().length);
        send(MessageHeaderEncoder.ENCODED_LENGTH + error.encodedLength());
    }

    private void head(final ReplyHeaderEncoder head, final long sessionId, final long correlationId)
    {
        head.sessionId(sessionId).correlationId(correlationId).clusterId(1).memberId(node.memberId).revision(store.revision).raftTerm(3);
    }

    private void send(final int length)
    {
        final int maxLength = publication.maxPayloadLength();
        if (length <= maxLength)
        {
            if (!unsent.isEmpty() || publication.offer(out, 0, length) < 0)
            {
                final byte[] copy = new byte[length];
                out.getBytes(0, copy);
                unsent.add(copy);
            }
            return;
        }
        chunkedId++;
        final int headLength = MessageHeaderEncoder.ENCODED_LENGTH + ChunkEncoder.BLOCK_LENGTH + Integer.BYTES;
        for (int sent = 0; sent < length; )
        {
            final int pieceLength = Math.min(length - sent, maxLength - headLength);
            final ChunkEncoder chunk = new ChunkEncoder().wrapAndApplyHeader(packet, 0, headerOut);
            chunk.request().sessionId(out.getLong(Protocol.SESSION_ID_OFFSET, LITTLE_ENDIAN)).correlationId(0)
                .memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
            chunk.chunkedId(chunkedId).pieceOffset(sent).totalLength(length).putPiece(out, sent, pieceLength);
            final byte[] copy = new byte[headLength + pieceLength];
            packet.getBytes(0, copy);
            unsent.add(copy);
            sent += pieceLength;
        }
    }

    static String text(final int length, final Getter getter)
    {
        final byte[] bytes = new byte[length];
        getter.get(bytes, 0, length);
        return new String(bytes, ISO_8859_1);
    }

    interface Getter
    {
        int get(byte[] dst, int offset, int length);
    }
}
