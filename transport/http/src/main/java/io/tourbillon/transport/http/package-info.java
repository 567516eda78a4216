/**
 * What operators and their tools read over HTTP: {@link io.tourbillon.transport.http.Pages} has the pages,
 * {@link io.tourbillon.transport.http.PageServer} serves them by the JDK's own server; another server may mount the same pages.
 */
package io.tourbillon.transport.http;
