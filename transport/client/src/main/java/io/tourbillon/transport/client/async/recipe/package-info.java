/**
 * What programs build on keys, leases and watches: {@link io.tourbillon.transport.client.async.recipe.LeaseSession} sessions, {@link
 * io.tourbillon.transport.client.async.recipe.Mutex} locks with a fencing revision, {@link
 * io.tourbillon.transport.client.async.recipe.Election} elections, {@link io.tourbillon.transport.client.async.recipe.Stm} software
 * transactions, {@link io.tourbillon.transport.client.async.recipe.Namespace} prefixes and {@link
 * io.tourbillon.transport.client.async.recipe.Mirror} copies. Keys lie as those of etcd's own recipes do. Any thread may call any of
 * them; nothing blocks but {@link io.tourbillon.transport.client.async.recipe.LeaseSession#close}; futures complete, and listeners and
 * functions run, on the client's one thread.
 */
package io.tourbillon.transport.client.async.recipe;
