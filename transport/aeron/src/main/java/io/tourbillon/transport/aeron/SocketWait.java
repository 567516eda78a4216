package io.tourbillon.transport.aeron;

import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.SendChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.tourbillon.consensus.IdleWait;
import org.agrona.concurrent.status.AtomicCounter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waits for a datagram on any socket of the embedded media driver, where the thread that waits is the one that invokes the driver. What
 * comes through shared memory rings no bell, so as long as a client uses that without ringing one itself there is no waiting here. The
 * driver reads its sockets as it always does: this only looks whether one of them has something. The JDK's selector looks a descriptor up
 * by its boxed number: 16 bytes each time, unless such numbers are cached (-XX:AutoBoxCacheMax, which the launcher sets).
 */
final class SocketWait implements IdleWait, AutoCloseable
{
    private final Selector selector;
    private BooleanSupplier isDeaf = () -> true;

    SocketWait()
    {
        try
        {
            selector = Selector.open();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Before the agent runs: tells whether somebody speaks whom it cannot hear. */
    void isDeaf(final BooleanSupplier value)
    {
        isDeaf = value;
    }

    /** Before the driver starts. */
    void listenTo(final MediaDriver.Context driver)
    {
        driver.receiveChannelEndpointSupplier(Receiver::new).sendChannelEndpointSupplier(Sender::new);
    }

    @Override
    public boolean canWait()
    {
        return !isDeaf.getAsBoolean();
    }

    @Override
    public boolean await(final long ns)
    {
        if (!canWait())
        {
            return false;
        }
        try
        {
            selector.select(SocketWait::leave, Math.max(1, TimeUnit.NANOSECONDS.toMillis(ns)));
            return true;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** To the driver, which comes next. */
    private static void leave(final SelectionKey key)
    {
        assert key.isReadable() || !key.isValid() : key;
    }

    @Override
    public void wake()
    {
        selector.wakeup();
    }

    /** By whoever invokes the driver. */
    private void add(final DatagramChannel channel)
    {
        try
        {
            channel.register(selector, SelectionKey.OP_READ);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * By whoever invokes the driver. A socket that was closed stays open, and bound to its port, until each selector that it was registered
     * with has looked again; where nobody ever waits, that is here. Looking may swallow a wake-up, which loses nothing: in the duty cycle
     * the driver comes first, and what the wake-up was for is seen behind it.
     */
    private void giveBackClosed()
    {
        try
        {
            selector.selectNow(SocketWait::leave);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close()
    {
        try
        {
            selector.close();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private final class Receiver extends ReceiveChannelEndpoint
    {
        private Receiver(
            final UdpChannel channel,
            final DataPacketDispatcher dispatcher,
            final AtomicCounter statusIndicator,
            final MediaDriver.Context context)
        {
            super(channel, dispatcher, statusIndicator, context);
        }

        @Override
        public void openChannel()
        {
            super.openChannel();
            add(receiveDatagramChannel());
        }

        @Override
        public void close()
        {
            super.close();
            giveBackClosed();
        }
    }

    private final class Sender extends SendChannelEndpoint
    {
        private Sender(final UdpChannel channel, final AtomicCounter statusIndicator, final MediaDriver.Context context)
        {
            super(channel, statusIndicator, context);
        }

        @Override
        public void openChannel()
        {
            super.openChannel();
            add(receiveDatagramChannel());
        }

        @Override
        public void close()
        {
            super.close();
            giveBackClosed();
        }
    }
}
