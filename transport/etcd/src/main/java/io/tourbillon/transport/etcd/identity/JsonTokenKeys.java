package io.tourbillon.transport.etcd.identity;

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
import java.util.HashMap;
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
        final Map<String, byte[]> files = new HashMap<>();
        for (final String name : new String[]{"pub-key", "priv-key"})
        {
            if (options.containsKey(name))
            {
                files.put(name, Files.readAllBytes(Path.of(options.get(name))));
            }
        }
        try
        {
            return of(method, files.get("pub-key"), files.get("priv-key"));
        }
        catch (final GeneralSecurityException ex)
        {
            throw new IllegalArgumentException("sign-method=" + method + ": a key does not fit: " + ex.getMessage(), ex);
        }
    }

    private static JsonTokenKeys of(final String method, final byte[] publicFile, final byte[] privateFile)
        throws GeneralSecurityException
    {
        if (method.startsWith("HS"))
        {
            if (privateFile == null || privateFile.length == 0)
            {
                throw new IllegalArgumentException("sign-method=" + method + " needs priv-key, a secret");
            }
            return new JsonTokenKeys(method, privateFile, null, null);
        }
        final String family = method.equals("EdDSA") ? "EdDSA" : method.startsWith("ES") ? "EC" : "RSA";
        final PrivateKey privateKey = privateFile == null ? null :
            Pem.privateKey(new String(privateFile, US_ASCII), family, curve(method));
        final PublicKey publicKey = publicFile == null ? null : Pem.publicKey(new String(publicFile, US_ASCII), family);
        if (publicKey == null)
        {
            throw new IllegalArgumentException("sign-method=" + method + " needs pub-key");
        }
        final JsonTokenKeys keys = new JsonTokenKeys(method, null, privateKey, publicKey);
        if (privateKey != null && !keys.isSigned(method, keys.sign(method)))
        {
            throw new IllegalArgumentException("priv-key and pub-key are not of one pair");
        }
        return keys;
    }

    /** DER of what an older file of a private key does not say. */
    private static String curve(final String method)
    {
        return switch (method)
        {
            case "ES256" -> "301306072a8648ce3d020106082a8648ce3d030107";
            case "ES384" -> "301006072a8648ce3d020106052b81040022";
            case "ES512" -> "301006072a8648ce3d020106052b81040023";
            default -> null;
        };
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
