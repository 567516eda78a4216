package io.tourbillon.perf.cluster;

/** Asks one member of a cluster one thing at a time. Each call blocks, and throws if it was not answered in time or with an error. */
interface MemberProbe extends AutoCloseable
{
    /** @return the put's revision. */
    long put(String key, String value) throws Exception;

    /** Linearizable. @return the value; null if there is none. */
    String get(String key) throws Exception;

    boolean isLeader() throws Exception;

    @Override
    void close();
}
