package io.tourbillon.transport.etcd.port;

import java.nio.file.Path;
import java.util.List;

/**
 * By what a port is encrypted; etcd's options.
 *
 * @param certFile      the certificate and those between it and its root, in PEM.
 * @param keyFile       its private key, in PEM: PKCS#8, or the older forms of RSA and EC.
 * @param trustedCaFile roots of clients' certificates, in PEM, which clients must show then; null = they need none.
 * @param clientCrlFile numbers of clients' certificates that count no more, in PEM or DER; null = none.
 * @param cipherSuites  of TLS 1.2, by their registered names; empty = the JDK's choice. TLS 1.3's are always there.
 * @param protocols     of {@code TLSv1.2} and {@code TLSv1.3}.
 */
public record TlsSettings(
    Path certFile, Path keyFile, Path trustedCaFile, Path clientCrlFile, List<String> cipherSuites, List<String> protocols)
{
}
