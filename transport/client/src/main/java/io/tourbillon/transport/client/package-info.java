/**
 * The Java client of a Tourbillon node without garbage: {@link io.tourbillon.transport.client.TourbillonClient} makes connections,
 * {@link io.tourbillon.transport.client.ClientSession} sends requests, {@link io.tourbillon.transport.client.ReplyListener} takes answers
 * and events as
 * flyweights; all on the thread that polls. The comfortable face is in {@code io.tourbillon.transport.client.async}.
 */
package io.tourbillon.transport.client;
