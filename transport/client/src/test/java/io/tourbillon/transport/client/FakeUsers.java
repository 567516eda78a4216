package io.tourbillon.transport.client;

import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.SessionTicket;
import io.tourbillon.codecs.client.LoginProofDecoder;
import io.tourbillon.codecs.client.OpenSessionDecoder;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The users of the fake node: the node's side of a login, at its plainest. */
final class FakeUsers
{
    final Map<String, String> passwords = new ConcurrentHashMap<>();
    /** What is asked for in these is refused: the credential is not the user's any more. */
    final Set<Long> deadSessions = ConcurrentHashMap.newKeySet();
    /** So many of the sessions that are opened next are such: it dies before anything is asked for. */
    volatile int deadOpenings;
    volatile Runnable onDeadOpening = () -> { };
    /** Whose sessions are opened without more ado. */
    final Set<String> tokens = ConcurrentHashMap.newKeySet();
    /** By which fronts vouch for users; and what they have shown. */
    final byte[] frontSecret = "thirty-two bytes that a front has".getBytes(UTF_8);
    final List<String> tickets = new CopyOnWriteArrayList<>();
    volatile int tokensRefused;
    final byte[] salt = "sixteen bytes of".getBytes(UTF_8);
    volatile int iterations = 4096;
    volatile boolean isImpostor;
    volatile boolean isOldNonce;
    volatile int challengeCount;
    volatile int proofCount;
    private final SecureRandom random = new SecureRandom();
    private final Map<Long, byte[][]> pending = new HashMap<>();

    void onOpened(final long sessionId)
    {
        if (deadOpenings > 0)
        {
            deadOpenings--;
            deadSessions.add(sessionId);
            onDeadOpening.run();
        }
    }

    /** Of a session without a name. */
    boolean isTaken(final OpenSessionDecoder request)
    {
        request.skipUserName();
        final byte[] token = new byte[request.proofLength()];
        request.getProof(token, 0, token.length);
        final boolean isTaken = token.length == 0 || tokens.contains(new String(token, UTF_8));
        tokensRefused += isTaken ? 0 : 1;
        return isTaken;
    }

    static boolean isTicket(final OpenSessionDecoder request)
    {
        request.skipUserName();
        final boolean isTicket = request.proofLength() == SessionTicket.LENGTH;
        request.sbeRewind();
        return isTicket;
    }

    /** Of a session with a name. */
    boolean isVouchedFor(final OpenSessionDecoder request)
    {
        final byte[] name = new byte[request.userNameLength()];
        request.getUserName(name, 0, name.length);
        final byte[] ticket = new byte[request.proofLength()];
        request.getProof(ticket, 0, ticket.length);
        request.sbeRewind();
        final SessionTicket known = SessionTicket.check(SessionTicket.Kind.VOUCHED, frontSecret, name, ticket);
        if (known != null && known.expiryMs() > System.currentTimeMillis())
        {
            tickets.add(new String(ticket, UTF_8));
            return true;
        }
        return false;
    }

    byte[] challenge(final long correlationId, final OpenSessionDecoder request)
    {
        challengeCount++;
        final byte[] name = new byte[request.userNameLength()];
        request.getUserName(name, 0, name.length);
        final byte[] clientNonce = new byte[request.proofLength()];
        request.getProof(clientNonce, 0, clientNonce.length);
        if (!Scram.isNonce(clientNonce))
        {
            throw new AssertionError("not a nonce");
        }
        final byte[] both =
            ByteBuffer.allocate(clientNonce.length + 24).put(clientNonce).put(Scram.newNonce(random)).array();
        pending.put(correlationId, new byte[][]{name, clientNonce, both});
        if (isOldNonce)
        {
            both[0] ^= 1;
        }
        return both;
    }

    /** Null: refused. */
    byte[] signature(final long correlationId, final LoginProofDecoder message)
    {
        proofCount++;
        final byte[][] login = pending.remove(correlationId);
        final byte[] nonce = new byte[message.nonceLength()];
        message.getNonce(nonce, 0, nonce.length);
        final byte[] proof = new byte[message.proofLength()];
        message.getProof(proof, 0, proof.length);
        final String password = passwords.get(new String(login[0], UTF_8));
        if (password == null || !Arrays.equals(nonce, login[2]))
        {
            return null;
        }
        final byte[] salted = Scram.saltedPassword(password.toCharArray(), salt, iterations);
        final byte[] authMessage = Scram.authMessage(login[0], login[1], nonce, salt, iterations);
        final boolean isProven = Scram.isProven(Scram.storedKey(Scram.clientKey(salted)), authMessage, proof);
        return isProven || isImpostor ? Scram.serverSignature(Scram.serverKey(isImpostor ? proof : salted), authMessage) : null;
    }
}
