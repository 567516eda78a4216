/** What people run: the server's launcher and tbctl, and what both share. */
package io.tourbillon.tools;
