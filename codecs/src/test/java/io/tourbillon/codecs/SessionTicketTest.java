package io.tourbillon.codecs;

import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

import static io.tourbillon.codecs.SessionTicket.Kind.TOKEN;
import static io.tourbillon.codecs.SessionTicket.Kind.VOUCHED;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SessionTicketTest
{
    private static final byte[] SECRET = "a secret of at least thirty-two bytes".getBytes(US_ASCII);
    private static final byte[] NONE = {};
    private static final byte[] ANN = "ann".getBytes(UTF_8);

    private final SecureRandom random = new SecureRandom();

    private byte[] token()
    {
        return SessionTicket.token(SECRET, 7, 12, 1_700_000_000_123L, random);
    }

    @Test
    void shouldSayToWhoHasTheSecretWhatItWasMadeOf()
    {
        final SessionTicket token = SessionTicket.check(TOKEN, SECRET, NONE, token());
        assertEquals(7, token.credential());
        assertEquals(12, token.authRevision());
        assertEquals(1_700_000_000_123L, token.expiryMs());
        final SessionTicket vouched = SessionTicket.check(VOUCHED, SECRET, ANN, SessionTicket.vouched(SECRET, ANN, 99, random));
        assertEquals(0, vouched.credential());
        assertEquals(99, vouched.expiryMs());
    }

    @Test
    void shouldBeOfLettersAndDigitsAndDifferEachTime()
    {
        final String token = new String(token(), US_ASCII);
        assertEquals(SessionTicket.LENGTH, token.length());
        assertTrue(token.matches("[A-Za-z0-9_-]+"), token);
        assertFalse(Arrays.equals(token(), token()));
    }

    @Test
    void shouldNotBeTakenWithAnyBitChanged()
    {
        final byte[] token = token();
        for (int i = 0; i < token.length; i++)
        {
            for (int bit = 1; bit < 256; bit <<= 1)
            {
                token[i] ^= (byte)bit;
                assertNull(SessionTicket.check(TOKEN, SECRET, NONE, token), "bit " + bit + " of " + i);
                token[i] ^= (byte)bit;
            }
        }
        assertNotNull(SessionTicket.check(TOKEN, SECRET, NONE, token));
    }

    @Test
    void shouldNotBeTakenCutOffOrWithMoreBehindIt()
    {
        final byte[] token = token();
        for (int length = 0; length < token.length; length++)
        {
            assertNull(SessionTicket.check(TOKEN, SECRET, NONE, Arrays.copyOf(token, length)), "of length " + length);
        }
        assertNull(SessionTicket.check(TOKEN, SECRET, NONE, Arrays.copyOf(token, token.length + 1)));
        final byte[] padded = (new String(token, 0, SessionTicket.LENGTH - 2, US_ASCII) + "==").getBytes(US_ASCII);
        assertNull(SessionTicket.check(TOKEN, SECRET, NONE, padded));
        assertNull(SessionTicket.check(TOKEN, SECRET, NONE, Base64.getDecoder().decode("A".repeat(128))));
    }

    @Test
    void shouldBeGoodForNoOtherSecretPurposeOrName()
    {
        final byte[] other = SECRET.clone();
        other[SECRET.length - 1] ^= 1;
        assertNull(SessionTicket.check(TOKEN, other, NONE, token()));
        assertNull(SessionTicket.check(VOUCHED, SECRET, NONE, token()));
        assertNull(SessionTicket.check(TOKEN, SECRET, ANN, token()));
        final byte[] vouched = SessionTicket.vouched(SECRET, ANN, 99, random);
        assertNull(SessionTicket.check(VOUCHED, other, ANN, vouched));
        assertNull(SessionTicket.check(TOKEN, SECRET, ANN, vouched));
        assertNull(SessionTicket.check(VOUCHED, SECRET, "root".getBytes(UTF_8), vouched));
        assertNull(SessionTicket.check(VOUCHED, SECRET, NONE, vouched));
    }

    @Test
    void shouldTellWhoKeepsTokensWhenTheyEnd()
    {
        assertEquals(1_700_000_000_123L, SessionTicket.expiryMs(new String(token(), US_ASCII)));
        assertEquals(0, SessionTicket.expiryMs(""));
        assertEquals(0, SessionTicket.expiryMs("abcdefghijklmnop.17"));
        assertEquals(0, SessionTicket.expiryMs("\u00e4".repeat(SessionTicket.LENGTH)));
    }

    @Test
    void shouldRefuseAShortSecretAndBeInNoText()
    {
        final byte[] shorter = new byte[SecretFile.LENGTH_MIN - 1];
        assertThrows(IllegalArgumentException.class, () -> SessionTicket.token(shorter, 7, 12, 99, random));
        assertThrows(IllegalArgumentException.class, () -> SessionTicket.check(VOUCHED, shorter, ANN, token()));
        assertEquals("a ticket for a session", SessionTicket.check(TOKEN, SECRET, NONE, token()).toString());
    }
}
