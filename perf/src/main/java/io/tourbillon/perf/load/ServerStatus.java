package io.tourbillon.perf.load;

/**
 * A server's counters since its start; -1 where it does not count.
 *
 * @param forces         syncs of its log (etcd: and of its store).
 * @param acknowledged   writes applied and answered (etcd: puts).
 * @param writtenBytes   to disk by its own count.
 * @param allocatedBytes on the heap by its agents' threads.
 * @param description    version, mode, durability.
 */
public record ServerStatus(long forces, long acknowledged, long writtenBytes, long allocatedBytes, String description)
{
}
