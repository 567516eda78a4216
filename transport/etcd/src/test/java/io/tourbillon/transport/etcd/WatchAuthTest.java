package io.tourbillon.transport.etcd;

import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.etcd.api.WatchResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static io.tourbillon.transport.etcd.WatchClient.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Watches of who may not. */
@Timeout(60)
class WatchAuthTest
{
    @TempDir
    private static Path directory;

    @Test
    void shouldCancelInGosWordsWhatMayNotBeReadAndLeaveTheStreamOpen() throws Exception
    {
        try (FrontNode node = new FrontNode(directory);
            TourbillonAsyncClient client = TourbillonAsyncClient.connect("ipc:" + node.node().driverDirectory()))
        {
            final WatchClient watch = WatchClient.open(node.channel());
            watch.createdBy(prefix("k"));
            client.auth().addUser("root", "secret".toCharArray()).get(20, TimeUnit.SECONDS);
            client.auth().addRole("root").get(20, TimeUnit.SECONDS);
            client.auth().grantRole("root", "root").get(20, TimeUnit.SECONDS);
            client.auth().enable().get(20, TimeUnit.SECONDS);
            final String reason = "rpc error: code = InvalidArgument desc = etcdserver: user name is empty";
            final WatchResponse ended = watch.next();
            assertTrue(ended.getCanceled());
            assertEquals(0, ended.getWatchId());
            assertEquals(reason, ended.getCancelReason());
            watch.create(prefix("k"));
            final WatchResponse refused = watch.next();
            assertTrue(refused.getCreated() && refused.getCanceled());
            assertEquals(-1, refused.getWatchId());
            assertEquals(reason, refused.getCancelReason());
            assertNull(watch.status());
            watch.close();
        }
    }
}
