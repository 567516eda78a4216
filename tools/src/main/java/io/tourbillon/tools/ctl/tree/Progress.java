package io.tourbillon.tools.ctl.tree;

/** How far it is; shown on a terminal only. */
public interface Progress extends AutoCloseable
{
    /** Set by the launcher when stderr is a terminal: the JDK cannot tell. */
    String TERMINAL_PROPERTY = "tbctl.terminal";

    /**
     * @param name  of the work.
     * @param total steps; -1 = not known.
     * @return a bar on a terminal, else nothing.
     */
    static Progress of(final String name, final long total)
    {
        return Boolean.getBoolean(TERMINAL_PROPERTY) ? new BarProgress(name, total) : new NoProgress();
    }

    /** One step more. */
    void step();

    @Override
    void close();

    /** Shows nothing. */
    final class NoProgress implements Progress
    {
        @Override
        public void step()
        {
            // nobody looks
        }

        @Override
        public void close()
        {
            // nothing was opened
        }
    }
}
