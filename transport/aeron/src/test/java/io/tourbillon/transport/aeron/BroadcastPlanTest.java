package io.tourbillon.transport.aeron;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the option may say. */
class BroadcastPlanTest
{
    private final List<String> faults = new ArrayList<>();

    private List<BroadcastPlan> parse(final String text, final boolean hasKey)
    {
        return BroadcastPlan.parse(text, hasKey, faults);
    }

    @Test
    void shouldReadSeveralWithAStreamEach()
    {
        final List<BroadcastPlan> plans = parse("a=x/,y/; b=@aeron:udp?endpoint=127.0.0.1:5000|term-length=1m", false);
        assertEquals(List.of(), faults);
        assertEquals(2, plans.size());
        assertArrayEquals(new byte[]{'y', '/'}, plans.get(0).prefixes().get(1));
        assertEquals(720, plans.get(0).streamId());
        assertTrue(plans.get(0).channel().contains("untethered-window-limit-timeout=50ms"), plans.get(0).channel());
        assertEquals(0, plans.get(1).prefixes().get(0).length, "all keys");
        assertEquals(721, plans.get(1).streamId());
        assertTrue(plans.get(1).channel().contains("fc=max"), plans.get(1).channel());
        assertTrue(plans.get(1).channel().contains("term-length=1m"), plans.get(1).channel());
        assertEquals(List.of(), parse("", false));
    }

    @Test
    void shouldChangeNothingThatTheChannelSays()
    {
        final String text = "a=x/@aeron:ipc?untethered-window-limit-timeout=3s|untethered-linger-timeout=2s|term-length=512k";
        final String channel = parse(text, false).get(0).channel();
        assertEquals(List.of(), faults);
        for (final String said : List.of("window-limit-timeout=3s", "linger-timeout=2s", "resting-timeout=100ms", "term-length=512k"))
        {
            assertTrue(channel.contains(said), channel);
        }
    }

    @Test
    void shouldCountItsTermsAsRoomThatTheDriverNeeds()
    {
        assertEquals(48 << 20, bytesNeeded("a=x/") - bytesNeeded(""));
        assertEquals(51 << 20, bytesNeeded("a=x/; b=y/@aeron:ipc?term-length=1m") - bytesNeeded(""));
    }

    private static long bytesNeeded(final String text)
    {
        return DriverHome.bytesNeeded(new NodeConfig().set(NodeOption.BROADCAST, text));
    }

    @Test
    void shouldPublishBeyondLoopbackWithAClusterKeyAlone()
    {
        for (final String channel : List.of("endpoint=10.0.0.1:5000", "endpoint=224.0.1.1:5000|interface=10.0.0.0/8",
            "control-mode=dynamic|control=10.0.0.1:5000", "endpoint=127.0.0.1:5000|control=10.0.0.1:5000", "endpoint=a.host:5000"))
        {
            faults.clear();
            assertEquals(List.of(), parse("a=x/@aeron:udp?" + channel, false), channel);
            assertEquals(1, faults.size(), channel);
            faults.clear();
            assertEquals(1, parse("a=x/@aeron:udp?" + channel, true).size(), channel);
        }
    }

    @Test
    void shouldRefuseWhatItCannotRead()
    {
        for (final String text : List.of("a", "=x/", "a b=x/", "a=x/@nonsense", "a=x/@aeron:udp", "a=x/;a=y/", "a=" + ",".repeat(64),
            "a=x/@aeron:ipc?term-length=256k", "a=x/@aeron:ipc?term-length=much", "a=x/@aeron:ipc?term-length="))
        {
            faults.clear();
            parse(text, true);
            assertEquals(1, faults.size(), text);
        }
    }
}
