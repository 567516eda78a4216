package io.tourbillon.transport.etcd.port;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;

import javax.net.ssl.SSLContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Makes the TLS of connections from files that may be replaced meanwhile: each new connection looks whether they have been, as etcd does. A
 * new file that is no good is told of, and the old ones stay in use. Event loops; reads files, and blocks for that, when they have changed.
 */
final class TlsContext
{
    private static final List<String> SUITES_OF_TLS_13 = List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256");

    private final TlsSettings settings;
    private final Consumer<String> warning;
    private final List<Path> files;
    private volatile Loaded loaded;

    /** What was read, and the files' stamps when that was tried last. */
    private record Loaded(SslContext context, List<Object> stamps)
    {
    }

    TlsContext(final TlsSettings settings, final Consumer<String> warning) throws IOException
    {
        this.settings = settings;
        this.warning = warning;
        files = Stream.of(settings.certFile(), settings.keyFile(), settings.trustedCaFile(), settings.clientCrlFile())
            .filter(Objects::nonNull).toList();
        final List<Object> stamps = stamps();
        loaded = new Loaded(load(), stamps);
    }

    /** The TLS of a new connection. */
    SslHandler newHandler(final ByteBufAllocator allocator)
    {
        if (!stamps().equals(loaded.stamps()))
        {
            reload();
        }
        return loaded.context().newHandler(allocator);
    }

    private synchronized void reload()
    {
        final List<Object> stamps = stamps();
        final Loaded before = loaded;
        if (stamps.equals(before.stamps()))
        {
            return; // another event loop has done it
        }
        SslContext context = before.context();
        try
        {
            context = load();
        }
        catch (final IOException ex)
        {
            warning.accept("TLS goes on with the files it has read before: " + ex.getMessage());
        }
        loaded = new Loaded(context, stamps);
    }

    /** What tells a replaced file from the one before it: time, length, inode. A file that is gone has none. */
    private List<Object> stamps()
    {
        final List<Object> stamps = new ArrayList<>();
        for (final Path file : files)
        {
            try
            {
                final BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.addAll(Arrays.asList(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
            }
            catch (final IOException ex)
            {
                stamps.add("cannot be read");
            }
        }
        return stamps;
    }

    private SslContext load() throws IOException
    {
        final List<X509Certificate> chain = PemFiles.certificates(settings.certFile());
        final PrivateKey key = PemFiles.privateKey(settings.keyFile());
        PemFiles.requirePair(settings.certFile(), chain.get(0), settings.keyFile(), key);
        final SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
            .sslProvider(SslProvider.JDK)
            .protocols(settings.protocols())
            .applicationProtocolConfig(new ApplicationProtocolConfig(ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                // In this order: who speaks both is no client of gRPC's, whose alone HTTP/2 is here.
                ApplicationProtocolNames.HTTP_1_1, ApplicationProtocolNames.HTTP_2));
        if (!settings.cipherSuites().isEmpty())
        {
            builder.ciphers(suites());
        }
        if (settings.trustedCaFile() != null)
        {
            builder.clientAuth(ClientAuth.REQUIRE).trustManager(ClientTrust.of(settings.trustedCaFile(), settings.clientCrlFile()));
        }
        return builder.build();
    }

    /** As they were asked for, with those of TLS 1.3 before them; two have a shorter name in Go, and so in etcd. */
    private List<String> suites() throws IOException
    {
        final List<String> suites = new ArrayList<>(SUITES_OF_TLS_13);
        final Set<String> known = Set.of(supportedSuites());
        for (final String wanted : settings.cipherSuites())
        {
            final String suite = wanted.endsWith("CHACHA20_POLY1305") ? wanted + "_SHA256" : wanted;
            if (!known.contains(suite))
            {
                throw new IOException("there is no cipher suite " + wanted);
            }
            suites.add(suite);
        }
        return suites.stream().distinct().toList();
    }

    private static String[] supportedSuites() throws IOException
    {
        try
        {
            return SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites();
        }
        catch (final GeneralSecurityException ex)
        {
            throw new IOException("the JDK has no TLS: " + ex.getMessage(), ex);
        }
    }

    /** Turns what the JDK's security throws into words that name the file. */
    static IOException because(final Path file, final GeneralSecurityException ex)
    {
        return new IOException(file + ": " + ex.getMessage(), ex);
    }
}
