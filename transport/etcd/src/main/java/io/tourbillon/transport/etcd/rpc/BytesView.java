package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Looks at protobuf's bytes as Agrona's buffers, without a copy. One thread; one value at a time. Does not allocate. */
final class BytesView extends ByteOutput
{
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /** The bytes, until the next call. Those of a rope are gathered. */
    DirectBuffer of(final ByteString bytes)
    {
        view.wrap(0, 0);
        try
        {
            UnsafeByteOperations.unsafeWriteTo(bytes, this);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex); // writing to memory: does not happen
        }
        return view;
    }

    @Override
    public void writeLazy(final byte[] value, final int offset, final int length)
    {
        if (view.capacity() == 0)
        {
            view.wrap(value, offset, length);
            return;
        }
        gather(value, offset, length);
    }

    private void gather(final byte[] value, final int offset, final int length)
    {
        final int before = view.capacity();
        final byte[] joined = new byte[before + length];
        view.getBytes(0, joined, 0, before);
        System.arraycopy(value, offset, joined, before, length);
        view.wrap(joined);
    }

    @Override
    public void write(final byte value)
    {
        gather(new byte[]{value}, 0, 1);
    }

    @Override
    public void write(final byte[] value, final int offset, final int length)
    {
        gather(value, offset, length);
    }

    @Override
    public void write(final ByteBuffer value)
    {
        final byte[] copy = new byte[value.remaining()];
        value.get(copy);
        gather(copy, 0, copy.length);
    }

    @Override
    public void writeLazy(final ByteBuffer value)
    {
        write(value);
    }
}
