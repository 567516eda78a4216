package io.tourbillon.consensus.raft;

/** What must hold in any script, whatever it expects to be printed. */
final class SimpleChecks
{
    private SimpleChecks()
    {
    }

    static void require(final boolean isTrue, final String what)
    {
        if (!isTrue)
        {
            throw new AssertionError(what);
        }
    }
}
