/** Clusters as processes of their own: what a commit waits for, how long nobody serves after a kill, how soon a member is back. */
package io.tourbillon.perf.cluster;
