package io.tourbillon.perf.jmh;

/** A benchmark that got a wrong answer is no benchmark: it ends. */
final class Wrong
{
    private Wrong()
    {
    }

    static void unless(final boolean isRight, final String what)
    {
        if (!isRight)
        {
            throw new IllegalStateException("wrong answer: " + what);
        }
    }
}
