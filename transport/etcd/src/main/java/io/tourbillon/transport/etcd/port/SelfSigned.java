package io.tourbillon.transport.etcd.port;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * A certificate that vouches for itself, for a server that nobody has given one (etcd's {@code auto-tls}): P-256, for its hosts alone, no
 * authority over others. It hides what is said from who only listens; who answers is proven to those clients alone that have its file.
 *
 * @param certFile in PEM.
 * @param keyFile  its private key, in PEM, for this user's eyes alone.
 */
public record SelfSigned(Path certFile, Path keyFile)
{
    private static final int SERIAL_BITS = 127;
    private static final int DAYS_OF_A_YEAR = 365;
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(oid("2a8648ce3d040302"));
    private static final byte[] ORGANIZATION = oid("55040a");
    private static final byte[] KEY_USAGE = oid("551d0f");
    private static final byte[] EXTENDED_KEY_USAGE = oid("551d25");
    private static final byte[] BASIC_CONSTRAINTS = oid("551d13");
    private static final byte[] ALTERNATIVE_NAMES = oid("551d11");
    private static final byte[] SERVER_AUTHENTICATION = oid("2b06010505070301");
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    /** Signs, and takes keys: as etcd's. */
    private static final byte SIGNATURES_AND_KEYS = (byte)0xA0;
    private static final int SIGNATURES_AND_KEYS_UNUSED = 5;

    /**
     * The one in a directory, {@code cert.pem} and {@code key.pem}, which is made if it is not there, and else used as it is, whatever
     * hosts and time it is for. Blocks on the disk, for some milliseconds.
     *
     * @param directory which is made if need be, for this user's eyes alone; the one above what is made is left as it is.
     * @param hosts     addresses in digits, and names, by which clients go to the server.
     * @param years     of 365 days each, for which a new one counts.
     * @return it.
     * @throws IOException              if it can be neither found nor written.
     * @throws GeneralSecurityException if the JDK has no P-256.
     */
    public static SelfSigned in(final Path directory, final List<String> hosts, final int years)
        throws IOException, GeneralSecurityException
    {
        final SelfSigned files = new SelfSigned(directory.resolve("cert.pem"), directory.resolve("key.pem"));
        if (!Files.exists(files.certFile) || !Files.exists(files.keyFile))
        {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            final KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            final KeyPair keys = generator.generateKeyPair();
            // One without the other, after a crash between the two, is made again.
            Files.deleteIfExists(files.certFile);
            write(files.keyFile, "PRIVATE KEY", keys.getPrivate().getEncoded());
            write(files.certFile, "CERTIFICATE", certificate(keys, hosts, Instant.now(), years));
        }
        return files;
    }

    /** In DER (RFC 5280, 4.1). */
    private static byte[] certificate(final KeyPair keys, final List<String> hosts, final Instant from, final int years)
        throws GeneralSecurityException, IOException
    {
        final byte[] name = Der.sequence(Der.set(Der.sequence(ORGANIZATION, Der.text("tourbillon"))));
        final Instant until = from.plus(Duration.ofDays((long)years * DAYS_OF_A_YEAR));
        final byte[] toBeSigned = Der.sequence(
            Der.tagged(0, true, Der.integer(new byte[]{2})), // version 3
            Der.integer(new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(0).toByteArray()),
            ECDSA_WITH_SHA256,
            name,
            Der.sequence(Der.time(from), Der.time(until)),
            name,
            keys.getPublic().getEncoded(), // the JDK's form is the certificate's
            Der.tagged(3, true, Der.sequence(
                Der.sequence(KEY_USAGE, Der.isTrue(), Der.octets(Der.bits(SIGNATURES_AND_KEYS_UNUSED, SIGNATURES_AND_KEYS))),
                Der.sequence(EXTENDED_KEY_USAGE, Der.octets(Der.sequence(SERVER_AUTHENTICATION))),
                Der.sequence(BASIC_CONSTRAINTS, Der.isTrue(), Der.octets(Der.sequence())),
                Der.sequence(ALTERNATIVE_NAMES, Der.octets(Der.sequence(names(hosts)))))));
        final Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(toBeSigned);
        return Der.sequence(toBeSigned, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
    }

    private static byte[][] names(final List<String> hosts) throws IOException
    {
        final List<byte[]> names = new ArrayList<>();
        for (final String host : hosts)
        {
            final boolean isAddress = host.matches("[0-9.]+") || host.contains(":");
            names.add(isAddress ? Der.tagged(IP_ADDRESS, false, InetAddress.getByName(host).getAddress()) :
                Der.tagged(DNS_NAME, false, host.getBytes(US_ASCII)));
        }
        return names.toArray(new byte[0][]);
    }

    private static byte[] oid(final String hex)
    {
        return Der.of(Der.OBJECT_ID, HexFormat.of().parseHex(hex));
    }

    /** Whole or not at all, and never for others to read. */
    private static void write(final Path file, final String kind, final byte[] der) throws IOException
    {
        final Path made = Files.createTempFile(file.getParent(), "making", ".pem");
        Files.writeString(made, "-----BEGIN " + kind + "-----\n" +
            Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der) + "\n-----END " + kind + "-----\n");
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
