package io.tourbillon.transport.client;

import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.ScramVerifier;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.LoginProofEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The login of one session. By a password: a nonce goes with its opening, the challenge comes, the keys are derived elsewhere, the proof
 * goes, and the node must prove in turn that it has the verifier. Else all that there is to show goes with its opening. See {@link
 * Scram}. Polling thread; allocates, as the opening of sessions does.
 */
final class Login
{
    /** A login has come to its end without success: whose password is to be asked for anew. */
    static final int FAILED = -1;

    private static final byte[] NOTHING = {};

    private final UserPassword user;
    private final SecureRandom random;
    private byte[] clientNonce = NOTHING;
    private byte[] nonce;
    private UserPassword.Derivation derivation;
    private byte[] authMessage;
    private boolean isProofSent;

    Login(final UserPassword user)
    {
        this.user = user;
        this.random = user.isFixed() ? null : new SecureRandom();
    }

    UserPassword user()
    {
        return user;
    }

    /** Another session of a node is to be opened: what goes with the request. */
    byte[] begin()
    {
        nonce = null;
        authMessage = null;
        isProofSent = false;
        clientNonce = user.opening(random, System.currentTimeMillis());
        return clientNonce;
    }

    /** False if it is none that may be answered: a nonce that is not made from ours could be an old one, few iterations give much away. */
    boolean onChallenge(final LoginChallengeDecoder challenge)
    {
        final long iterations = challenge.iterations();
        final byte[] both = new byte[challenge.nonceLength()];
        challenge.getNonce(both, 0, both.length);
        final byte[] salt = new byte[challenge.saltLength()];
        challenge.getSalt(salt, 0, salt.length);
        final boolean isOurs = nonce == null && user.hasPassword() && both.length >= clientNonce.length + Scram.NONCE_LENGTH_MIN &&
            both.length <= 2 * Scram.NONCE_LENGTH_MAX && Arrays.equals(clientNonce, 0, clientNonce.length, both, 0, clientNonce.length);
        if (!isOurs || iterations < ScramVerifier.ITERATIONS_MIN || iterations > ScramVerifier.ITERATIONS_MAX ||
            salt.length < ScramVerifier.SALT_LENGTH_MIN || salt.length > ScramVerifier.SALT_LENGTH_MAX)
        {
            return false;
        }
        nonce = both;
        authMessage = Scram.authMessage(user.nameBytes(), clientNonce, both, salt, (int)iterations);
        derivation = user.derive(salt, (int)iterations);
        return true;
    }

    /** Sends the proof once it can be made: count of messages, or {@link #FAILED}. */
    int poll(final ClientConnection connection, final long localId)
    {
        if (nonce == null || isProofSent)
        {
            return 0;
        }
        final UserPassword.Keys keys = derivation.keys();
        if (keys == null)
        {
            return derivation.failure() == null ? 0 : onUnderivable(connection);
        }
        final int length =
            MessageHeaderEncoder.ENCODED_LENGTH + LoginProofEncoder.BLOCK_LENGTH + 2 * Integer.BYTES + nonce.length + Scram.KEY_LENGTH;
        final Outbound out = connection.outbound();
        if (out.claim(length) != Outbound.OK)
        {
            return 0;
        }
        final Encoders encoders = connection.encoders();
        final LoginProofEncoder message = encoders.loginProof.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        Encoders.head(message.request(), 0, localId);
        message.putNonce(nonce, 0, nonce.length).putProof(Scram.clientProof(keys.clientKey(), authMessage), 0, Scram.KEY_LENGTH);
        out.commit();
        isProofSent = true;
        return 1;
    }

    private int onUnderivable(final ClientConnection connection)
    {
        connection.context().errorHandler().onError(derivation.failure());
        user.forget(derivation);
        return FAILED;
    }

    /** Whether who has opened the session has the verifier; so is anybody if nobody logs in by a password. */
    boolean isNodeProven(final SessionOpenedDecoder opened)
    {
        if (!user.hasPassword())
        {
            return true;
        }
        final byte[] signature = new byte[opened.proofLength()];
        opened.getProof(signature, 0, signature.length);
        return isProofSent &&
            MessageDigest.isEqual(signature, Scram.serverSignature(derivation.keys().serverKey(), authMessage));
    }

    void onRefused()
    {
        if (isProofSent)
        {
            user.forget(derivation);
        }
    }
}
