package io.tourbillon.transport.client;

import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ChallengeDecoder;
import io.tourbillon.codecs.client.ChallengeResponseEncoder;
import io.tourbillon.codecs.client.ConnectEncoder;
import io.tourbillon.codecs.client.ConnectedDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;

import java.security.SecureRandom;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What is said first on a connection: who connects and, where there is a key, that both sides know it. On the thread that polls; allocates
 * where there is a key.
 */
final class Greeting
{
    /** Why a node is left. */
    static final String NOT_PROVEN = "the node did not prove that it knows the key";
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;

    private final byte[] clientName;
    private final ConnectionKey key;
    private final SecureRandom random;
    private final byte[] proof = new byte[ConnectionKey.PROOF_LENGTH];
    /** What the node must prove; null = it has not been answered. */
    private byte[] expected;

    Greeting(final ClientContext context)
    {
        clientName = context.clientName().getBytes(UTF_8);
        key = context.connectionKey();
        random = key == null ? null : new SecureRandom();
    }

    /** False if there is no room for it now. */
    boolean connect(final Outbound outbound, final Encoders encoders)
    {
        if (outbound.claim(HEADER_LENGTH + ConnectEncoder.BLOCK_LENGTH + Integer.BYTES + clientName.length) != Outbound.OK)
        {
            return false;
        }
        expected = null;
        final ConnectEncoder connect = encoders.connect.wrapAndApplyHeader(outbound.buffer(), outbound.offset(), encoders.header);
        Encoders.head(connect.request(), 0, 0);
        connect.protocolVersion(Protocol.VERSION).putClientName(clientName, 0, clientName.length);
        outbound.commit();
        return true;
    }

    /** Answers, or gives the connection up. */
    void answer(final ChallengeDecoder challenge, final ClientConnection connection)
    {
        final Outbound outbound = connection.outbound();
        final Encoders encoders = connection.encoders();
        if (key == null)
        {
            connection.lose("the node asks for a key, and this client has none");
            return;
        }
        final int length = HEADER_LENGTH + ChallengeResponseEncoder.BLOCK_LENGTH + 2 * Integer.BYTES +
            ConnectionKey.PROOF_LENGTH + ConnectionKey.NONCE_LENGTH;
        if (challenge.nonceLength() != ConnectionKey.NONCE_LENGTH || outbound.claim(length) != Outbound.OK)
        {
            connection.lose("the node's challenge cannot be answered");
            return;
        }
        final byte[] nodeNonce = new byte[ConnectionKey.NONCE_LENGTH];
        challenge.getNonce(nodeNonce, 0, nodeNonce.length);
        final byte[] clientNonce = ConnectionKey.newNonce(random);
        final byte[] mine = key.clientProof(nodeNonce, clientNonce);
        expected = key.nodeProof(nodeNonce, clientNonce);
        final ChallengeResponseEncoder response =
            encoders.challengeResponse.wrapAndApplyHeader(outbound.buffer(), outbound.offset(), encoders.header);
        Encoders.head(response.request(), 0, 0);
        response.putMac(mine, 0, mine.length).putNonce(clientNonce, 0, clientNonce.length);
        outbound.commit();
    }

    /** Whether the node is one that this client may speak to: with a key, only who has proven to know it. */
    boolean isProven(final ConnectedDecoder connected)
    {
        if (key == null)
        {
            return true;
        }
        return expected != null && connected.getNodeProof(proof, 0, proof.length) == proof.length && ConnectionKey.isSame(expected, proof);
    }
}
