package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.Durability;
import io.tourbillon.codecs.client.ErrorReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.ReplyHeaderEncoder;
import io.tourbillon.codecs.client.StatusReplyEncoder;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.journal.Journal;
import io.tourbillon.mvcc.Alarms;
import io.tourbillon.mvcc.Egress;
import io.tourbillon.mvcc.Mvcc;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What the node itself answers on the apply thread: its status, and that a request has waited too long.
 */
final class NodeReplies
{
    private static final int SCRATCH_LENGTH = 16 * 1024;
    private static final int ERRORS_LENGTH_MAX = 8 * 1024;
    private static final int NEVER = -1;

    private final NodeFacts facts;
    private final PipelineCounters counters;
    private final Alarms alarms;
    private final Journal journal;
    private final TreeStore store;
    private final ClientEgress egress;
    private final AllocationMeter meter;
    private final Durability durability;
    private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(SCRATCH_LENGTH));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final StatusReplyEncoder status = new StatusReplyEncoder();
    private final ErrorReplyEncoder error = new ErrorReplyEncoder();
    private final byte[] version = NodeVersion.VERSION.getBytes(UTF_8);
    private final byte[] name;
    private final byte[] mode;
    private final String durabilityError;
    private byte[] errors;
    private int errorsChangeCount = NEVER;
    private long errorsNoSpace;

    NodeReplies(
        final NodeConfig config,
        final NodeFacts facts,
        final PipelineCounters counters,
        final Alarms alarms,
        final Journal journal,
        final TreeStore store,
        final ClientEgress egress)
    {
        this.facts = facts;
        this.counters = counters;
        this.alarms = alarms;
        this.journal = journal;
        this.store = store;
        this.egress = egress;
        this.meter = new AllocationMeter(counters);
        final boolean isForced = config.durability() == io.tourbillon.journal.Durability.FSYNC;
        this.durability = isForced ? Durability.FSYNC : Durability.NONE;
        this.name = config.name().getBytes(UTF_8);
        this.mode = RunMode.of(config).label().getBytes(UTF_8);
        this.durabilityError = isForced ? "" : "durability is none: a power cut loses acknowledged writes\n";
    }

    /** The alarms, and at once what this member itself refuses, which the log may tell later; in etcd's words, which operators look for. */
    private byte[] errors()
    {
        final long noSpace = counters.noSpace.getAcquire();
        final int changeCount = alarms.changeCount();
        if (noSpace != errorsNoSpace || changeCount != errorsChangeCount)
        {
            errorsNoSpace = noSpace;
            errorsChangeCount = changeCount;
            final StringBuilder text = new StringBuilder(durabilityError);
            final List<Alarm> raised = new ArrayList<>(alarms.list());
            if (noSpace != 0 && raised.stream().noneMatch((alarm) -> alarm.isAbout(AlarmType.NOSPACE, facts.memberId())))
            {
                raised.add(new Alarm(AlarmType.NOSPACE, facts.memberId(), true));
            }
            raised.forEach((alarm) -> text.append(alarm.text()).append('\n'));
            text.setLength(Math.max(0, Math.min(text.length(), ERRORS_LENGTH_MAX) - 1)); // without the last line's end
            errors = text.toString().getBytes(UTF_8);
        }
        return errors;
    }

    void status(final Mvcc mvcc, final long sessionId, final DirectBuffer request, final int offset)
    {
        status.wrapAndApplyHeader(scratch, 0, header);
        status.flags().clear().leader(facts.leaderId() == facts.memberId());
        mvcc.fillStatus(status);
        final long pageLength = TreeStore.PAGE_LENGTH;
        status.leaderId(facts.leaderId())
            .raftIndex(counters.lastIndex.getAcquire())
            .dbSize(store.fileBytes())
            .dbSizeInUse((store.pageCount() - store.freePageCount()) * pageLength)
            .journalBytes(journal.appendedBytes())
            .writtenBytes(journal.writtenBytes() + store.checkpointBytesWritten())
            .forces(journal.forceCount())
            .acknowledged(counters.entriesApplied.getAcquire())
            .allocatedBytes(meter.allocatedBytes())
            .sessions(egress.sessionCount())
            .durability(durability);
        final byte[] errorsNow = errors();
        status.putVersion(version, 0, version.length)
            .putName(name, 0, name.length)
            .putMode(mode, 0, mode.length)
            .putErrors(errorsNow, 0, errorsNow.length);
        send(status.reply(), sessionId, request.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN), status.encodedLength());
    }

    /** Of a write that has waited too long the outcome is unknown. */
    void timedOut(final long sessionId, final long correlationId)
    {
        final byte[] text = ErrorCode.TIMEOUT.messageBytes();
        error.wrapAndApplyHeader(scratch, 0, header)
            .code(ErrorCode.TIMEOUT.number())
            .leaderId(facts.leaderId())
            .compactRevision(0)
            .putMessage(text, 0, text.length);
        send(error.reply(), sessionId, correlationId, error.encodedLength());
    }

    private void send(final ReplyHeaderEncoder head, final long sessionId, final long correlationId, final int encodedLength)
    {
        head.sessionId(sessionId)
            .correlationId(correlationId)
            .clusterId(facts.clusterId())
            .memberId(facts.memberId())
            .revision(facts.revision())
            .raftTerm(facts.term());
        final int result = egress.reply(sessionId, scratch, 0, MessageHeaderEncoder.ENCODED_LENGTH + encodedLength);
        assert result != Egress.BACK_PRESSURED : "a reply is never refused";
    }
}
