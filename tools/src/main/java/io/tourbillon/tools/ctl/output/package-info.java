/** How answers are printed: etcdctl's simple, json, fields and table, byte for byte where etcdctl has the answer. */
package io.tourbillon.tools.ctl.output;
