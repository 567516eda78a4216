package io.tourbillon.consensus.sim;

/** A promise was broken. */
final class SimFailure extends AssertionError
{
    private static final long serialVersionUID = 1L;

    SimFailure(final String message)
    {
        super(message);
    }

    static void unless(final boolean condition, final String message)
    {
        if (!condition)
        {
            throw new SimFailure(message);
        }
    }
}
