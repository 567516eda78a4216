package io.tourbillon.transport.etcd.port;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Keys in the forms that tools write them in. */
class PemFilesTest
{
    /** What stands before an RSA key's older form within PKCS#8, for one of 2,048 bits. */
    private static final int RSA_PREFIX_LENGTH = 26;
    private static final int P256_LENGTH = 32;

    @TempDir
    Path directory;

    @Test
    void shouldReadTheOlderFormOfAnRsaKey() throws Exception
    {
        final KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        final byte[] pkcs8 = generator.generateKeyPair().getPrivate().getEncoded();
        final Path file = directory.resolve("rsa.key");
        TestAuthority.writePem(file, "RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, RSA_PREFIX_LENGTH, pkcs8.length));
        assertArrayEquals(pkcs8, PemFiles.privateKey(file).getEncoded());
        TestAuthority.writePem(file, "PRIVATE KEY", pkcs8);
        assertArrayEquals(pkcs8, PemFiles.privateKey(file).getEncoded());
    }

    @Test
    void shouldReadTheOlderFormOfAnEllipticKeyBehindItsParameters() throws Exception
    {
        final KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        final KeyPair pair = generator.generateKeyPair();
        final byte[] number = ((ECPrivateKey)pair.getPrivate()).getS().toByteArray();
        final byte[] padded = new byte[P256_LENGTH];
        final int copied = Math.min(P256_LENGTH, number.length);
        System.arraycopy(number, number.length - copied, padded, P256_LENGTH - copied, copied);
        final ByteArrayOutputStream der = new ByteArrayOutputStream();
        der.writeBytes(HexFormat.of().parseHex("30310201010420"));
        der.writeBytes(padded);
        der.writeBytes(HexFormat.of().parseHex("a00a06082a8648ce3d030107"));
        final Path file = directory.resolve("ec.key");
        TestAuthority.writePem(file, "EC PRIVATE KEY", der.toByteArray());
        Files.writeString(file, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + Files.readString(file));
        assertEquals(((ECPrivateKey)pair.getPrivate()).getS(), ((ECPrivateKey)PemFiles.privateKey(file)).getS());
    }

    @Test
    void shouldSayWhichFileIsNoKey() throws Exception
    {
        final Path file = directory.resolve("no.key");
        for (final String text : new String[] {"", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"})
        {
            Files.writeString(file, text);
            final IOException fault = assertThrows(IOException.class, () -> PemFiles.privateKey(file), text);
            assertTrue(fault.getMessage().startsWith(file + ": "), fault::toString);
        }
    }
}
