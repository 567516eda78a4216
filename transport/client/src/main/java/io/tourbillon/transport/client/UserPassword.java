package io.tourbillon.transport.client;

import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.SecretFile;
import io.tourbillon.codecs.SessionTicket;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Who a session is opened for, and by what: a password, a token, or the word of a front that knows the user by other means. To be shared
 * by all sessions of a user: the keys that are derived from a password, which takes some ten milliseconds, are kept here, so that a storm
 * of reconnects derives them once, and on a thread of their own, so that whoever polls goes on meanwhile. Any
 * thread. What is secret is in no text of it.
 */
public final class UserPassword
{
    static final UserPassword NOBODY = ofNode(new byte[0]);

    /** What logs in, with what it was derived from: StoredKey is made anew, as it is one hash. */
    record Keys(byte[] salt, int iterations, byte[] clientKey, byte[] serverKey)
    {
        @Override
        public String toString()
        {
            return "Keys[...]";
        }
    }

    /** By what. */
    private enum Means
    {
        NODE, PASSWORD, TOKEN, VOUCHER
    }

    private static final byte[] NOTHING = {};
    private static final Supplier<char[]> NO_PASSWORD = () -> new char[0];

    private final Means means;
    private final String name;
    private final byte[] nameBytes;
    private final byte[] secret;                                // of the node, the token, or what a front vouches by
    private final Supplier<char[]> password;
    private volatile Derivation derivation;

    private UserPassword(final Means means, final String name, final byte[] secret, final Supplier<char[]> password)
    {
        this.means = means;
        this.secret = secret;
        this.name = name;
        this.nameBytes = name.getBytes(UTF_8);
        this.password = password;
    }

    /**
     * A user with a password that stays in memory.
     *
     * @param name     of the user, not empty.
     * @param password in [1, {@link Scram#PASSWORD_LENGTH_MAX}] characters; copied.
     * @return the user.
     */
    public static UserPassword of(final String name, final char[] password)
    {
        Scram.requirePassword(password);
        final char[] copy = password.clone();
        return of(name, copy::clone);
    }

    /**
     * A user with a password that is asked for when it is needed: at the first login, and again after one that was refused.
     *
     * @param name     of the user, not empty.
     * @param password gives a copy, which is overwritten after use; called on a thread of its own, so it may block.
     * @return the user.
     */
    public static UserPassword of(final String name, final Supplier<char[]> password)
    {
        return new UserPassword(Means.PASSWORD, requireName(name), NOTHING, password);
    }

    /**
     * The node itself, for what runs in its process: its pages for operators, say. It may do what root may.
     *
     * @param token that the node has made at its start and tells nobody else.
     * @return what opens sessions as the node's own.
     */
    public static UserPassword ofNode(final byte[] token)
    {
        return new UserPassword(Means.NODE, "", token.clone(), NO_PASSWORD);
    }

    /**
     * Who has logged in elsewhere. A session of it that the node does not take, now or after a reconnect, or whose user has another
     * password since, is over for good: its listener hears {@code onSessionClosed} with INVALID_AUTH_TOKEN, once, its watches have ended,
     * and nothing is tried again.
     *
     * @param token as {@link ClientSession#requestToken} was answered, by any member.
     * @return the user, without a name.
     */
    public static UserPassword ofToken(final String token)
    {
        if (token.isEmpty())
        {
            throw new IllegalArgumentException("the token is empty");
        }
        return new UserPassword(Means.TOKEN, "", token.getBytes(UTF_8), NO_PASSWORD);
    }

    /**
     * A user whom a front knows by other means than a password, and for whom the node takes its word. Each time a session is opened, so
     * after each reconnect, a ticket is made that is good for {@link SessionTicket#VOUCHED_TTL_MS}; the secret itself stays here.
     *
     * @param user        name of the user, not empty; it need not have a password.
     * @param frontSecret in the node's own process what {@code Node.ownToken} says, elsewhere what is in the node's front-key-file; of at
     *                    least {@link SecretFile#LENGTH_MIN} bytes; copied.
     * @return the user.
     */
    public static UserPassword vouchedFor(final String user, final byte[] frontSecret)
    {
        if (frontSecret.length < SecretFile.LENGTH_MIN)
        {
            throw new IllegalArgumentException("a key has at least " + SecretFile.LENGTH_MIN + " bytes, not " + frontSecret.length);
        }
        return new UserPassword(Means.VOUCHER, requireName(user), frontSecret.clone(), NO_PASSWORD);
    }

    private static String requireName(final String name)
    {
        if (name.isEmpty())
        {
            throw new IllegalArgumentException("the name of a user is empty");
        }
        return name;
    }

    /** @return the name; empty if it is nobody's, the node's own or a token's. */
    public String name()
    {
        return name;
    }

    /** Nothing that it was opened by can die: of nobody, or the node's own. */
    boolean isNobody()
    {
        return means == Means.NODE;
    }

    /** It logs in by SCRAM. */
    boolean hasPassword()
    {
        return means == Means.PASSWORD;
    }

    /** It shows the same each time: once that is refused there is nothing else to try. */
    boolean isFixed()
    {
        return means == Means.TOKEN || means == Means.NODE;
    }

    /** What goes with the request for a session: made anew each time, but for what does not change. */
    byte[] opening(final SecureRandom random, final long nowMs)
    {
        return switch (means)
        {
            case PASSWORD -> Scram.newNonce(random);
            case VOUCHER -> SessionTicket.vouched(secret, nameBytes, nowMs + SessionTicket.VOUCHED_TTL_MS, random);
            case NODE, TOKEN -> secret;
        };
    }

    byte[] nameBytes()
    {
        return nameBytes;
    }

    /** The derivation of the keys for a salt: that of before, or one that begins now. */
    Derivation derive(final byte[] salt, final int iterations)
    {
        Derivation found = derivation;
        if (found == null || !found.isOf(salt, iterations))
        {
            found = new Derivation(password, salt, iterations);
            derivation = found;
            found.start();
        }
        return found;
    }

    /** The keys did not fit, or could not be made: the next login asks for the password anew. */
    void forget(final Derivation wrong)
    {
        if (derivation == wrong)
        {
            derivation = null;
        }
    }

    @Override
    public String toString()
    {
        return means == Means.TOKEN ? "the user of a token" : "user " + name;
    }

    /** One run of PBKDF2, on a thread of its own that ends with it. */
    static final class Derivation implements Runnable
    {
        private final Supplier<char[]> password;
        private final byte[] salt;
        private final int iterations;
        private volatile Keys keys;
        private volatile Throwable failure;

        private Derivation(final Supplier<char[]> password, final byte[] salt, final int iterations)
        {
            this.password = password;
            this.salt = salt;
            this.iterations = iterations;
        }

        private boolean isOf(final byte[] otherSalt, final int otherIterations)
        {
            return iterations == otherIterations && Arrays.equals(salt, otherSalt);
        }

        private void start()
        {
            final Thread thread = new Thread(this, "tourbillon-password");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run()
        {
            char[] asked = {};
            try
            {
                asked = password.get();
                Scram.requirePassword(asked);
                final byte[] salted = Scram.saltedPassword(asked, salt, iterations);
                keys = new Keys(salt, iterations, Scram.clientKey(salted), Scram.serverKey(salted));
                Arrays.fill(salted, (byte)0);
            }
            catch (final Throwable ex) // an error, too: nobody else would tell the login, which waits for one of the two
            {
                failure = ex;
            }
            finally
            {
                if (asked != null)
                {
                    Arrays.fill(asked, '\0');
                }
            }
        }

        /** Null while they are being derived, or if that failed. */
        Keys keys()
        {
            return keys;
        }

        /** Why there will be none, or null. */
        Throwable failure()
        {
            return failure;
        }
    }
}
