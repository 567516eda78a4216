package io.tourbillon.transport.etcd.identity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Random;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** JSON web tokens, made and judged. */
class JsonTokensTest
{
    private static final int MADE_UP = 2_000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"RS256, RSA, ''", "RS512, RSA, ''", "PS256, RSA, ''", "PS384, RSA, ''", "ES256, EC, secp256r1", "ES384, EC, secp384r1",
        "ES512, EC, secp521r1", "EdDSA, Ed25519, ''"})
    void shouldTakeWhatItHasSignedAndNothingElse(final String method, final String family, final String curve) throws Exception
    {
        final KeyPair pair = pair(family, curve);
        final JsonTokens signer = JsonTokens.of("jwt,sign-method=" + method + ",pub-key=" + publicFile(pair) + ",priv-key=" +
            privateFile(pair) + ",ttl=10m");
        final JsonTokens verifier = JsonTokens.of("jwt,sign-method=" + method + ",pub-key=" + publicFile(pair));
        assertTrue(signer.makes());
        assertFalse(verifier.makes());
        final String token = signer.make("ann", 7);
        final JsonTokens.Claims claims = verifier.verify(token);
        assertEquals("ann", claims.userName());
        assertEquals(7, claims.revision());
        assertEquals(System.currentTimeMillis() / 1000 + 600, claims.expirySeconds(), 30);
        assertNull(verifier.faultOf(claims));
        assertForgeriesRefused(verifier, token);
        final JsonTokens stranger = JsonTokens.of("jwt,sign-method=" + method + ",pub-key=" + publicFile(pair(family, curve)));
        assertNull(stranger.verify(token));
    }

    @Test
    void shouldTakeASecretForBoth() throws Exception
    {
        final Path secret = Files.writeString(directory.resolve("secret"), "of all members");
        final JsonTokens tokens = JsonTokens.of("jwt,sign-method=HS256,priv-key=" + secret);
        final String token = tokens.make("ann", 1);
        assertNotNull(tokens.verify(token));
        assertForgeriesRefused(tokens, token);
    }

    /** Each cut off, changed, made long, or of other parts; the number that they are drawn from is told. */
    @Test
    void shouldStandWhatIsNoTokenAndForgetIt() throws Exception
    {
        final Path secret = Files.writeString(directory.resolve("secret"), "of all members");
        final JsonTokens tokens = JsonTokens.of("jwt,sign-method=HS256,priv-key=" + secret);
        final String token = tokens.make("ann", 1);
        assertNotNull(tokens.verify(token));
        final long seed = Long.getLong("fuzz.seed", System.nanoTime());
        final Random random = new Random(seed);
        final String[] odd = {".", "..", "...", "\u0000", "=", "*", "\u20ac", text("{\"alg\":1e999999999}"), text("[".repeat(3_000)),
            text("{\"alg\":\"HS256\",\"alg\":\"HS256\"}"), ".".repeat(60_000), "a".repeat(60_000), text("{}"), text("null")};
        for (int i = 0; i < MADE_UP; i++)
        {
            final int at = random.nextInt(token.length());
            final int end = at + random.nextInt(token.length() - at);
            final String made = token.substring(0, at) + odd[random.nextInt(odd.length)] + token.substring(end);
            assertTrue(made.equals(token) || tokens.verify(made) == null,
                () -> "-Dfuzz.seed=" + seed + ": " + made.substring(0, Math.min(200, made.length())));
        }
        assertEquals(1, tokens.knownCount());
    }

    /** A public key is no secret: who takes it for that of HS256 takes anybody's tokens. */
    @Test
    void shouldNotLetATokenChooseTheMethod() throws Exception
    {
        final KeyPair pair = pair("RSA", "");
        final JsonTokens tokens = JsonTokens.of("jwt,sign-method=RS256,pub-key=" + publicFile(pair));
        final JsonTokens forger = JsonTokens.of("jwt,sign-method=HS256,priv-key=" + publicFile(pair));
        assertNull(tokens.verify(forger.make("root", 1)));
        final String none = text("{\"alg\":\"none\"}") + "." + forger.make("root", 1).split("\\.")[1] + ".";
        assertNull(tokens.verify(none));
    }

    @Test
    void shouldRefuseWhatIsOver() throws Exception
    {
        final Path secret = Files.writeString(directory.resolve("secret"), "of all members");
        final JsonTokens tokens = JsonTokens.of("jwt,sign-method=HS256,priv-key=" + secret);
        final JsonTokens.Claims over = new JsonTokens.Claims("ann", 1, System.currentTimeMillis() / 1000 - 1);
        assertEquals("etcdserver: invalid auth token", tokens.faultOf(over).getDescription());
    }

    @Test
    void shouldSayWhatIsWrongWithAnOption() throws Exception
    {
        final KeyPair rsa = pair("RSA", "");
        assertThrows(IllegalArgumentException.class, () -> JsonTokens.of("simple"));
        assertThrows(IllegalArgumentException.class, () -> JsonTokens.of("jwt"));
        assertThrows(IllegalArgumentException.class, () -> JsonTokens.of("jwt,sign-method=none"));
        assertThrows(IllegalArgumentException.class, () -> JsonTokens.of("jwt,sign-method=RS256"));
        assertThrows(IllegalArgumentException.class, () -> JsonTokens.of("jwt,sign-method=ES256,pub-key=" + publicFile(rsa)));
        assertThrows(IllegalArgumentException.class, () -> JsonTokens.of(
            "jwt,sign-method=RS256,pub-key=" + publicFile(rsa) + ",priv-key=" + privateFile(pair("RSA", ""))));
        assertThrows(IllegalArgumentException.class, () -> JsonTokens.of("jwt,sign-method=RS256,pub-key=" + publicFile(rsa) + ",ttl=x"));
    }

    private static void assertForgeriesRefused(final JsonTokens verifier, final String token)
    {
        final String[] parts = token.split("\\.");
        final String claims = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8);
        assertNull(verifier.verify(parts[0] + "." + text(claims.replace("ann", "root")) + "." + parts[2]));
        assertNull(verifier.verify(parts[0] + "." + parts[1] + "."));
        assertNull(verifier.verify(parts[0] + "." + parts[1] + "." + text("no signature")));
        assertNull(verifier.verify("a.b.c"));
        assertNull(verifier.verify(token + "." + parts[2]));
    }

    private static String text(final String value)
    {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }

    private static KeyPair pair(final String family, final String curve) throws Exception
    {
        final KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
        if (!curve.isEmpty())
        {
            generator.initialize(new ECGenParameterSpec(curve));
        }
        return generator.generateKeyPair();
    }

    private Path publicFile(final KeyPair pair) throws Exception
    {
        return pem("PUBLIC KEY", pair.getPublic().getEncoded());
    }

    private Path privateFile(final KeyPair pair) throws Exception
    {
        return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    private Path pem(final String kind, final byte[] content) throws Exception
    {
        return Files.writeString(Files.createTempFile(directory, "key", ".pem"), "-----BEGIN " + kind + "-----\n" +
            Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + kind + "-----\n");
    }
}
