/** tbctl: a node's native protocol with etcdctl's words, flags, output forms and exit codes. */
package io.tourbillon.tools.ctl;
