package io.tourbillon.transport.etcd.port;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** Reads what certificates and keys are kept in. Blocks; any thread. Each fault names its file. */
public final class PemFiles
{
    private static final Pattern KEY = Pattern.compile("-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----([^-]*)-----END");
    private static final Pattern PUBLIC_KEY = Pattern.compile("-----BEGIN PUBLIC KEY-----([^-]*)-----END");
    private static final List<String> KEY_KINDS = List.of("RSA", "EC", "EdDSA");
    /** The names of the kinds of key as an older form of theirs is put into PKCS#8: version, algorithm. */
    private static final byte[] VERSION = HexFormat.of().parseHex("020100");
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int CURVE = 0xA0;
    private static final int LONG_LENGTH = 0x80;

    private PemFiles()
    {
    }

    /** At least one, in the order of the file. */
    static List<X509Certificate> certificates(final Path file) throws IOException
    {
        final byte[] bytes = Files.readAllBytes(file);
        try
        {
            final List<X509Certificate> certificates = new ArrayList<>();
            for (final Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes)))
            {
                certificates.add((X509Certificate)each);
            }
            if (certificates.isEmpty())
            {
                throw new IOException(file + ": has no certificate");
            }
            return certificates;
        }
        catch (final GeneralSecurityException ex)
        {
            throw TlsContext.because(file, ex);
        }
    }

    /** The numbers that a list of revocations has. */
    static Set<BigInteger> revoked(final Path file) throws IOException
    {
        final byte[] bytes = Files.readAllBytes(file);
        try
        {
            final X509CRL list = (X509CRL)CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(bytes));
            final Set<BigInteger> revoked = new HashSet<>();
            for (final X509CRLEntry entry : list.getRevokedCertificates() == null ? Set.<X509CRLEntry>of() : list.getRevokedCertificates())
            {
                revoked.add(entry.getSerialNumber());
            }
            return revoked;
        }
        catch (final GeneralSecurityException ex)
        {
            throw TlsContext.because(file, ex);
        }
    }

    /**
     * @param file of PKCS #8, or of one of the older forms that OpenSSL writes; not encrypted.
     * @return its key.
     * @throws IOException if there is none; says why.
     */
    public static PrivateKey privateKey(final Path file) throws IOException
    {
        final Matcher found = KEY.matcher(Files.readString(file, ISO_8859_1));
        if (!found.find())
        {
            throw new IOException(file + ": has no private key");
        }
        try
        {
            final byte[] der = Base64.getMimeDecoder().decode(found.group(2));
            return switch (found.group(1))
            {
                case "RSA PRIVATE KEY" -> key(tagged(SEQUENCE, VERSION, RSA, tagged(OCTETS, der)));
                case "EC PRIVATE KEY" -> key(tagged(SEQUENCE, VERSION, tagged(SEQUENCE, EC, curve(der)), tagged(OCTETS, der)));
                case "PRIVATE KEY" -> key(der);
                default -> throw new IOException(file + ": the key is encrypted; nobody asks for its password here");
            };
        }
        catch (final GeneralSecurityException ex)
        {
            throw TlsContext.because(file, ex);
        }
        catch (final RuntimeException ex)
        {
            throw new IOException(file + ": is no private key that can be read", ex); // cut off, or not as its name says
        }
    }

    /**
     * @param file of a public key, or of a certificate.
     * @return its key.
     * @throws IOException if there is none; says why.
     */
    public static PublicKey publicKey(final Path file) throws IOException
    {
        final Matcher found = PUBLIC_KEY.matcher(Files.readString(file, ISO_8859_1));
        if (!found.find())
        {
            return certificates(file).get(0).getPublicKey();
        }
        try
        {
            final X509EncodedKeySpec spec = new X509EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
            for (final String kind : KEY_KINDS)
            {
                try
                {
                    return KeyFactory.getInstance(kind).generatePublic(spec);
                }
                catch (final InvalidKeySpecException ignore)
                {
                    continue; // of another kind
                }
            }
            throw new InvalidKeySpecException("is none of RSA, EC and Ed25519");
        }
        catch (final GeneralSecurityException ex)
        {
            throw TlsContext.because(file, ex);
        }
    }

    private static PrivateKey key(final byte[] pkcs8) throws GeneralSecurityException
    {
        final PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
        for (final String kind : KEY_KINDS)
        {
            try
            {
                return KeyFactory.getInstance(kind).generatePrivate(spec);
            }
            catch (final InvalidKeySpecException ignore)
            {
                continue; // of another kind
            }
        }
        throw new InvalidKeySpecException("is none of RSA, EC and Ed25519");
    }

    /** The curve's name in an EC key's older form: version, number, [0] curve. */
    private static byte[] curve(final byte[] der)
    {
        final ByteBuffer in = ByteBuffer.wrap(der);
        in.get();
        length(in);
        for (int tag = in.get() & 0xFF; ; tag = in.get() & 0xFF)
        {
            final byte[] value = new byte[length(in)];
            in.get(value);
            if (tag == CURVE)
            {
                return value;
            }
        }
    }

    private static int length(final ByteBuffer in)
    {
        final int first = in.get() & 0xFF;
        int length = first < LONG_LENGTH ? first : 0;
        for (int i = first < LONG_LENGTH ? 0 : first - LONG_LENGTH; i > 0; i--)
        {
            length = length << 8 | in.get() & 0xFF;
        }
        return length;
    }

    private static byte[] tagged(final int tag, final byte[]... parts)
    {
        final ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (final byte[] part : parts)
        {
            value.writeBytes(part);
        }
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        if (value.size() < LONG_LENGTH)
        {
            all.write(value.size());
        }
        else
        {
            all.write(LONG_LENGTH + 2);
            all.write(value.size() >> 8);
            all.write(value.size());
        }
        all.writeBytes(value.toByteArray());
        return all.toByteArray();
    }

    /** Refuses a key that is not that of the certificate: one of the files was replaced, the other not yet. */
    static void requirePair(final Path certFile, final X509Certificate certificate, final Path keyFile, final PrivateKey key)
        throws IOException
    {
        final String scheme = switch (key.getAlgorithm())
        {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        boolean isPair;
        try
        {
            final byte[] text = "pair".getBytes(UTF_8);
            final Signature signing = Signature.getInstance(scheme);
            signing.initSign(key);
            signing.update(text);
            final byte[] signature = signing.sign();
            signing.initVerify(certificate.getPublicKey());
            signing.update(text);
            isPair = signing.verify(signature);
        }
        catch (final GeneralSecurityException ex)
        {
            isPair = false; // of another kind
        }
        if (!isPair)
        {
            throw new IOException(keyFile + ": is not the key of " + certFile);
        }
    }
}
