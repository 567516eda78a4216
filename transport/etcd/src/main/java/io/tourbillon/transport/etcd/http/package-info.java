/** HTTP/1 of the front: connections, their limits, pages, and where the gateway of JSON begins. Event loops, but for pages. */
package io.tourbillon.transport.etcd.http;
