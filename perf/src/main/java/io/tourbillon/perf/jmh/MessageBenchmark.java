package io.tourbillon.perf.jmh;

import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** What each message costs before anything is done with it: the inbound check, the entry frame, its checksum. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class MessageBenchmark
{
    private final Messages messages = new Messages();
    private final EntryFrame frame = new EntryFrame();
    private final UnsafeBuffer frameBuffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private int length;
    private int frameLength;
    private long index;

    /** One put of 32 B and 256 B. */
    @Setup(Level.Trial)
    public void make()
    {
        length = messages.encodePut(1, 1);
        encode();
        Wrong.unless(MessageValidator.check(messages.buffer(), 0, length - 1) != MessageValidator.SOUND, "a truncated message passed");
    }

    private int encode()
    {
        index++;
        frameLength = frame.encode(frameBuffer, 0, 1, index, 1, Messages.SESSION_ID, 1, 0, messages.buffer(), 0, length);
        return frameLength;
    }

    /** @return 0. */
    @Benchmark
    public int validatePut()
    {
        final int verdict = MessageValidator.check(messages.buffer(), 0, length);
        Wrong.unless(verdict == MessageValidator.SOUND, "a sound message was refused");
        return verdict;
    }

    /** @return length. */
    @Benchmark
    public int encodeEntryFrame()
    {
        final int encoded = encode();
        Wrong.unless(encoded < length, "a request's head is stored twice");
        return encoded;
    }

    /** @return true. */
    @Benchmark
    public boolean checkEntryFrame()
    {
        final boolean isWhole = frame.wrap(frameBuffer, 0, frameLength).isWhole();
        Wrong.unless(isWhole, "a sound frame was refused");
        return isWhole;
    }
}
