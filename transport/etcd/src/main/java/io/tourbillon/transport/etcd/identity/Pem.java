package io.tourbillon.transport.etcd.identity;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Keys as files have them: PEM. The older forms of private keys, which OpenSSL writes, too. Pure. */
final class Pem
{
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final byte[] VERSION_0 = {2, 1, 0};
    /** SEQUENCE { rsaEncryption, NULL }. */
    private static final byte[] RSA = bytes("300d06092a864886f70d0101010500");
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int LONG_LENGTH = 0x80;
    private static final int BYTE_MASK = 0xFF;
    private static final int HEX = 16;

    private Pem()
    {
    }

    /**
     * @param text   of a file.
     * @param family of the algorithm: RSA, EC or EdDSA.
     * @return its public key, or that of its certificate.
     * @throws GeneralSecurityException if it has none of this family.
     */
    static PublicKey publicKey(final String text, final String family) throws GeneralSecurityException
    {
        final Matcher block = block(text);
        final byte[] content = content(block);
        if (block.group(1).equals("CERTIFICATE"))
        {
            return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(content)).getPublicKey();
        }
        return KeyFactory.getInstance(family).generatePublic(new X509EncodedKeySpec(content));
    }

    /**
     * @param text   of a file.
     * @param family of the algorithm.
     * @param curve  that a key of the older form is on, as DER of its name; null = none.
     * @return its private key.
     * @throws GeneralSecurityException if it has none of this family.
     */
    static PrivateKey privateKey(final String text, final String family, final String curve) throws GeneralSecurityException
    {
        final Matcher block = block(text);
        final byte[] content = content(block);
        final byte[] wrapped = switch (block.group(1))
        {
            case "RSA PRIVATE KEY" -> wrap(RSA, content);
            case "EC PRIVATE KEY" -> wrap(bytes(curve), content);
            default -> content;
        };
        return KeyFactory.getInstance(family).generatePrivate(new PKCS8EncodedKeySpec(wrapped));
    }

    private static Matcher block(final String text) throws GeneralSecurityException
    {
        // Before the key of a curve OpenSSL writes the curve's name.
        final Matcher block = BLOCK.matcher(text);
        while (block.find())
        {
            if (!block.group(1).equals("EC PARAMETERS"))
            {
                return block;
            }
        }
        throw new GeneralSecurityException("it has no PEM block");
    }

    private static byte[] content(final Matcher block) throws GeneralSecurityException
    {
        try
        {
            return Base64.getMimeDecoder().decode(block.group(2).getBytes(US_ASCII));
        }
        catch (final IllegalArgumentException ex)
        {
            throw new GeneralSecurityException("its PEM block is not base64", ex);
        }
    }

    /** PKCS #8 around what it is about. */
    private static byte[] wrap(final byte[] algorithm, final byte[] key)
    {
        final ByteArrayOutputStream inner = new ByteArrayOutputStream();
        inner.writeBytes(VERSION_0);
        inner.writeBytes(algorithm);
        inner.writeBytes(der(OCTETS, key));
        return der(SEQUENCE, inner.toByteArray());
    }

    private static byte[] der(final int tag, final byte[] content)
    {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < LONG_LENGTH)
        {
            out.write(content.length);
        }
        else
        {
            out.write(LONG_LENGTH | 2);
            out.write(content.length >> Byte.SIZE);
            out.write(content.length & BYTE_MASK);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] bytes(final String hex)
    {
        final byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++)
        {
            bytes[i] = (byte)Integer.parseInt(hex.substring(2 * i, 2 * i + 2), HEX);
        }
        return bytes;
    }
}
