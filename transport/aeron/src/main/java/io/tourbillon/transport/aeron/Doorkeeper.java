package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.client.ChallengeResponseDecoder;

import java.security.SecureRandom;

/**
 * Asks who connects whether it knows the connections' key, if there is one. A challenge is good for one response of one connection.
 * Sequencer; two HMACs a connection.
 */
final class Doorkeeper
{
    private static final byte[] NOTHING = new byte[ConnectionKey.PROOF_LENGTH];

    private final ConnectionKey key;
    private final SecureRandom random = new SecureRandom();
    private final byte[] clientNonce = new byte[ConnectionKey.NONCE_LENGTH];
    private final byte[] clientProof = new byte[ConnectionKey.PROOF_LENGTH];

    /** @param key null = everybody may come in. */
    Doorkeeper(final ConnectionKey key)
    {
        this.key = key;
    }

    boolean hasKey()
    {
        return key != null;
    }

    /** What a node without a key proves. */
    static byte[] nothing()
    {
        return NOTHING;
    }

    /** A nonce for the connection, in place of one that it was given before. */
    byte[] challenge(final Connection connection)
    {
        connection.challenge(ConnectionKey.newNonce(random));
        return connection.challenge();
    }

    /** The node's own proof if the response is right, else null: then another challenge must be asked for. */
    byte[] admit(final Connection connection, final ChallengeResponseDecoder response)
    {
        final byte[] nodeNonce = connection.challenge();
        connection.challenge(null);
        if (nodeNonce == null || response.macLength() != clientProof.length)
        {
            return null;
        }
        response.getMac(clientProof, 0, clientProof.length);
        if (response.nonceLength() != clientNonce.length)
        {
            return null;
        }
        response.getNonce(clientNonce, 0, clientNonce.length);
        final boolean isRight = ConnectionKey.isSame(key.clientProof(nodeNonce, clientNonce), clientProof);
        return isRight ? key.nodeProof(nodeNonce, clientNonce) : null;
    }
}
