/**
 * What tests of other modules borrow from the journal's: a disk whose power can be cut, commands of the operating system.
 */
package io.tourbillon.journal.testing;
