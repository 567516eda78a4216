package io.tourbillon.transport.etcd.port;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Issues certificates for a test, by the JDK's keytool. */
public final class TestAuthority
{
    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final String name;

    /**
     * A certificate and its key.
     *
     * @param certFile    of the certificate, in PEM.
     * @param keyFile     of the key, in PEM.
     * @param certificate itself.
     * @param key         itself.
     */
    public record Issued(Path certFile, Path keyFile, X509Certificate certificate, PrivateKey key)
    {
    }

    /**
     * One more, with a key of its own.
     *
     * @param directory for its files.
     * @param name      of it.
     * @throws Exception if keytool fails.
     */
    public TestAuthority(final Path directory, final String name) throws Exception
    {
        this.directory = directory;
        this.name = name;
        keytool("-genkeypair", "-alias", "key", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + name, "-ext", "bc:c",
            "-keystore", store(name));
        keytool("-exportcert", "-rfc", "-alias", "key", "-keystore", store(name), "-file", rootFile().toString());
    }

    /** @return file of its own certificate. */
    public Path rootFile()
    {
        return directory.resolve(name + ".pem");
    }

    /**
     * Issues a certificate.
     *
     * @param file       name of its files.
     * @param commonName of whom it is.
     * @param algorithm  as keytool takes it; none = P-256.
     * @return it.
     * @throws Exception if keytool fails.
     */
    public Issued issue(final String file, final String commonName, final String... algorithm) throws Exception
    {
        final List<String> generate = new ArrayList<>(List.of("-genkeypair", "-alias", "key", "-dname", "CN=" + commonName + ",O=test",
            "-keystore", store(file)));
        generate.addAll(algorithm.length == 0 ? List.of("-keyalg", "EC", "-groupname", "secp256r1") : List.of(algorithm));
        keytool(generate.toArray(new String[0]));
        final String request = directory.resolve(file + ".req").toString();
        final Path certFile = directory.resolve(file + ".crt");
        keytool("-certreq", "-alias", "key", "-keystore", store(file), "-file", request);
        keytool("-gencert", "-rfc", "-alias", "key", "-keystore", store(name), "-ext", "san=ip:127.0.0.1,dns:localhost",
            "-infile", request, "-outfile", certFile.toString());
        final KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(store(file))))
        {
            store.load(in, PASSWORD.toCharArray());
        }
        final PrivateKey key = (PrivateKey)store.getKey("key", PASSWORD.toCharArray());
        final Path keyFile = directory.resolve(file + ".key");
        writePem(keyFile, "PRIVATE KEY", key.getEncoded());
        return new Issued(certFile, keyFile, certificate(certFile), key);
    }

    /** Writes a list that revokes some. */
    void revoke(final Path listFile, final BigInteger... numbers) throws Exception
    {
        final List<String> words = new ArrayList<>(List.of("-gencrl", "-rfc", "-alias", "key", "-keystore", store(name),
            "-file", listFile.toString()));
        for (final BigInteger number : numbers)
        {
            words.addAll(List.of("-id", number.toString()));
        }
        keytool(words.toArray(new String[0]));
    }

    static void writePem(final Path file, final String kind, final byte[] der) throws IOException
    {
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encodeToString(der) +
            "\n-----END " + kind + "-----\n");
    }

    static X509Certificate certificate(final Path file) throws IOException, GeneralSecurityException
    {
        return (X509Certificate)CertificateFactory.getInstance("X.509").generateCertificate(
            new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    private String store(final String of)
    {
        return directory.resolve(of + ".p12").toString();
    }

    private static void keytool(final String... words) throws Exception
    {
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0)
        {
            throw new IOException(String.join(" ", words) + ": " + said);
        }
    }
}
