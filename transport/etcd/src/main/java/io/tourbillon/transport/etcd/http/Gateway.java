package io.tourbillon.transport.etcd.http;

import io.netty.handler.codec.http.HttpRequest;

/** Takes requests to etcd's API in JSON. Event loop. */
public interface Gateway
{
    /**
     * Begins an exchange.
     *
     * @param path       below which API: {@code /v3/...}.
     * @param request    its method and headers.
     * @param connection to answer on.
     * @return what takes its body.
     */
    Exchange begin(String path, HttpRequest request, HttpConnection connection);
}
