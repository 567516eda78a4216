package io.tourbillon.perf.store.peer;

/** The rows of the table. Reads come before writes, as writes leave pages in other places; all forks keep this order. */
public enum Operation
{
    /** Keys put in order into an empty store. */
    LOAD("sequential put"),
    /** The same, and the store told that keys only rise: MDB_APPEND, MVMap.append. Beside our plain put. */
    APPEND("sequential put, told so"),
    /** One key, drawn uniformly. */
    GET("random get"),
    /** An entry of a scan in key order, its value looked at. */
    SCAN("scan forward, an entry"),
    /** The same, its key too. */
    SCAN_KEYS("scan forward with keys, an entry"),
    /** An entry of a scan against key order, its value looked at. */
    SCAN_BACK("scan backward, an entry"),
    /** Count of a range of 10,000. */
    COUNT("count of 10,000"),
    /** Eight gets to two puts. */
    MIXED("mixed, 80 % get"),
    /** One key, drawn uniformly, overwritten. */
    PUT("random put"),
    /** No store at all: what making key and value, which the others include, costs. */
    MAKE("(making key and value)");

    private final String label;

    Operation(final String label)
    {
        this.label = label;
    }

    String label()
    {
        return label;
    }

    /** Name of its method in {@link StoreBenchmark}; the loads are timed by {@link StoreFork} itself. */
    String method()
    {
        return switch (this)
        {
            case LOAD, APPEND -> throw new IllegalStateException("timed as a whole");
            case GET -> "get";
            case SCAN -> "scan";
            case SCAN_KEYS -> "scanKeys";
            case SCAN_BACK -> "scanBack";
            case COUNT -> "count";
            case MIXED -> "mixed";
            case PUT -> "put";
            case MAKE -> "make";
        };
    }
}
