package io.tourbillon.clients;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Issues certificates for a test, by the JDK's keytool. */
final class Authority
{
    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final String name;

    /**
     * A certificate and its key, in PEM.
     *
     * @param certFile of the certificate.
     * @param keyFile  of the key.
     */
    record Issued(Path certFile, Path keyFile)
    {
    }

    Authority(final Path directory, final String name) throws Exception
    {
        this.directory = directory;
        this.name = name;
        keytool(name, "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + name, "-ext", "bc:c");
        keytool(name, "-exportcert", "-rfc", "-file", root().toString());
    }

    /** File of its own certificate. */
    Path root()
    {
        return directory.resolve(name + ".pem");
    }

    /** For a common name, and for this host. */
    Issued issue(final String commonName) throws Exception
    {
        final String files = name + "-" + commonName;
        final Path request = directory.resolve(files + ".req");
        final Issued issued = new Issued(directory.resolve(files + ".crt"), directory.resolve(files + ".key"));
        keytool(files, "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + commonName);
        keytool(files, "-certreq", "-file", request.toString());
        keytool(name, "-gencert", "-rfc", "-ext", "san=ip:127.0.0.1,dns:localhost", "-infile", request.toString(),
            "-outfile", issued.certFile.toString());
        final KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store(files)))
        {
            keys.load(in, PASSWORD.toCharArray());
        }
        final byte[] key = keys.getKey("key", PASSWORD.toCharArray()).getEncoded();
        Files.writeString(issued.keyFile, "-----BEGIN PRIVATE KEY-----\n" +
            Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encodeToString(key) + "\n-----END PRIVATE KEY-----\n");
        return issued;
    }

    private Path store(final String of)
    {
        return directory.resolve(of + ".p12");
    }

    private void keytool(final String of, final String... words) throws IOException, InterruptedException
    {
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("-alias", "key", "-keystore", store(of).toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0)
        {
            throw new IOException(String.join(" ", words) + ": " + said);
        }
    }
}
