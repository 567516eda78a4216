package io.tourbillon.perf.jmh;

/** A benchmark that got a wrong answer is no benchmark: it ends. */
public final class Wrong
{
    private Wrong()
    {
    }

    /**
     * @param isRight what has to hold.
     * @param what    is wrong if it does not. Built at each call: pass a constant on a measured path.
     */
    public static void unless(final boolean isRight, final String what)
    {
        if (!isRight)
        {
            throw new IllegalStateException("wrong answer: " + what);
        }
    }
}
