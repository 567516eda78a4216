/**
 * The comfortable face of the Java client: futures, records and builders, safe for any number of threads, with one thread of its own that
 * polls
 * {@link io.tourbillon.transport.client.TourbillonClient}. It allocates as it likes.
 */
package io.tourbillon.transport.client.async;
