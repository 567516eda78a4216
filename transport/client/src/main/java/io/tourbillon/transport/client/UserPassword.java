package io.tourbillon.transport.client;

import io.tourbillon.codecs.Scram;

import java.util.Arrays;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Who a session logs in as, and by which password. To be shared by all sessions of a user: the keys that are derived from the password,
 * which takes some ten milliseconds, are kept here, so that a storm of reconnects derives them once, and on a thread of their own, so that
 * whoever polls goes on meanwhile. Any thread. What is secret is in no text of it.
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

    private final String name;
    private final byte[] nameBytes;
    private final byte[] token;
    private final Supplier<char[]> password;
    private volatile Derivation derivation;

    private UserPassword(final String name, final byte[] token, final Supplier<char[]> password)
    {
        this.token = token;
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
        if (name.isEmpty())
        {
            throw new IllegalArgumentException("the name of a user is empty");
        }
        return new UserPassword(name, new byte[0], password);
    }

    /**
     * The node itself, for what runs in its process: its pages for operators, say. It may do what root may.
     *
     * @param token that the node has made at its start and tells nobody else.
     * @return what opens sessions as the node's own.
     */
    public static UserPassword ofNode(final byte[] token)
    {
        return new UserPassword("", token.clone(), () -> new char[0]);
    }

    /** @return the name. */
    public String name()
    {
        return name;
    }

    boolean isNobody()
    {
        return nameBytes.length == 0;
    }

    /** What is shown in place of a login; empty but for the node's own. */
    byte[] token()
    {
        return token;
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
        return "user " + name;
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
