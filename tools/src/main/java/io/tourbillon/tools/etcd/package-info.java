/** The drop-in for etcd's binary: etcd's flags, environment and configuration file, made into the settings of a node; its log lines. */
package io.tourbillon.tools.etcd;
