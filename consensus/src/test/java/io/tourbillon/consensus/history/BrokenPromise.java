package io.tourbillon.consensus.history;

/** What clients saw is not what was promised to them. */
public final class BrokenPromise extends AssertionError
{
    private static final long serialVersionUID = 1L;

    BrokenPromise(final String message)
    {
        super(message);
    }

    static void unless(final boolean condition, final String message)
    {
        if (!condition)
        {
            throw new BrokenPromise(message);
        }
    }
}
