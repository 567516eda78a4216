package io.tourbillon.codecs;

import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import java.io.ByteArrayOutputStream;
import java.nio.CharBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * What both sides of a login by SCRAM-SHA-256 (RFC 5802, RFC 7677) compute, without channel binding:
 * <pre>
 *  SaltedPassword  = PBKDF2-HMAC-SHA-256(password in NFKC and UTF-8, salt, iterations)            the client alone
 *  ClientKey       = HMAC(SaltedPassword, "Client Key")       ServerKey = HMAC(SaltedPassword, "Server Key")
 *  StoredKey       = SHA-256(ClientKey)
 *  AuthMessage     = n=name,r=clientNonce,r=nonce,s=base64(salt),i=iterations,c=biws,r=nonce      with = and , in the name escaped
 *  ClientProof     = ClientKey XOR HMAC(StoredKey, AuthMessage)
 *  ServerSignature = HMAC(ServerKey, AuthMessage)
 * </pre>
 * The nonce is the client's with the node's behind it. The normal form of passwords is NFKC, not all of SASLprep: what that forbids is
 * taken as it is. Any thread; allocates: not for the path of requests. Nothing here is ever printed.
 */
public final class Scram
{
    /**
     * Iterations of a verifier that is made here: more than the 15,000 that RFC 7677 advises, and still few enough for a command line that
     * derives its keys anew, in a cold JVM, at each call. Who has a verifier, or has listened to a login, can try passwords at this price.
     */
    public static final int ITERATIONS = 16_384;
    /** Bytes of salt of a verifier that is made here. */
    public static final int SALT_LENGTH = 16;
    /** Bytes of a key, a proof or a signature. */
    public static final int KEY_LENGTH = ScramVerifier.KEY_LENGTH;
    /** Random bytes of one side's nonce. */
    public static final int NONCE_RANDOM_LENGTH = 18;
    /** Fewest characters of one side's nonce. */
    public static final int NONCE_LENGTH_MIN = 16;
    /** Most characters of one side's nonce. */
    public static final int NONCE_LENGTH_MAX = 64;
    /** Most characters of a password. */
    public static final int PASSWORD_LENGTH_MAX = 1024;

    private static final byte[] CLIENT_KEY = "Client Key".getBytes(US_ASCII);
    private static final byte[] SERVER_KEY = "Server Key".getBytes(US_ASCII);
    private static final String HMAC = "HmacSHA256";

    private Scram()
    {
    }

    /**
     * @param random source of it.
     * @return one side's part of a nonce.
     */
    public static byte[] newNonce(final SecureRandom random)
    {
        return Base64.getEncoder().encode(randomBytes(random, NONCE_RANDOM_LENGTH));
    }

    /**
     * @param nonce from the network.
     * @return true if it may be a client's part: of printable characters without a comma, neither too few nor too many.
     */
    public static boolean isNonce(final byte[] nonce)
    {
        boolean isSound = nonce.length >= NONCE_LENGTH_MIN && nonce.length <= NONCE_LENGTH_MAX;
        for (final byte character : nonce)
        {
            isSound &= character > ' ' && character < 0x7f && character != ',';
        }
        return isSound;
    }

    /**
     * The message that is proven.
     *
     * @param userName    in UTF-8, as on the wire.
     * @param clientNonce the client's part.
     * @param nonce       both parts.
     * @param salt        of the verifier.
     * @param iterations  of the verifier.
     * @return its bytes.
     */
    public static byte[] authMessage(
        final byte[] userName, final byte[] clientNonce, final byte[] nonce, final byte[] salt, final int iterations)
    {
        final ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(ascii("n="));
        for (final byte value : userName)
        {
            switch (value)
            {
                case ',' -> message.writeBytes(ascii("=2C"));
                case '=' -> message.writeBytes(ascii("=3D"));
                default -> message.write(value);
            }
        }
        message.writeBytes(ascii(",r="));
        message.writeBytes(clientNonce);
        message.writeBytes(ascii(",r="));
        message.writeBytes(nonce);
        message.writeBytes(ascii(",s="));
        message.writeBytes(Base64.getEncoder().encode(salt));
        message.writeBytes(ascii(",i=" + iterations + ",c=biws,r="));
        message.writeBytes(nonce);
        return message.toByteArray();
    }

    /**
     * The slow part: some {@value #ITERATIONS} hashes, ten milliseconds and more.
     *
     * @param password   not empty; not changed.
     * @param salt       not empty.
     * @param iterations at least 1.
     * @return the salted password.
     */
    public static byte[] saltedPassword(final char[] password, final byte[] salt, final int iterations)
    {
        final char[] normal = normalised(password);
        final PBEKeySpec spec = new PBEKeySpec(normal, salt, iterations, KEY_LENGTH * Byte.SIZE);
        try
        {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
        }
        catch (final GeneralSecurityException ex)
        {
            throw new IllegalStateException("this JDK has no PBKDF2 with HMAC-SHA-256", ex);
        }
        finally
        {
            spec.clearPassword();
            Arrays.fill(normal, '\0');
        }
    }

    /**
     * @param saltedPassword as above.
     * @return what proves it.
     */
    public static byte[] clientKey(final byte[] saltedPassword)
    {
        return hmac(saltedPassword, CLIENT_KEY);
    }

    /**
     * @param saltedPassword as above.
     * @return by which a node proves that it has the verifier.
     */
    public static byte[] serverKey(final byte[] saltedPassword)
    {
        return hmac(saltedPassword, SERVER_KEY);
    }

    /**
     * @param clientKey as above.
     * @return what a node stores to check proofs.
     */
    public static byte[] storedKey(final byte[] clientKey)
    {
        return Sha256.newDigest().digest(clientKey);
    }

    /**
     * @param clientKey   of the user.
     * @param authMessage of this login.
     * @return the proof.
     */
    public static byte[] clientProof(final byte[] clientKey, final byte[] authMessage)
    {
        return xor(hmac(storedKey(clientKey), authMessage), clientKey);
    }

    /**
     * Takes the same time whichever bytes differ.
     *
     * @param storedKey   of the verifier.
     * @param authMessage of this login.
     * @param proof       from the network, of any length.
     * @return true if who made it has the password.
     */
    public static boolean isProven(final byte[] storedKey, final byte[] authMessage, final byte[] proof)
    {
        final byte[] wanted = hmac(storedKey, authMessage);
        final byte[] clientKey = xor(wanted, Arrays.copyOf(proof, KEY_LENGTH));
        return MessageDigest.isEqual(storedKey(clientKey), storedKey) & proof.length == KEY_LENGTH;
    }

    /**
     * @param serverKey   of the verifier.
     * @param authMessage of this login.
     * @return by which the client knows the node.
     */
    public static byte[] serverSignature(final byte[] serverKey, final byte[] authMessage)
    {
        return hmac(serverKey, authMessage);
    }

    /**
     * Makes a verifier with a salt of its own. As slow as {@link #saltedPassword}.
     *
     * @param password in [1, {@link #PASSWORD_LENGTH_MAX}] characters; not changed.
     * @param random   source of the salt.
     * @return laid out as {@link ScramVerifier} says.
     */
    public static byte[] verifier(final char[] password, final SecureRandom random)
    {
        requirePassword(password);
        final byte[] salt = randomBytes(random, SALT_LENGTH);
        final byte[] salted = saltedPassword(password, salt, ITERATIONS);
        final byte[] verifier = new byte[ScramVerifier.SALT_OFFSET + salt.length];
        ScramVerifier.encode(new org.agrona.concurrent.UnsafeBuffer(verifier), 0, ITERATIONS, salt, storedKey(clientKey(salted)),
            serverKey(salted));
        Arrays.fill(salted, (byte)0);
        return verifier;
    }

    /**
     * @param password to be used.
     * @throws IllegalArgumentException if it is empty or too long; without it.
     */
    public static void requirePassword(final char[] password)
    {
        if (password.length == 0 || password.length > PASSWORD_LENGTH_MAX)
        {
            throw new IllegalArgumentException(
                "a password has 1 to " + PASSWORD_LENGTH_MAX + " characters, this one has " + password.length);
        }
    }

    /**
     * @param key  of any length but 0.
     * @param text of any length.
     * @return the HMAC-SHA-256.
     */
    public static byte[] hmac(final byte[] key, final byte[] text)
    {
        try
        {
            final Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(text);
        }
        catch (final GeneralSecurityException ex)
        {
            throw new IllegalStateException("this JDK has no HMAC-SHA-256", ex);
        }
    }

    private static byte[] xor(final byte[] one, final byte[] other)
    {
        final byte[] result = one.clone();
        for (int i = 0; i < result.length; i++)
        {
            result[i] ^= other[i];
        }
        return result;
    }

    /** ASCII is in its normal form, and need not leave a copy in a String. */
    private static char[] normalised(final char[] password)
    {
        for (final char character : password)
        {
            if (character > 0x7f)
            {
                return Normalizer.normalize(CharBuffer.wrap(password), Normalizer.Form.NFKC).toCharArray();
            }
        }
        return password.clone();
    }

    private static byte[] randomBytes(final SecureRandom random, final int length)
    {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] ascii(final String text)
    {
        return text.getBytes(US_ASCII);
    }
}
