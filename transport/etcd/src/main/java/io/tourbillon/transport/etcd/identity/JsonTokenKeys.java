package io.tourbillon.transport.etcd.identity;

import io.tourbillon.transport.etcd.port.PemFiles;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Map;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * What JSON web tokens are signed and verified by: one method, and its keys. Whatever a token says of itself, no other method is tried. Any
 * thread; allocates.
 */
final class JsonTokenKeys
{
    private static final int BITS_OFFSET = 2;

    private final String method;
    private final int bits;
    private final byte[] secret;
    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    private JsonTokenKeys(final String method, final byte[] secret, final PrivateKey privateKey, final PublicKey publicKey)
    {
        this.method = method;
        this.secret = secret;
        this.privateKey = privateKey;
        this.publicKey = publicKey;
        bits = method.equals("EdDSA") ? 0 : Integer.parseInt(method.substring(BITS_OFFSET));
    }

    /**
     * Reads the keys.
     *
     * @param options of etcd's option: sign-method, and pub-key, priv-key or both.
     * @return the keys.
     * @throws IOException              if a file cannot be read.
     * @throws IllegalArgumentException if they are not right; says why.
     */
    static JsonTokenKeys read(final Map<String, String> options) throws IOException
    {
        final String method = options.getOrDefault("sign-method", "");
        if (!method.matches("(RS|PS|ES|HS)(256|384|512)|EdDSA"))
        {
            throw new IllegalArgumentException("sign-method=" + method + ": must be RS, PS, ES or HS with 256, 384 or 512, or EdDSA");
        }
        final Path publicFile = path(options, "pub-key");
        final Path privateFile = path(options, "priv-key");
        if (method.startsWith("HS"))
        {
            if (privateFile == null || Files.size(privateFile) == 0)
            {
                throw new IllegalArgumentException("sign-method=" + method + " needs priv-key, a secret");
            }
            return new JsonTokenKeys(method, Files.readAllBytes(privateFile), null, null);
        }
        if (publicFile == null)
        {
            throw new IllegalArgumentException("sign-method=" + method + " needs pub-key");
        }
        final JsonTokenKeys keys = new JsonTokenKeys(
            method, null, privateFile == null ? null : PemFiles.privateKey(privateFile), PemFiles.publicKey(publicFile));
        keys.requireFitting();
        return keys;
    }

    private static Path path(final Map<String, String> options, final String name)
    {
        return options.containsKey(name) ? Path.of(options.get(name)) : null;
    }

    private void requireFitting()
    {
        final String family = method.startsWith("ES") ? "EC" : method.equals("EdDSA") ? "EdDSA" : "RSA";
        if (!publicKey.getAlgorithm().equals(family))
        {
            throw new IllegalArgumentException("sign-method=" + method + ": pub-key is of " + publicKey.getAlgorithm());
        }
        if (privateKey != null && !isSigned(method, sign(method)))
        {
            throw new IllegalArgumentException("priv-key and pub-key are not of one pair");
        }
    }

    String method()
    {
        return method;
    }

    boolean canSign()
    {
        return secret != null || privateKey != null;
    }

    byte[] sign(final String text)
    {
        try
        {
            if (secret != null)
            {
                return mac(text);
            }
            final Signature signature = signature();
            signature.initSign(privateKey);
            signature.update(text.getBytes(US_ASCII));
            return signature.sign();
        }
        catch (final GeneralSecurityException ex)
        {
            throw new IllegalArgumentException("cannot sign by " + method + ": " + ex.getMessage(), ex);
        }
    }

    /** False also of what is no signature at all. */
    boolean isSigned(final String text, final byte[] sum)
    {
        try
        {
            if (secret != null)
            {
                return MessageDigest.isEqual(mac(text), sum);
            }
            final Signature signature = signature();
            signature.initVerify(publicKey);
            signature.update(text.getBytes(US_ASCII));
            return signature.verify(sum);
        }
        catch (final GeneralSecurityException ignore)
        {
            return false;
        }
    }

    private byte[] mac(final String text) throws GeneralSecurityException
    {
        final Mac mac = Mac.getInstance("HmacSHA" + bits);
        mac.init(new SecretKeySpec(secret, "HmacSHA" + bits));
        return mac.doFinal(text.getBytes(US_ASCII));
    }

    private Signature signature() throws GeneralSecurityException
    {
        if (method.startsWith("PS"))
        {
            final Signature signature = Signature.getInstance("RSASSA-PSS");
            signature.setParameter(new PSSParameterSpec(
                "SHA-" + bits, "MGF1", new MGF1ParameterSpec("SHA-" + bits), bits / Byte.SIZE, PSSParameterSpec.TRAILER_FIELD_BC));
            return signature;
        }
        return Signature.getInstance(method.equals("EdDSA") ? "EdDSA" :
            method.startsWith("ES") ? "SHA" + bits + "withECDSAinP1363Format" : "SHA" + bits + "withRSA");
    }
}
