package io.tourbillon.codecs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 by the JDK (FIPS 180-4). */
public final class Sha256
{
    /** Length of a digest in bytes. */
    public static final int LENGTH = 32;

    private Sha256()
    {
    }

    /**
     * @return a digest of nothing so far, for one thread. Allocates.
     */
    public static MessageDigest newDigest()
    {
        try
        {
            return MessageDigest.getInstance("SHA-256");
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException("every JDK has SHA-256", ex);
        }
    }
}
