/** Who calls: tokens, certificates and what else stands for a user, and the sessions on the node that speak for him. */
package io.tourbillon.transport.etcd.identity;
