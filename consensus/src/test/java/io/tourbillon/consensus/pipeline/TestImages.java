package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.Checkpoint;
import io.tourbillon.consensus.StateImages;
import io.tourbillon.consensus.pipeline.TestStateMachine.Applied;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** What a {@link TestStateMachine} has applied, in files: a checkpoint, and images with something to make them long. */
final class TestImages implements StateImages
{
    /** Where a switch may be cut off. */
    enum Step
    {
        NEVER, BEFORE_RENAME, AFTER_RENAME
    }

    private static final int FILLER_LENGTH = 3 << 20;
    private static final int INSTALLED = 1;

    private final Path directory;
    private final TestStateMachine stateMachine;
    volatile Step failsAt = Step.NEVER;
    private volatile State opened;
    private volatile int generation;

    TestImages(final Path directory, final TestStateMachine stateMachine)
    {
        this.directory = directory;
        this.stateMachine = stateMachine;
        stateMachine.images = this;
    }

    private Path state()
    {
        return directory.resolve("state");
    }

    /** What a start finds: the term of the last entry if the state came from another member, else 0. */
    long loadAtStart() throws IOException
    {
        if (!Files.exists(state()))
        {
            return 0;
        }
        final byte[] bytes = Files.readAllBytes(state());
        final State found = parse(bytes);
        stateMachine.load(found);
        return bytes[0] == INSTALLED ? found.applied().get(found.applied().size() - 1).term() : 0;
    }

    Checkpoint freeze()
    {
        final State frozenState = copy();
        final List<Applied> frozen = frozenState.applied();
        final int ofGeneration = generation;
        return new Checkpoint()
        {
            @Override
            public long appliedIndex()
            {
                return frozen.isEmpty() ? 0 : frozen.get(frozen.size() - 1).index();
            }

            @Override
            public boolean step() throws IOException
            {
                write(frozenState, ofGeneration);
                return true;
            }
        };
    }

    /** One of before a switch goes into a file that nobody opens any more. */
    private synchronized void write(final State frozen, final int ofGeneration) throws IOException
    {
        if (ofGeneration == generation)
        {
            Files.write(directory.resolve("state.new"), encode(frozen.applied(), frozen.configuration(), 0, 0));
            Files.move(directory.resolve("state.new"), state(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private State copy()
    {
        synchronized (stateMachine.applied)
        {
            return new State(new ArrayList<>(stateMachine.applied), stateMachine.configuration);
        }
    }

    State takeOpened()
    {
        final State taken = opened;
        opened = null;
        return taken;
    }

    @Override
    public Image make() throws IOException
    {
        final State state = copy();
        Files.write(outgoing(), encode(state.applied(), state.configuration(), INSTALLED, FILLER_LENGTH));
        return imageOf(state);
    }

    private static Image imageOf(final State state)
    {
        final Applied last = state.applied().get(state.applied().size() - 1);
        return new Image(last.index(), last.term(), state.configuration());
    }

    @Override
    public void drop()
    {
        TransferAgent.deleteQuietly(outgoing());
    }

    @Override
    public Path outgoing()
    {
        return directory.resolve("state.outgoing");
    }

    @Override
    public Path incoming()
    {
        return directory.resolve("state.incoming");
    }

    @Override
    public Image accept() throws IOException
    {
        return imageOf(parse(Files.readAllBytes(incoming())));
    }

    @Override
    public synchronized void putInPlace() throws IOException
    {
        if (failsAt == Step.BEFORE_RENAME)
        {
            throw new IOException("asked to fail before the rename");
        }
        generation++;
        Files.move(incoming(), state(), StandardCopyOption.ATOMIC_MOVE);
        if (failsAt == Step.AFTER_RENAME)
        {
            throw new IOException("asked to fail behind the rename");
        }
    }

    @Override
    public void open() throws IOException
    {
        opened = parse(Files.readAllBytes(state()));
    }

    @Override
    public boolean closeReplaced()
    {
        return true;
    }

    private static byte[] bytesOf(final Configuration configuration)
    {
        final DirectBuffer encoded = ConfigurationRecord.encode(configuration, 1);
        final byte[] bytes = new byte[encoded.capacity()];
        encoded.getBytes(0, bytes);
        return bytes;
    }

    private static byte[] encode(final List<Applied> all, final Configuration configuration, final int flag, final int fillerLength)
        throws IOException
    {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes))
        {
            out.writeByte(flag);
            out.writeInt(all.size());
            for (final Applied entry : all)
            {
                out.writeLong(entry.index());
                out.writeLong(entry.term());
                out.writeLong(entry.sessionId());
                out.writeLong(entry.correlationId());
                out.writeInt(entry.payloadLength());
                out.writeLong(entry.payloadCrc());
            }
            final byte[] members = configuration == null ? new byte[0] : bytesOf(configuration);
            out.writeInt(members.length);
            out.write(members);
            out.write(new byte[fillerLength]);
        }
        return bytes.toByteArray();
    }

    /** What a file holds. */
    record State(List<Applied> applied, Configuration configuration)
    {
    }

    private static State parse(final byte[] bytes)
    {
        final List<Applied> all = new ArrayList<>();
        final byte[] members;
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes)))
        {
            in.readByte();
            for (int left = in.readInt(); left > 0; left--)
            {
                all.add(new Applied(
                    in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readInt(), in.readLong(), true));
            }
            members = in.readNBytes(in.readInt());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        return new State(all, members.length == 0 ? null : ConfigurationRecord.decode(new UnsafeBuffer(members), 0));
    }
}
