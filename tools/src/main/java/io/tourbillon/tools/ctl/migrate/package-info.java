/** {@code tbctl migrate}: a running etcd's keys and leases come here, and its changes behind them, until it is cut over. */
package io.tourbillon.tools.ctl.migrate;
