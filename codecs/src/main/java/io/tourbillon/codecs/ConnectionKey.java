package io.tourbillon.codecs;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The secret that clients and nodes share, and how both prove on a new connection that they know it, without showing it:
 * <pre>
 *  Challenge           nonce of the node
 *  ChallengeResponse   nonce of the client, HMAC-SHA256(secret, "client", both nonces)
 *  Connected           HMAC-SHA256(secret, "node", both nonces)
 * </pre>
 * A proof is worth nothing on another connection: both sides draw a nonce for each. Any thread; allocates.
 */
public final class ConnectionKey
{
    /** Bytes of a nonce. */
    public static final int NONCE_LENGTH = 32;
    /** Bytes of a proof. */
    public static final int PROOF_LENGTH = Sha256.LENGTH;

    private static final String HMAC = "HmacSHA256";
    private static final byte[] CLIENT = "tourbillon connection, client".getBytes(US_ASCII);
    private static final byte[] NODE = "tourbillon connection, node".getBytes(US_ASCII);

    private final SecretKeySpec secret;

    /**
     * @param secret of at least {@link SecretFile#LENGTH_MIN} bytes; copied.
     */
    public ConnectionKey(final byte[] secret)
    {
        if (secret.length < SecretFile.LENGTH_MIN)
        {
            throw new IllegalArgumentException("a key has at least " + SecretFile.LENGTH_MIN + " bytes, not " + secret.length);
        }
        this.secret = new SecretKeySpec(secret, HMAC);
    }

    /**
     * Reads the secret. Blocks.
     *
     * @param file of it.
     * @return the key.
     * @throws IllegalArgumentException as {@link SecretFile#read} says.
     */
    public static ConnectionKey read(final Path file)
    {
        return new ConnectionKey(SecretFile.read(file));
    }

    /**
     * @param random source of it.
     * @return one side's nonce.
     */
    public static byte[] newNonce(final SecureRandom random)
    {
        final byte[] nonce = new byte[NONCE_LENGTH];
        random.nextBytes(nonce);
        return nonce;
    }

    /**
     * @param nodeNonce   of the challenge.
     * @param clientNonce of the response.
     * @return what the client says.
     */
    public byte[] clientProof(final byte[] nodeNonce, final byte[] clientNonce)
    {
        return proof(CLIENT, nodeNonce, clientNonce);
    }

    /**
     * @param nodeNonce   of the challenge.
     * @param clientNonce of the response.
     * @return what the node says.
     */
    public byte[] nodeProof(final byte[] nodeNonce, final byte[] clientNonce)
    {
        return proof(NODE, nodeNonce, clientNonce);
    }

    /**
     * Compares in the same time whichever bytes differ.
     *
     * @param expected proof.
     * @param given    proof.
     * @return whether they are the same.
     */
    public static boolean isSame(final byte[] expected, final byte[] given)
    {
        return MessageDigest.isEqual(expected, given);
    }

    private byte[] proof(final byte[] side, final byte[] nodeNonce, final byte[] clientNonce)
    {
        try
        {
            final Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            mac.update(side);
            mac.update((byte)nodeNonce.length);
            mac.update(nodeNonce);
            mac.update((byte)clientNonce.length);
            return mac.doFinal(clientNonce);
        }
        catch (final GeneralSecurityException ex)
        {
            throw new IllegalStateException("every JDK has " + HMAC, ex);
        }
    }

    @Override
    public String toString()
    {
        return "a connection key";
    }
}
