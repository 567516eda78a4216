package io.tourbillon.tools.ctl.tree;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on stderr; a class of its own so that its library is loaded on a terminal only. */
final class BarProgress implements Progress
{
    private static final int UPDATE_INTERVAL_MS = 100;
    private final ProgressBar bar;

    BarProgress(final String name, final long total)
    {
        bar = new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_INTERVAL_MS)
            .build();
    }

    @Override
    public void step()
    {
        bar.step();
    }

    @Override
    public void close()
    {
        bar.close();
    }
}
