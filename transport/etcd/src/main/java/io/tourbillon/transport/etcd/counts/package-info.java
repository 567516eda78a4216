/** What calls there were, counted as etcd counts them. */
package io.tourbillon.transport.etcd.counts;
