package io.tourbillon.transport.etcd.port;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;

/** Takes clients whose certificate leads to one of the roots, and of whose chain no number is revoked, as etcd does. Any thread. */
final class ClientTrust extends X509ExtendedTrustManager
{
    private final X509ExtendedTrustManager roots;
    private final Set<BigInteger> revoked;

    private ClientTrust(final X509ExtendedTrustManager roots, final Set<BigInteger> revoked)
    {
        this.roots = roots;
        this.revoked = revoked;
    }

    static TrustManager of(final Path trustedCaFile, final Path clientCrlFile) throws IOException
    {
        final Set<BigInteger> revoked = clientCrlFile == null ? Set.of() : PemFiles.revoked(clientCrlFile);
        try
        {
            final KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (final X509Certificate root : PemFiles.certificates(trustedCaFile))
            {
                store.setCertificateEntry("root-" + count++, root);
            }
            final TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (final TrustManager manager : factory.getTrustManagers())
            {
                if (manager instanceof final X509ExtendedTrustManager roots)
                {
                    return new ClientTrust(roots, revoked);
                }
            }
            throw new IOException("the JDK has no trust manager for X.509");
        }
        catch (final GeneralSecurityException ex)
        {
            throw TlsContext.because(trustedCaFile, ex);
        }
    }

    private void requireValid(final X509Certificate[] chain) throws CertificateException
    {
        for (final X509Certificate certificate : chain)
        {
            if (revoked.contains(certificate.getSerialNumber()))
            {
                throw new CertificateException("certificate serial " + certificate.getSerialNumber().toString(16) + " revoked");
            }
        }
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String type, final SSLEngine engine) throws CertificateException
    {
        roots.checkClientTrusted(chain, type, engine);
        requireValid(chain);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String type, final Socket socket) throws CertificateException
    {
        roots.checkClientTrusted(chain, type, socket);
        requireValid(chain);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String type) throws CertificateException
    {
        roots.checkClientTrusted(chain, type);
        requireValid(chain);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String type, final SSLEngine engine) throws CertificateException
    {
        throw new CertificateException("this is a server");
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String type, final Socket socket) throws CertificateException
    {
        throw new CertificateException("this is a server");
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String type) throws CertificateException
    {
        throw new CertificateException("this is a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers()
    {
        return roots.getAcceptedIssuers();
    }
}
