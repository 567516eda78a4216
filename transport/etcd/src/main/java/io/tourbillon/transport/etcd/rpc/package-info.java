/** etcd's services: each turns etcd's messages into requests to the node, and the node's answers back. */
package io.tourbillon.transport.etcd.rpc;
