package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.BroadcastDecoder;
import io.tourbillon.codecs.client.EventType;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.ReplyHeaderEncoder;
import io.tourbillon.codecs.client.WatchCanceledEncoder;
import io.tourbillon.codecs.client.WatchCreatedEncoder;
import io.tourbillon.codecs.client.WatchEventsEncoder;
import io.tourbillon.codecs.client.WatchProgressEncoder;
import io.tourbillon.mvcc.Egress;
import org.agrona.CloseHelper;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What the heads say of what the state machine tells a broadcast: by them alone a subscriber knows what it has missed. */
@Timeout(60)
class BroadcastsTest
{
    private static final long SESSION_ID = -1;
    private static final byte[] NO_BYTES = {};

    @TempDir
    Path directory;

    private final List<String> heads = new ArrayList<>();
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final Broadcasts broadcasts = new Broadcasts(null, NodeEvents.NONE);
    private MediaDriver driver;
    private Aeron aeron;
    private Subscription subscription;

    @BeforeEach
    void open()
    {
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(directory.resolve("driver").toString())
            .threadingMode(ThreadingMode.INVOKER)
            .dirDeleteOnShutdown(true));
        aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(driver.aeronDirectoryName())
            .useConductorAgentInvoker(true)
            .driverAgentInvoker(driver.sharedAgentInvoker()));
        broadcasts.open(aeron, new NodeConfig().set(NodeOption.BROADCAST, "jobs=job/@aeron:ipc?term-length=1m"),
            new Identity("name", 1, 2, 7, null, false));
        subscription = aeron.addSubscription("aeron:ipc", Protocol.BROADCAST_STREAM_ID);
        Await.until("the subscriber", () -> invoke() >= 0 && subscription.isConnected());
    }

    @AfterEach
    void close()
    {
        CloseHelper.closeAll(aeron, driver);
    }

    private int invoke()
    {
        return driver.sharedAgentInvoker().invoke() + aeron.conductorAgentInvoker().invoke();
    }

    private ReplyHeaderEncoder head(final ReplyHeaderEncoder head, final long revision)
    {
        return head.sessionId(SESSION_ID).correlationId(0).clusterId(1).memberId(2).revision(revision).raftTerm(1);
    }

    private void created(final long revision)
    {
        final WatchCreatedEncoder created = new WatchCreatedEncoder().wrapAndApplyHeader(buffer, 0, header).watchId(0);
        head(created.reply(), revision);
        broadcasts.reply(SESSION_ID, buffer, 0, created.limit());
    }

    private void canceled(final long revision)
    {
        final WatchCanceledEncoder canceled = new WatchCanceledEncoder().wrapAndApplyHeader(buffer, 0, header).watchId(0);
        head(canceled.reply(), revision);
        canceled.compactRevision(revision).code(0).putReason(NO_BYTES, 0, 0);
        broadcasts.reply(SESSION_ID, buffer, 0, canceled.limit());
    }

    private void progress(final long revision)
    {
        final WatchProgressEncoder progress = new WatchProgressEncoder().wrapAndApplyHeader(buffer, 0, header).watchId(-1);
        head(progress.reply(), revision);
        broadcasts.reply(SESSION_ID, buffer, 0, progress.limit());
    }

    private int events(final boolean isFragment, final long... revisions)
    {
        final WatchEventsEncoder message = new WatchEventsEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(message.reply(), revisions[revisions.length - 1]);
        message.flags().clear().fragment(isFragment);
        final WatchEventsEncoder.EventsEncoder events = message.eventsCount(revisions.length);
        for (final long revision : revisions)
        {
            events.next().createRevision(revision).modRevision(revision).version(1).lease(0)
                .prevCreateRevision(0).prevModRevision(0).prevVersion(0).prevLease(0).eventType(EventType.PUT).flags().clear();
            events.watchersCount(1).next().watchId(0);
            events.putKey(NO_BYTES, 0, 0).putValue(NO_BYTES, 0, 0).putPrevValue(NO_BYTES, 0, 0);
        }
        return broadcasts.event(SESSION_ID, buffer, 0, message.limit());
    }

    private void check(final String... expected)
    {
        heads.clear();
        Await.until(() -> "heads; so far " + heads,
            () ->
            {
                invoke();
                subscription.poll((bytes, offset, length, frame) ->
                {
                    final BroadcastDecoder message = new BroadcastDecoder().wrapAndApplyHeader(bytes, offset, new MessageHeaderDecoder());
                    heads.add("#" + message.sequence() + " behind " + message.previousRevision() + ": " + message.firstRevision() + ".." +
                        message.lastRevision() + (message.fragment() == 0 ? "" : " fragment " + message.fragment()));
                }, 10);
                return heads.size() >= expected.length;
            });
        assertEquals(List.of(expected), heads);
    }

    @Test
    void shouldSayFromTheBeginningThatWhatWasBeforeItIsNotBroadcast()
    {
        created(601);
        progress(601);
        events(false, 602, 604);
        events(false, 605);
        progress(606);
        check("#1 behind 601: 601..601", "#2 behind 601: 602..604", "#3 behind 604: 605..605", "#3 behind 605: 606..606");
    }

    @Test
    void shouldLeaveAGapInTheNumbersWhenItBeginsAgainBehindWhatWasCompacted()
    {
        created(1);
        assertEquals(Egress.SENT, events(true, 2));
        canceled(800); // amid revision 2
        created(900);
        progress(900);
        events(false, 901);
        check("#2 behind 1: 2..2 fragment 1", "#3 behind 900: 900..900", "#4 behind 900: 901..901");
    }
}
