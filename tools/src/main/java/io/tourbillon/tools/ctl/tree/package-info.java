/** Directories of files as ranges of keys: import and export. */
package io.tourbillon.tools.ctl.tree;
