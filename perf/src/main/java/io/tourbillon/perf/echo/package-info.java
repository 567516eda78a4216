/** The floor: a bare Aeron echo of our message sizes on our channel settings. */
package io.tourbillon.perf.echo;
