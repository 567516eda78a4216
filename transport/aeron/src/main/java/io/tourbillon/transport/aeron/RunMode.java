package io.tourbillon.transport.aeron;

import io.aeron.driver.ThreadingMode;
import io.tourbillon.consensus.pipeline.Mode;

import java.util.Locale;

/** How the agents of a node share threads; {@code auto} is resolved here. */
enum RunMode
{
    /** Driver, sequencer and apply on one thread. */
    FOLDED(ThreadingMode.INVOKER, Mode.FOLDED),
    /** One thread for the driver, one each for sequencer, journal and apply. */
    SHARED(ThreadingMode.SHARED, Mode.SHARED),
    /** Three threads for the driver, one each for sequencer, journal and apply. */
    DEDICATED(ThreadingMode.DEDICATED, Mode.DEDICATED);

    /** Driver, sequencer, journal and apply, and two for clients and the kernel. */
    private static final int SHARED_CORES_MIN = 6;

    private final ThreadingMode threadingMode;
    private final Mode pipelineMode;

    RunMode(final ThreadingMode threadingMode, final Mode pipelineMode)
    {
        this.threadingMode = threadingMode;
        this.pipelineMode = pipelineMode;
    }

    static RunMode of(final NodeConfig config)
    {
        return switch (config.text(NodeOption.MODE))
        {
            case "folded" -> FOLDED;
            case "shared" -> SHARED;
            case "dedicated" -> DEDICATED;
            default -> Runtime.getRuntime().availableProcessors() >= SHARED_CORES_MIN ? SHARED : FOLDED;
        };
    }

    ThreadingMode threadingMode()
    {
        return threadingMode;
    }

    Mode pipelineMode()
    {
        return pipelineMode;
    }

    String label()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
