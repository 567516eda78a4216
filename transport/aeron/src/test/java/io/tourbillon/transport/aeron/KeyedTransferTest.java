package io.tourbillon.transport.aeron;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The state on its way under the cluster key: each piece is signed, as all that members say. */
@Timeout(240)
class KeyedTransferTest extends TransferNodes
{
    @Override
    void configure(final NodeConfig config) throws Exception
    {
        super.configure(config);
        config.set(NodeOption.CLUSTER_KEY_FILE, keyFile("key", 'k').toString());
    }

    @Test
    void shouldBringBackWhoWasAwayAndEndAmidATransfer()
    {
        bringBackWhoWasAwayAndEndsAmidATransfer();
        for (final Node node : nodes)
        {
            assertEquals(0, node.ingressCounters().peerMacsWrong.getAcquire());
        }
    }
}
