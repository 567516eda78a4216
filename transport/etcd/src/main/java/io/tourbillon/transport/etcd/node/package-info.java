/** The way to the node: one thread, which alone touches connections and sessions; requests come to it by a queue. */
package io.tourbillon.transport.etcd.node;
