package io.tourbillon.transport.etcd.port;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

/** Certificates that the front makes for itself, as the JDK reads them; TlsPortTest and etcd's clients do the rest. */
class SelfSignedTest
{
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    @TempDir
    private Path directory;

    @Test
    void shouldVouchForItselfAndItsHostsAlone() throws Exception
    {
        final SelfSigned made = SelfSigned.in(directory.resolve("client"), List.of("127.0.0.1", "::1", "localhost", "a.example"), 2);
        final X509Certificate certificate = TestAuthority.certificate(made.certFile());
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertEquals(3, certificate.getVersion());
        assertEquals("O=tourbillon", certificate.getSubjectX500Principal().getName());
        assertEquals(certificate.getSubjectX500Principal(), certificate.getIssuerX500Principal());
        assertEquals(Set.of("7 127.0.0.1", "7 0:0:0:0:0:0:0:1", "2 localhost", "2 a.example"),
            certificate.getSubjectAlternativeNames().stream().map(name -> name.get(0) + " " + name.get(1)).collect(Collectors.toSet()));
        assertEquals(-1, certificate.getBasicConstraints(), "it has no say over others");
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage());
        assertArrayEquals(new boolean[]{true, false, true, false, false, false, false, false, false}, certificate.getKeyUsage());
        assertEquals(730, (certificate.getNotAfter().getTime() - certificate.getNotBefore().getTime()) / DAY_MS);
    }

    @Test
    void shouldTellTheYearsOfALongLife() throws Exception
    {
        final SelfSigned made = SelfSigned.in(directory, List.of("localhost"), 100);
        final X509Certificate certificate = TestAuthority.certificate(made.certFile());
        assertEquals(36_500, (certificate.getNotAfter().getTime() - certificate.getNotBefore().getTime()) / DAY_MS);
    }

    @Test
    void shouldBeMadeOnceAndForItsOwnersEyes() throws Exception
    {
        final Path client = directory.resolve("fixtures").resolve("client");
        final SelfSigned made = SelfSigned.in(client, List.of("localhost"), 1);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made.keyFile())));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(client)));
        final String certificate = Files.readString(made.certFile());
        SelfSigned.in(client, List.of("127.0.0.1"), 9);
        assertEquals(certificate, Files.readString(made.certFile()));
        Files.delete(made.keyFile());
        SelfSigned.in(client, List.of("localhost"), 1);
        assertNotEquals(certificate, Files.readString(made.certFile()));
        assertEquals(Set.of("cert.pem", "key.pem"), Set.of(client.toFile().list()));
    }
}
