package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.transport.etcd.api.DowngradeRequest;

import java.util.regex.Pattern;

/** What is said of going back to an older version, in etcd's words: no version can. Any thread. */
final class Downgrades
{
    /** As etcd tells the version of a cluster: two numbers. */
    static final String CLUSTER_VERSION = Protocol.ETCD_VERSION.substring(0, Protocol.ETCD_VERSION.lastIndexOf('.'));

    private static final Pattern VERSION = Pattern.compile("(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(\\.(0|[1-9][0-9]*))?");
    private static final Status WRONG_FORMAT =
        Status.INVALID_ARGUMENT.withDescription("etcdserver: wrong downgrade target version format");
    private static final Status WRONG_TARGET = Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid downgrade target version");
    private static final Status UNKNOWN_ACTION = Status.UNKNOWN.withDescription("etcdserver: unknown method");

    private Downgrades()
    {
    }

    /** What is wrong with it; null of a cancellation, which etcd always grants. */
    static Status fault(final DowngradeRequest request)
    {
        return switch (request.getAction())
        {
            case CANCEL -> null;
            case VALIDATE, ENABLE -> VERSION.matcher(request.getVersion()).matches() ? WRONG_TARGET : WRONG_FORMAT;
            case UNRECOGNIZED -> UNKNOWN_ACTION;
        };
    }
}
