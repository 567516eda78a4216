/** The launcher of a node: options, config file, the lines it prints, signals, exit codes. */
package io.tourbillon.tools.server;
