/** The load rig: one run, open or closed loop, over a target that is a Tourbillon node or an etcd. */
package io.tourbillon.perf.load;
