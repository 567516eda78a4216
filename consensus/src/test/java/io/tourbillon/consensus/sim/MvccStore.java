package io.tourbillon.consensus.sim;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.MemoryPageFile;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ClientOpenedDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.ReplyHeaderDecoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.mvcc.Egress;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccSettings;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.Supplier;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

/** The real state machine on pages in memory, of which a crash loses and tears the unforced ones. */
final class MvccStore implements SimStore, Egress
{
    private static final int PAGE = TreeStore.PAGE_LENGTH;
    private static final int SLICES_MAX = 10_000;
    private static final long NOT_ANSWERED = -1;
    private static final long PLANTED_TTL_MS = 5000;

    private final Random random;
    private final SimListener listener;
    private final Plant plant;
    private final Supplier<MvccSettings> settings;
    private final int applyVersion;
    private final MemoryPageFile file;
    private final TreeStore store;
    private final Mvcc mvcc;
    private final UnsafeBuffer request = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final UnsafeBuffer proposed = new UnsafeBuffer(new byte[Mvcc.PROPOSAL_LENGTH_MAX]);
    private Checkpoint checkpoint;
    private long frozenIndex;
    private long checkpointIndex;
    private long olderCheckpointIndex;
    private long answeredCorrelationId;
    private boolean isReadAnswered;
    private String readValue;
    private long told;
    private int toldError;
    private long lastNowNs;

    MvccStore(
        final long seed, final SimListener listener, final Plant plant, final Supplier<MvccSettings> settings, final int applyVersion)
    {
        this(new Random(seed), listener, plant, settings, applyVersion, new MemoryPageFile());
    }

    private MvccStore(
        final Random random, final SimListener listener, final Plant plant, final Supplier<MvccSettings> settings, final int applyVersion,
        final MemoryPageFile file)
    {
        this.settings = settings;
        this.applyVersion = applyVersion;
        this.random = random;
        this.listener = listener;
        this.plant = plant;
        this.file = file;
        store = TreeStore.open(TreeStoreContext.on(file).poolBytes(8 << 20).growInline(true));
        final int slice = 1 + random.nextInt(random.nextBoolean() ? 4 : 200);
        mvcc = new Mvcc(store, settings.get().eventsPerSlice(slice).applyVersion(applyVersion), this);
        checkpointIndex = mvcc.appliedIndex();
    }

    @Override
    public long appliedIndex()
    {
        return mvcc.appliedIndex();
    }

    @Override
    public long appliedTerm()
    {
        return mvcc.appliedTerm();
    }

    @Override
    public long revision()
    {
        return mvcc.revision();
    }

    /** With the live bytes, which quotas go by: they are kept with each change, and must come to the same on all members. */
    @Override
    public long stateHash()
    {
        return 31 * mvcc.stateHash() + mvcc.liveBytes();
    }

    @Override
    public void apply(final EntryFrame committed, final boolean isReplay)
    {
        final boolean isNumbered = committed.sessionId() != 0 && !Messages.number(committed).isNone();
        final EntryFrame entry = plant == Plant.REPEATED_WRITES_DONE && isNumbered ? Messages.unnumbered(committed) :
            plant == Plant.UPGRADED_ALONE && applyVersion > clusterVersion() ? Messages.ofLongerLease(committed, PLANTED_TTL_MS) :
            committed;
        answeredCorrelationId = NOT_ANSWERED;
        int slices = 0;
        int result;
        do
        {
            result = mvcc.onEntry(entry, !isReplay);
            SimFailure.unless(result != Mvcc.PAUSED, "the store has no room for entry " + entry.index());
            SimFailure.unless(++slices < SLICES_MAX, "entry " + entry.index() + " does not come to its end");
        }
        while (result != Mvcc.DONE);
        final boolean isAnswerDue = entry.sessionId() != 0 && !isReplay;
        for (int i = 0; i < SLICES_MAX && isAnswerDue && answeredCorrelationId == NOT_ANSWERED; i++)
        {
            mvcc.doWork(lastNowNs);
        }
        SimFailure.unless(answeredCorrelationId == (isAnswerDue ? entry.correlationId() : NOT_ANSWERED),
            "entry " + entry.index() + " of request " + entry.correlationId() + " answered " + answeredCorrelationId);
    }

    @Override
    public String get(final String key)
    {
        final RangeRequestEncoder range = new RangeRequestEncoder().wrapAndApplyHeader(request, 0, new MessageHeaderEncoder());
        Messages.header(range.request(), 0);
        range.keyLimit(0).revision(0).minModRevision(0).maxModRevision(0).minCreateRevision(0).maxCreateRevision(0)
            .sortOrder(SortOrder.NONE).sortTarget(SortTarget.KEY);
        range.flags().clear();
        final byte[] bytes = key.getBytes(UTF_8);
        range.putKey(bytes, 0, bytes.length).putRangeEnd(bytes, 0, 0);
        isReadAnswered = false;
        readValue = null;
        mvcc.onRead(1, 0, request, 0, MessageHeaderEncoder.ENCODED_LENGTH + range.encodedLength());
        for (int i = 0; i < SLICES_MAX && !isReadAnswered; i++)
        {
            mvcc.doWork(lastNowNs);
        }
        SimFailure.unless(isReadAnswered, "a read of " + key + " was never answered");
        return readValue;
    }

    @Override
    public void checkpoint()
    {
        try
        {
            if (checkpoint == null)
            {
                checkpoint = store.freeze();
                frozenIndex = appliedIndex();
            }
            if (checkpoint.step())
            {
                checkpoint = null;
                olderCheckpointIndex = checkpointIndex;
                checkpointIndex = frozenIndex;
                while (store.releaseCheckpointed() > 0)
                {
                    continue;
                }
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public boolean isCheckpointing()
    {
        return checkpoint != null;
    }

    @Override
    public long checkpointIndex()
    {
        return checkpointIndex;
    }

    @Override
    public long olderCheckpointIndex()
    {
        return olderCheckpointIndex;
    }

    @Override
    public IntFunction<SimStore> image()
    {
        SimFailure.unless(file.unforcedPageCount() == 0, "the file holds more than its last checkpoint");
        final ByteBuffer bytes = ByteBuffer.allocate((int)file.length());
        try
        {
            for (int at = 0; at < bytes.capacity(); at += PAGE)
            {
                file.read(bytes.slice(at, PAGE), at);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        final long imageSeed = random.nextLong();
        return (version) -> new MvccStore(new Random(imageSeed), listener, plant, settings, version, fileOf(bytes));
    }

    private static MemoryPageFile fileOf(final ByteBuffer bytes)
    {
        final MemoryPageFile file = new MemoryPageFile();
        for (int at = 0; at < bytes.capacity(); at += TreeStoreContext.MEMORY_EXTENT_BYTES_DEFAULT)
        {
            file.allocate(at, TreeStoreContext.MEMORY_EXTENT_BYTES_DEFAULT);
            file.write(bytes.slice(at, TreeStoreContext.MEMORY_EXTENT_BYTES_DEFAULT), at);
        }
        file.force();
        file.publish();
        return file;
    }

    @Override
    public void close()
    {
        store.close();
        file.close();
    }

    @Override
    public SimStore crash(final int nextVersion)
    {
        store.close();
        file.crash((page) -> random.nextInt(3) == 0 ? PAGE : random.nextInt(2) * 512 * random.nextInt(PAGE / 512));
        return new MvccStore(random, listener, plant, settings, nextVersion, file);
    }

    @Override
    public int applyVersion()
    {
        return applyVersion;
    }

    @Override
    public int clusterVersion()
    {
        return mvcc.version().inForce();
    }

    @Override
    public byte[] announcement(final long memberId)
    {
        final DirectBuffer said = mvcc.members().published(memberId);
        final byte[] words = Messages.published(memberId, applyVersion);
        return said != null && said.compareTo(new UnsafeBuffer(words)) == 0 ? null : words;
    }

    @Override
    public void ask(final long sessionId, final byte[] asked)
    {
        request.putBytes(0, asked);
        SimFailure.unless(mvcc.onRead(sessionId, 0, request, 0, asked.length), "a request that nobody knows");
    }

    @Override
    public void closeSession(final long sessionId)
    {
        mvcc.onSessionClosed(sessionId);
    }

    @Override
    public void work(final long nowNs, final int slices)
    {
        lastNowNs = nowNs;
        for (int i = 0; i < slices; i++)
        {
            mvcc.doWork(nowNs);
        }
    }

    @Override
    public void onLeader(final long term)
    {
        mvcc.onLeader(term, lastNowNs);
    }

    @Override
    public void onFollower()
    {
        mvcc.onFollower();
    }

    @Override
    public byte[] proposal()
    {
        final int length = mvcc.proposal(proposed);
        return length == 0 ? null : Arrays.copyOf(proposed.byteArray(), length);
    }

    @Override
    public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (sessionId >= SimOracle.OTHERS)
        {
            return listener.onMessage(sessionId, false, buffer, offset, length);
        }
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, offset);
        if (header.templateId() == RangeReplyDecoder.TEMPLATE_ID)
        {
            return scanPart(sessionId, buffer, offset, length);
        }
        onAnswer(header.templateId(), buffer, offset);
        return SENT;
    }

    private void onAnswer(final int templateId, final DirectBuffer buffer, final int offset)
    {
        answeredCorrelationId = buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET);
        final int fieldsOffset = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        toldError = templateId == ErrorReplyDecoder.TEMPLATE_ID ?
            buffer.getInt(fieldsOffset + ErrorReplyDecoder.codeEncodingOffset(), LITTLE_ENDIAN) : 0;
        told = templateId == ClientOpenedDecoder.TEMPLATE_ID ?
            Integer.toUnsignedLong(buffer.getInt(fieldsOffset + ClientOpenedDecoder.clientIdEncodingOffset(), LITTLE_ENDIAN)) :
            new ReplyHeaderDecoder().wrap(buffer, fieldsOffset).revision();
    }

    @Override
    public long told()
    {
        return told;
    }

    @Override
    public int toldError()
    {
        return toldError;
    }

    @Override
    public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, offset);
        if (header.templateId() != RangeReplyDecoder.TEMPLATE_ID)
        {
            // A write's answer in parts: a delete.
            onAnswer(header.templateId(), buffer, offset);
            return SENT;
        }
        final RangeReplyDecoder reply = new RangeReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
        isReadAnswered |= reply.flags().last();
        for (final RangeReplyDecoder.KvsDecoder kv : reply.kvs())
        {
            kv.skipKey();
            final byte[] value = new byte[kv.valueLength()];
            kv.getValue(value, 0, value.length);
            readValue = new String(value, UTF_8);
        }
        return SENT;
    }

    @Override
    public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return listener.onMessage(sessionId, true, buffer, offset, length);
    }
}
