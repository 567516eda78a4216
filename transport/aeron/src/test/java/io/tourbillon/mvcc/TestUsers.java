package io.tourbillon.mvcc;

import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.ScramVerifier;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Users without a log: their names, credentials and passwords, with salts that are the same in each run. */
public final class TestUsers
{
    private final Map<String, AuthUser> users = new TreeMap<>();

    /**
     * @param name       of a user; one of this name before is gone.
     * @param credential not 0.
     * @param password   empty = none.
     * @return this.
     */
    public TestUsers with(final String name, final long credential, final String password)
    {
        final byte[] verifier = password.isEmpty() ? new byte[0] : verifier(name, password);
        users.put(name, new AuthUser(name, credential, credential, verifier, List.of(), Grants.NONE, Grants.NONE));
        return this;
    }

    /**
     * @param name of a user who goes.
     * @return this.
     */
    public TestUsers without(final String name)
    {
        users.remove(name);
        return this;
    }

    /** @return them, now. */
    public Auth auth()
    {
        return auth(true, 1);
    }

    /**
     * @param isEnabled whether they are asked who they are.
     * @param revision  of the users.
     * @return them, now.
     */
    public Auth auth(final boolean isEnabled, final long revision)
    {
        return new Auth(isEnabled, revision, new TreeMap<>(users), Map.of());
    }

    private static byte[] verifier(final String name, final String password)
    {
        final byte[] salt = Arrays.copyOf(name.getBytes(UTF_8), Scram.SALT_LENGTH);
        final byte[] salted = Scram.saltedPassword(password.toCharArray(), salt, Scram.ITERATIONS);
        final byte[] verifier = new byte[ScramVerifier.SALT_OFFSET + salt.length];
        ScramVerifier.encode(new UnsafeBuffer(verifier), 0, Scram.ITERATIONS, salt, Scram.storedKey(Scram.clientKey(salted)),
            Scram.serverKey(salted));
        return verifier;
    }
}
