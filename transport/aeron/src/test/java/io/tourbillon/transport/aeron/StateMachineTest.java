package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.ErrorReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchCreateEncoder;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.mvcc.ApplyVersion;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccSettings;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the apply thread does with requests that come late and with answers that are nobody's. */
class StateMachineTest
{
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();

    @TempDir
    private Path directory;

    @Test
    void shouldMakeNoWatcherForASessionThatEndedBeforeItsRequestRan()
    {
        final PipelineCounters counters = new PipelineCounters();
        final SessionHandover handover = new SessionHandover();
        final ClientEgress egress = new ClientEgress(handover, new ReplyMemory(1 << 20, 1 << 20), 1_000_000_000L);
        final Identity identity = new Identity("name", 1, 2, 1, null, false);
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()); NodeGauges gauges = NodeGauges.open(directory, identity))
        {
            final Mvcc mvcc = new Mvcc(store, new MvccSettings().clusterId(1).memberId(2), egress);
            final NodeFacts facts = new NodeFacts(identity, counters);
            final SnapshotSaves saves = new SnapshotSaves(Path.of("none"), store, egress, identity);
            final MvccStateMachine stateMachine =
                new MvccStateMachine(mvcc, store, new StoreImages(null, store, 1, ApplyVersion.NEWEST, 0), saves, egress, null, facts, null,
                    new SpaceWatch(mvcc, 2, counters, new SpaceCounters(), NodeEvents.NONE), gauges, null);
            final Session session = new Session(7, new Connection(1, null, 0, false, null, 0), 0, 0);
            assertTrue(handover.open(session));
            stateMachine.doWork(1);
            handover.close(session);
            stateMachine.doWork(2);

            final WatchCreateEncoder create = new WatchCreateEncoder().wrapAndApplyHeader(buffer, 0, header);
            RawClient.head(create.request(), 7, -1);
            create.watchId(1).startRevision(0).flags().clear();
            create.putKey(new byte[] {'k'}, 0, 1).putRangeEnd(new byte[0], 0, 0);
            stateMachine.onRead(7, 0, buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + create.encodedLength());
            assertEquals(0, mvcc.watcherCount());
        }
    }

    @Test
    void shouldCountOnlyAnswersToRequestsThatAreInFlight()
    {
        final AnswerShape answers = new AnswerShape();
        encodeError(ErrorCode.COMPACTED);
        assertTrue(answers.isLast(buffer, 0));
        encodeError(ErrorCode.TOO_MANY_IN_FLIGHT);
        assertFalse(answers.isLast(buffer, 0), "said of requests for a watch's progress, which are not counted");
    }

    private void encodeError(final ErrorCode code)
    {
        final ErrorReplyEncoder error = new ErrorReplyEncoder().wrapAndApplyHeader(buffer, 0, header);
        error.code(code.number()).leaderId(0).compactRevision(0).putMessage(new byte[0], 0, 0);
        error.reply().sessionId(7).correlationId(5).clusterId(1).memberId(2).revision(1).raftTerm(1);
    }
}
