package io.tourbillon.transport.etcd.port;

import io.grpc.Attributes;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import java.security.cert.X509Certificate;

/** Who a client is by its certificate. Any thread. */
public final class ClientCertificate
{
    /** The common name in the certificate of the client of a gRPC call; there is none if it has shown none, or an empty one. */
    public static final Attributes.Key<String> COMMON_NAME = Attributes.Key.create("tourbillon-common-name");

    private ClientCertificate()
    {
    }

    /** Null if there is none. */
    static String commonName(final SSLSession session)
    {
        try
        {
            final X509Certificate certificate = (X509Certificate)session.getPeerCertificates()[0];
            for (final Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns())
            {
                if ("CN".equalsIgnoreCase(part.getType()) && !part.getValue().toString().isEmpty())
                {
                    return part.getValue().toString();
                }
            }
            return null;
        }
        catch (final SSLPeerUnverifiedException | InvalidNameException ignore)
        {
            return null; // it has shown none, or one without a name
        }
    }
}
