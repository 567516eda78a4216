/** Connections: which protocol one speaks, and whose it is. */
package io.tourbillon.transport.etcd.port;
