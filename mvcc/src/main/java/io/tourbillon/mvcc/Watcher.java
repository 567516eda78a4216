package io.tourbillon.mvcc;

/**
 * A watcher's record. The watchers of one session are a list in which those of the same key or range stand in a row: the first of a row is
 * its head, and the heads of one key or range, one a session, are a list again.
 * <pre>
 *  0       8               15      16        20        24     28     32          36       40
 *  | id    | minRevision   | flags | session | pattern | prev | next | headLinks | idLink |
 * </pre>
 * {@code minRevision} is the lowest revision whose events are for it: 54 bits of the same word as the flags. {@code idLink} chains the
 * table that finds a watcher by session and id. Most heads are alone: {@code headLinks} names a record that only a head has which stands in
 * a list with others, or stood there once, or is parked:
 * <pre>
 *  0          4          8         12
 *  | prevHead | nextHead | chain   |        chain: of the table that finds a head by session and pattern
 * </pre>
 */
final class Watcher
{
    /** Events with what was there before. */
    static final int PREV_KV = 1;
    static final int NO_PUT = 1 << 1;
    static final int NO_DELETE = 1 << 2;
    /** Wants to hear now and then how far it is. */
    static final int PROGRESS_NOTIFY = 1 << 3;
    /** Had an event since its last turn for progress. */
    static final int IS_NOISY = 1 << 4;
    /** Is read for from history, in an even or an odd pass of its session; live delivery passes it over. */
    static final int IS_IN_EVEN_PASS = 1 << 5;
    static final int IS_IN_ODD_PASS = 1 << 6;
    /** Was removed, but a place in the list is still kept by it. */
    static final int IS_DEAD = 1 << 7;

    /** A head that stands in its session's list of such, not in its pattern's, for the session is behind: see {@link WatchTable#park}. */
    static final int IS_PARKED = 1 << 8;

    /** Has a {@link WatchFilter}. */
    static final int HAS_FILTER = 1 << 9;

    static final int IS_IN_HISTORY = IS_IN_EVEN_PASS | IS_IN_ODD_PASS;
    static final int IS_NOT_LIVE = IS_IN_HISTORY | IS_DEAD;

    static final int ID_OFFSET = 0;
    static final int BOUNDS_OFFSET = 8;
    static final int SESSION_OFFSET = 16;
    static final int PATTERN_OFFSET = 20;
    static final int PREV_OFFSET = 24;
    static final int NEXT_OFFSET = 28;
    static final int HEAD_LINKS_OFFSET = 32;
    static final int ID_LINK_OFFSET = 36;
    static final int LENGTH = 40;
    static final int PREV_HEAD_OFFSET = 0;
    static final int NEXT_HEAD_OFFSET = 4;
    static final int CHAIN_OFFSET = 8;
    static final int HEAD_LINKS_LENGTH = 12;
    static final int FLAG_BITS = 10;
    static final int FLAGS_MASK = (1 << FLAG_BITS) - 1;
    /** Nobody gets there. */
    static final long REVISION_MAX = (1L << 53) - 1;

    private Watcher()
    {
    }
}
