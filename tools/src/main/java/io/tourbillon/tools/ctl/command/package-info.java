/** One class a word of tbctl; each is loaded only when it is the one that was asked for. */
package io.tourbillon.tools.ctl.command;
