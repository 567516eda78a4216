package io.tourbillon.codecs;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * What opens a session in place of a password: until its time is over, and without anybody having to remember it. Who has the key makes it,
 * who has the same key checks it.
 * <pre>
 *  0            8              16         24       40         72
 *  | credential | authRevision | expiryMs | random | HMAC     |     big endian; on its way in base64url: {@value #LENGTH} characters
 *
 *  HMAC-SHA256(secret, kind, length of the name, name, bytes [0, 40))
 * </pre>
 * {@link Kind#TOKEN}: made by a node for who has logged in, of its credential; the name is empty. {@link Kind#VOUCHED}: made by a front for
 * a user whom it knows by other means, of the name alone; the credential is 0. Immutable; any thread. Making and checking allocate. No
 * secret and no ticket is in a text of it.
 */
public final class SessionTicket
{
    /** Characters of a ticket: more than a login's nonce has. */
    public static final int LENGTH = 96;
    /** How long a ticket of a front is good, in milliseconds. */
    public static final long VOUCHED_TTL_MS = 30_000;
    /** A front's ticket that would be good for longer is not taken; what is beyond {@link #VOUCHED_TTL_MS} is for clocks that differ. */
    public static final long VOUCHED_TTL_MAX_MS = 60_000;

    private static final int BODY_LENGTH = 3 * Long.BYTES + 16;
    private static final int EXPIRY_OFFSET = 2 * Long.BYTES;
    private static final byte[] NO_NAME = {};

    static
    {
        assert (BODY_LENGTH + Sha256.LENGTH) / 3 * 4 == LENGTH && (BODY_LENGTH + Sha256.LENGTH) % 3 == 0 : "no bit of the text is idle";
        assert LENGTH > Scram.NONCE_LENGTH_MAX;
    }

    /** Who makes it and for what. */
    public enum Kind
    {
        /** A node, for who has logged in. */
        TOKEN("tourbillon session token 1"),
        /** A front, for a user. */
        VOUCHED("tourbillon session vouched for 1");

        private final byte[] label;

        Kind(final String label)
        {
            this.label = label.getBytes(US_ASCII);
        }
    }

    private final long credential;
    private final long authRevision;
    private final long expiryMs;

    private SessionTicket(final ByteBuffer body)
    {
        credential = body.getLong();
        authRevision = body.getLong();
        expiryMs = body.getLong();
    }

    /**
     * Makes a token.
     *
     * @param secret       of at least {@link SecretFile#LENGTH_MIN} bytes.
     * @param credential   of the user.
     * @param authRevision of the users that it was looked up in.
     * @param expiryMs     until when it is good, in milliseconds of the epoch.
     * @param random       source of what makes it differ from all others.
     * @return {@link #LENGTH} ASCII characters: letters, digits, - and _.
     */
    public static byte[] token(
        final byte[] secret, final long credential, final long authRevision, final long expiryMs, final SecureRandom random)
    {
        return make(Kind.TOKEN, secret, NO_NAME, credential, authRevision, expiryMs, random);
    }

    /**
     * Vouches for a user.
     *
     * @param secret   that the node takes such tickets by, of at least {@link SecretFile#LENGTH_MIN} bytes.
     * @param name     of the user, in UTF-8.
     * @param expiryMs until when it is good, in milliseconds of the epoch; the node takes none that is good for more than
     *                 {@link #VOUCHED_TTL_MAX_MS} from now on.
     * @param random   source of what makes it differ from all others.
     * @return {@link #LENGTH} ASCII characters.
     */
    public static byte[] vouched(final byte[] secret, final byte[] name, final long expiryMs, final SecureRandom random)
    {
        return make(Kind.VOUCHED, secret, name, 0, 0, expiryMs, random);
    }

    private static byte[] make(
        final Kind kind, final byte[] secret, final byte[] name, final long credential, final long authRevision, final long expiryMs,
        final SecureRandom random)
    {
        requireSecret(secret);
        final byte[] nonce = new byte[BODY_LENGTH - 3 * Long.BYTES];
        random.nextBytes(nonce);
        final byte[] body =
            ByteBuffer.allocate(BODY_LENGTH).putLong(credential).putLong(authRevision).putLong(expiryMs).put(nonce).array();
        final byte[] whole = Arrays.copyOf(body, BODY_LENGTH + Sha256.LENGTH);
        System.arraycopy(mac(kind, secret, name, body), 0, whole, BODY_LENGTH, Sha256.LENGTH);
        return Base64.getUrlEncoder().withoutPadding().encode(whole);
    }

    /**
     * Checks who made a ticket; not whether its time is over. Takes the same time wherever it differs from a true one.
     *
     * @param kind   of ticket that is wanted.
     * @param secret it must have been made with.
     * @param name   of the user, in UTF-8; empty for a token.
     * @param ticket from the network, of any length.
     * @return what it says, or null if who made it has another secret, or has made it of another kind or for another name.
     */
    public static SessionTicket check(final Kind kind, final byte[] secret, final byte[] name, final byte[] ticket)
    {
        requireSecret(secret);
        final byte[] whole = decode(ticket);
        if (whole == null)
        {
            return null;
        }
        final byte[] body = Arrays.copyOf(whole, BODY_LENGTH);
        final byte[] given = Arrays.copyOfRange(whole, BODY_LENGTH, whole.length);
        return MessageDigest.isEqual(mac(kind, secret, name, body), given) ? new SessionTicket(ByteBuffer.wrap(body)) : null;
    }

    /**
     * Reads when a token ends, without a look at who made it: for who keeps tokens and wants to forget those that are over.
     *
     * @param token from anybody.
     * @return milliseconds of the epoch; 0 if it does not look like a token.
     */
    public static long expiryMs(final String token)
    {
        final byte[] whole = decode(token.getBytes(US_ASCII));
        return whole == null ? 0 : ByteBuffer.wrap(whole).getLong(EXPIRY_OFFSET);
    }

    /** @return credential of a token's user; 0 of what a front has made. */
    public long credential()
    {
        return credential;
    }

    /** @return of the users as they were when a token was made; 0 of what a front has made. */
    public long authRevision()
    {
        return authRevision;
    }

    /** @return until when it is good, in milliseconds of the epoch. */
    public long expiryMs()
    {
        return expiryMs;
    }

    private static byte[] decode(final byte[] ticket)
    {
        if (ticket.length != LENGTH)
        {
            return null;
        }
        try
        {
            final byte[] whole = Base64.getUrlDecoder().decode(ticket);
            return whole.length == BODY_LENGTH + Sha256.LENGTH ? whole : null; // padding makes it shorter
        }
        catch (final IllegalArgumentException ex)
        {
            return null; // a character that is none of the 64
        }
    }

    private static byte[] mac(final Kind kind, final byte[] secret, final byte[] name, final byte[] body)
    {
        final byte[] text = ByteBuffer.allocate(kind.label.length + Integer.BYTES + name.length + body.length)
            .put(kind.label).putInt(name.length).put(name).put(body).array();
        return Scram.hmac(secret, text);
    }

    private static void requireSecret(final byte[] secret)
    {
        if (secret.length < SecretFile.LENGTH_MIN)
        {
            throw new IllegalArgumentException("a key has at least " + SecretFile.LENGTH_MIN + " bytes, not " + secret.length);
        }
    }

    @Override
    public String toString()
    {
        return "a ticket for a session";
    }
}
