/**
 * etcd v3 for etcd's own clients: gRPC, JSON and HTTP on one port. {@link io.tourbillon.transport.etcd.EtcdFront} is where it begins;
 * {@code port} takes connections, {@code rpc} has the services, {@code node} speaks to the node behind them.
 */
package io.tourbillon.transport.etcd;
