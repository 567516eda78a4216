package io.tourbillon.perf.jmh;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.journal.Durability;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import io.tourbillon.perf.TempDirectory;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Appends of put-sized entries, 8,192 at a time, the journal's prefix deleted in between; the frame is made outside of the measurement. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class JournalBenchmark
{
    private static final int BATCH = 8_192;

    private final Messages messages = new Messages();
    private final EntryFrame frame = new EntryFrame();
    private UnsafeBuffer frames;
    private int frameLength;
    private final int[] lengths = new int[BATCH];
    private TempDirectory directory;
    private Journal journal;
    private long index;

    /** Opens it in the temporary directory: -Djava.io.tmpdir says which disk. */
    @Setup(Level.Trial)
    public void open()
    {
        directory = TempDirectory.in(Path.of(System.getProperty("java.io.tmpdir")), "tourbillon-journal");
        journal = Journal.open(new JournalContext().directory(directory.path()).durability(Durability.FSYNC));
        final int length = messages.encodePut(0, 1);
        frameLength = EntryFrame.frameLength(length);
        frames = new UnsafeBuffer(ByteBuffer.allocateDirect(BATCH * frameLength));
    }

    /** Makes the next entries, and room for them. */
    @Setup(Level.Invocation)
    public void makeEntries()
    {
        while (journal.housekeeping() > 0)
        {
            continue;
        }
        for (int i = 0; i < BATCH; i++)
        {
            final int length = messages.encodePut(i, index + i + 1);
            lengths[i] = frame.encode(
                frames, i * frameLength, 1, index + i + 1, 1, Messages.SESSION_ID, index + i + 1, 0, messages.buffer(), 0, length);
        }
    }

    /** All were taken; they may go. */
    @TearDown(Level.Invocation)
    public void check()
    {
        index += BATCH;
        Wrong.unless(journal.lastIndex() == index, "last index " + journal.lastIndex());
        journal.deletePrefix(index - 1);
    }

    /** Gives the disk back. */
    @TearDown(Level.Trial)
    public void close()
    {
        journal.close();
        directory.close();
    }

    /** Appends alone: what an entry costs the journal thread beside the force. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void append()
    {
        for (int i = 0; i < BATCH; i++)
        {
            journal.append(frames, i * frameLength, lengths[i]);
        }
    }

    /** Appends with a force after every 256. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void appendAndForceEach256()
    {
        for (int i = 0; i < BATCH; i++)
        {
            journal.append(frames, i * frameLength, lengths[i]);
            if ((i & 255) == 255)
            {
                journal.force();
            }
        }
    }
}
