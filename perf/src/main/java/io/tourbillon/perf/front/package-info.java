/** {@code perf/bin/front}: many watchers, sessions, leases and bad clients, and what the others notice of them. */
package io.tourbillon.perf.front;
