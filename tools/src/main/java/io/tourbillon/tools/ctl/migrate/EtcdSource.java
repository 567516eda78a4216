package io.tourbillon.tools.ctl.migrate;

import com.google.protobuf.ByteString;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.netty.handler.ssl.SslContextBuilder;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.etcd.api.AuthGrpc;
import io.tourbillon.transport.etcd.api.AuthenticateRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.LeaseGrpc;
import io.tourbillon.transport.etcd.api.LeaseLeasesRequest;
import io.tourbillon.transport.etcd.api.LeaseStatus;
import io.tourbillon.transport.etcd.api.LeaseTimeToLiveRequest;
import io.tourbillon.transport.etcd.api.LeaseTimeToLiveResponse;
import io.tourbillon.transport.etcd.api.MaintenanceGrpc;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.StatusRequest;
import io.tourbillon.transport.etcd.api.WatchGrpc;

import javax.net.ssl.SSLException;
import java.io.File;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The etcd that keys come from, by gRPC. Blocks; a user's token is fetched anew when it is not taken any more. */
final class EtcdSource implements AutoCloseable
{
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final int DEADLINE_S = 30;
    private static final long PAGE_KEYS = 1_000;
    private static final String INVALID_TOKEN = "etcdserver: invalid auth token";
    private static final String OLD_REVISION = "etcdserver: revision of auth store is old";

    private final ManagedChannel channel;
    private final String user;
    private final String password;
    private volatile String token = "";

    /**
     * @param endpoint {@code host:port} or {@code http(s)://host:port}.
     * @param user     empty: nobody.
     * @param password of the user.
     * @param tls      files for TLS.
     */
    EtcdSource(final String endpoint, final String user, final String password, final Tls tls)
    {
        this.user = user;
        this.password = password;
        final boolean isTls = endpoint.startsWith("https://") || !tls.caFile.isEmpty();
        final String address = endpoint.replaceFirst("^https?://", "").replaceFirst("/$", "");
        final NettyChannelBuilder builder = NettyChannelBuilder.forTarget("dns:///" + address).maxInboundMessageSize(Integer.MAX_VALUE);
        try
        {
            channel = (isTls ? builder.sslContext(tls.context()) : builder.usePlaintext()).build();
        }
        catch (final SSLException | IllegalArgumentException ex)
        {
            throw new CtlException(ExitCode.IO, "--from-cacert, --from-cert, --from-key: " + ex.getMessage());
        }
    }

    /**
     * Files for TLS; empty names: none.
     *
     * @param caFile   who signs the server's certificate; empty: whom the JDK trusts.
     * @param certFile the client's.
     * @param keyFile  of that.
     */
    record Tls(String caFile, String certFile, String keyFile)
    {
        private io.netty.handler.ssl.SslContext context() throws SSLException
        {
            final SslContextBuilder builder = GrpcSslContexts.forClient();
            if (!caFile.isEmpty())
            {
                builder.trustManager(new File(caFile));
            }
            if (!certFile.isEmpty())
            {
                builder.keyManager(new File(certFile), new File(keyFile));
            }
            return builder.build();
        }
    }

    /** Its version; fails at once if it cannot be reached. */
    String version()
    {
        return ask(() -> authorized(MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS))
            .status(StatusRequest.getDefaultInstance()).getVersion());
    }

    /** Keys of a range, a page of them, at a revision; 0 = now. */
    RangeResponse page(final ByteString from, final ByteString end, final long revision)
    {
        final RangeRequest request = RangeRequest.newBuilder()
            .setKey(from).setRangeEnd(end).setLimit(PAGE_KEYS).setRevision(revision).build();
        return ask(() -> with(KVGrpc.newBlockingStub(channel)).range(request));
    }

    /** How many keys a range has, and the revision of now. */
    RangeResponse count(final ByteString from, final ByteString end)
    {
        final RangeRequest request = RangeRequest.newBuilder().setKey(from).setRangeEnd(end).setCountOnly(true).build();
        return ask(() -> with(KVGrpc.newBlockingStub(channel)).range(request));
    }

    /** Ids of all leases. */
    List<Long> leases()
    {
        return ask(() -> with(LeaseGrpc.newBlockingStub(channel)).leaseLeases(LeaseLeasesRequest.getDefaultInstance()))
            .getLeasesList().stream().map(LeaseStatus::getID).toList();
    }

    /** The time that a lease was granted for, in seconds; 0 if there is no such lease. */
    long grantedTtlS(final long leaseId)
    {
        final LeaseTimeToLiveRequest request = LeaseTimeToLiveRequest.newBuilder().setID(leaseId).build();
        final LeaseTimeToLiveResponse response = ask(() -> with(LeaseGrpc.newBlockingStub(channel)).leaseTimeToLive(request));
        return response.getTTL() < 0 ? 0 : response.getGrantedTTL();
    }

    /** For a stream of events; its failures are its listener's. */
    WatchGrpc.WatchStub watches()
    {
        return authorized(WatchGrpc.newStub(channel));
    }

    private <S extends AbstractStub<S>> S with(final S stub)
    {
        return authorized(stub.withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS).withWaitForReady());
    }

    private <S extends AbstractStub<S>> S authorized(final S stub)
    {
        return token.isEmpty() ? stub : stub.withCallCredentials(new Token(token));
    }

    private <T> T ask(final Supplier<T> request)
    {
        if (!user.isEmpty() && token.isEmpty())
        {
            logIn();
        }
        try
        {
            return request.get();
        }
        catch (final StatusRuntimeException ex)
        {
            if (!user.isEmpty() && isTokenOver(ex.getStatus()))
            {
                logIn();
                return once(request);
            }
            throw failure(ex);
        }
    }

    private static <T> T once(final Supplier<T> request)
    {
        try
        {
            return request.get();
        }
        catch (final StatusRuntimeException ex)
        {
            throw failure(ex);
        }
    }

    static boolean isTokenOver(final Status status)
    {
        return INVALID_TOKEN.equals(status.getDescription()) || OLD_REVISION.equals(status.getDescription());
    }

    /** Fetches a token, for who has a user. */
    void logIn()
    {
        final AuthenticateRequest request = AuthenticateRequest.newBuilder().setName(user).setPassword(password).build();
        token = once(() -> AuthGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS)
            .authenticate(request).getToken());
    }

    private static CtlException failure(final StatusRuntimeException ex)
    {
        final Status status = ex.getStatus();
        final boolean isUnreachable = status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
        return new CtlException(isUnreachable ? ExitCode.BAD_CONNECTION : ExitCode.ERROR, "the etcd that is copied from: " +
            (status.getDescription() == null ? status.getCode().name() : status.getDescription()));
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
    }

    /** A token as etcd's clients send it. */
    private static final class Token extends CallCredentials
    {
        private final String text;

        private Token(final String text)
        {
            this.text = text;
        }

        @Override
        public void applyRequestMetadata(final RequestInfo info, final Executor executor, final MetadataApplier applier)
        {
            final Metadata metadata = new Metadata();
            metadata.put(TOKEN, text);
            applier.apply(metadata);
        }
    }
}
