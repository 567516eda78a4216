package io.tourbillon.codecs;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ScramTest
{
    /** The example of RFC 7677, section 3. */
    private static final byte[] USER = bytes("user");
    private static final byte[] CLIENT_NONCE = bytes("rOprNGfwEbeRWgbNEkqO");
    private static final byte[] NONCE = bytes("rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    private static final String PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final String SIGNATURE = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private final byte[] message = Scram.authMessage(USER, CLIENT_NONCE, NONCE, SALT, 4096);
    private final byte[] salted = Scram.saltedPassword("pencil".toCharArray(), SALT, 4096);
    private final byte[] storedKey = Scram.storedKey(Scram.clientKey(salted));

    private static byte[] bytes(final String text)
    {
        return text.getBytes(UTF_8);
    }

    @Test
    void shouldComputeTheExampleOfRfc7677()
    {
        assertEquals("n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==," +
            "i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", new String(message, UTF_8));
        final byte[] proof = Scram.clientProof(Scram.clientKey(salted), message);
        assertEquals(PROOF, Base64.getEncoder().encodeToString(proof));
        assertTrue(Scram.isProven(storedKey, message, proof));
        assertEquals(SIGNATURE, Base64.getEncoder().encodeToString(Scram.serverSignature(Scram.serverKey(salted), message)));
    }

    @Test
    void shouldRefuseEveryOtherProof()
    {
        final byte[] proof = Base64.getDecoder().decode(PROOF);
        for (int i = 0; i < proof.length; i++)
        {
            final byte[] other = proof.clone();
            other[i] ^= 1;
            assertFalse(Scram.isProven(storedKey, message, other), "byte " + i);
        }
        assertFalse(Scram.isProven(storedKey, message, new byte[0]));
        assertFalse(Scram.isProven(storedKey, message, Arrays.copyOf(proof, proof.length + 1)));
        assertFalse(Scram.isProven(storedKey, message, Arrays.copyOf(proof, proof.length - 1)));
        final byte[] otherNonce = Scram.authMessage(USER, CLIENT_NONCE, bytes("rOprNGfwEbeRWgbNEkqOx"), SALT, 4096);
        assertFalse(Scram.isProven(storedKey, otherNonce, proof));
    }

    @Test
    void shouldEscapeWhatEndsAName()
    {
        assertTrue(new String(Scram.authMessage(bytes("a,b=c"), CLIENT_NONCE, NONCE, SALT, 4096), UTF_8).startsWith("n=a=2Cb=3Dc,r="));
    }

    @Test
    void shouldTakeAPasswordInAnyOfItsForms()
    {
        final char[] composed = "\u00e9\u2126".toCharArray();
        final char[] decomposed = "e\u0301\u03a9".toCharArray();
        assertArrayEquals(Scram.saltedPassword(composed, SALT, 1), Scram.saltedPassword(decomposed, SALT, 1));
        assertEquals('\u00e9', composed[0], "the caller's own is left alone");
    }

    @Test
    void shouldMakeAVerifierThatTakesThePasswordAlone()
    {
        final SecureRandom random = new SecureRandom();
        final byte[] verifier = Scram.verifier("pencil".toCharArray(), random);
        final UnsafeBuffer buffer = new UnsafeBuffer(verifier);
        assertTrue(ScramVerifier.isSound(buffer, 0, verifier.length));
        final byte[] salt = Arrays.copyOfRange(verifier, ScramVerifier.SALT_OFFSET, verifier.length);
        final byte[] stored = Arrays.copyOfRange(verifier, ScramVerifier.STORED_KEY_OFFSET, ScramVerifier.SERVER_KEY_OFFSET);
        final byte[] key = Scram.clientKey(Scram.saltedPassword("pencil".toCharArray(), salt, ScramVerifier.iterations(buffer, 0)));
        assertTrue(Scram.isProven(stored, message, Scram.clientProof(key, message)));
        assertFalse(Arrays.equals(verifier, Scram.verifier("pencil".toCharArray(), random)), "each has a salt of its own");
        assertThrows(IllegalArgumentException.class, () -> Scram.verifier(new char[0], random));
        assertThrows(IllegalArgumentException.class, () -> Scram.verifier(new char[Scram.PASSWORD_LENGTH_MAX + 1], random));
    }

    @Test
    void shouldTakeNoncesOfPrintableCharactersOnly()
    {
        assertTrue(Scram.isNonce(CLIENT_NONCE));
        assertTrue(Scram.isNonce(Scram.newNonce(new SecureRandom())));
        assertFalse(Scram.isNonce(bytes("short")));
        assertFalse(Scram.isNonce(new byte[Scram.NONCE_LENGTH_MAX + 1]));
        assertFalse(Scram.isNonce(bytes("rOprNGfwEbeRWgbN,kqO")));
        assertFalse(Scram.isNonce(bytes("rOprNGfwEbeRWgbN kqO")));
    }
}
