package io.tourbillon.bptree;

import net.openhft.posix.PosixAPI;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The library behind fallocate(2) and madvise(2). It takes some hundred milliseconds to load, for which neither a start nor a thread with
 * other work should wait: whoever asks first has that begun on a thread of its own, and does without meanwhile.
 */
final class PosixLibrary
{
    private static final AtomicBoolean IS_ASKED_FOR = new AtomicBoolean();

    private static volatile PosixAPI loaded;

    private PosixLibrary()
    {
    }

    /** Any thread. Null if it is not there yet, or never will be on this platform. */
    static PosixAPI ifLoaded()
    {
        if (loaded == null && IS_ASKED_FOR.compareAndSet(false, true))
        {
            final Thread loader = new Thread(PosixLibrary::load, "posix-loader");
            loader.setDaemon(true);
            loader.start();
        }
        return loaded;
    }

    /** Loads the library, unless that cannot be done here. */
    static void load()
    {
        IS_ASKED_FOR.set(true);
        try
        {
            loaded = PosixAPI.posix();
        }
        catch (final LinkageError | RuntimeException ex)
        {
            loaded = null;
        }
    }
}
