/** etcd's gateway: its services by HTTP/1 and JSON. Event loops. */
package io.tourbillon.transport.etcd.json;
