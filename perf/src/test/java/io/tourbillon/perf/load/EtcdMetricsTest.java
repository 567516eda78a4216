package io.tourbillon.perf.load;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class EtcdMetricsTest
{
    @Test
    void shouldReadTheCountersThatAreCompared()
    {
        final ServerStatus status = EtcdMetrics.parse("""
            # HELP etcd_disk_wal_fsync_duration_seconds The latency distributions of fsync called by WAL.
            etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} 3
            etcd_disk_wal_fsync_duration_seconds_count 2031
            etcd_disk_backend_commit_duration_seconds_count 69
            etcd_debugging_mvcc_put_total 1.5e+06
            """);
        assertEquals(2100, status.forces());
        assertEquals(1_500_000, status.acknowledged());
        assertEquals(-1, status.allocatedBytes());
    }

    @Test
    void shouldNotKnowWhatIsNotThere()
    {
        final ServerStatus status = EtcdMetrics.parse("");
        assertEquals(-1, status.forces());
        assertEquals(-1, status.acknowledged());
    }
}
