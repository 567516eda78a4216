package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.ScramVerifier;
import io.tourbillon.mvcc.Auth;
import io.tourbillon.mvcc.AuthUser;

import java.security.SecureRandom;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * A secret for one purpose that all members have without telling each other: made from the cluster's key, or else from the keys of root,
 * without which nobody is asked to log in. That one is another when root's password changes; while root has none, and there is no cluster
 * key, it is of this run of this member alone. Sequencer. It never appears in a text.
 */
final class MembersSecret
{
    private static final int ROOT_KEYS_LENGTH = 2 * Scram.KEY_LENGTH;

    private final byte[] purpose;
    private final boolean isOfClusterKey;
    private byte[] secret;
    private long rootCredential;

    /**
     * @param clusterKey of the cluster, or null.
     * @param purpose    that no other secret has.
     */
    MembersSecret(final ClusterKey clusterKey, final String purpose)
    {
        this.purpose = purpose.getBytes(US_ASCII);
        isOfClusterKey = clusterKey != null;
        secret = isOfClusterKey ? clusterKey.secret(new FrameMac(0), purpose) : ofThisRun();
    }

    private static byte[] ofThisRun()
    {
        final byte[] bytes = new byte[Scram.KEY_LENGTH];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** As of these users; not to be changed. Allocates when root's password is another. */
    byte[] of(final Auth users)
    {
        final AuthUser root = isOfClusterKey ? null : users.user(Auth.ROOT);
        if (root != null && root.hasPassword() && root.credential() != rootCredential)
        {
            final byte[] keys = new byte[ROOT_KEYS_LENGTH];
            root.verifier().getBytes(ScramVerifier.STORED_KEY_OFFSET, keys);
            secret = Scram.hmac(purpose, keys);
            rootCredential = root.credential();
        }
        return secret;
    }
}
