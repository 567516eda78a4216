package io.tourbillon.mvcc;

import java.util.List;

/** What a {@link Trial} tries: the state machine by itself, or a whole node. Answers are told in the texts of {@link RecordingEgress}. */
interface Member extends AutoCloseable
{
    /** Answers a request. */
    String run(Op op);

    /** Answers a request that goes through the log even if it only reads, where there is a way to ask for that. */
    String runLogged(Op op);

    /** Answers to a compaction. */
    String compact(long revision, boolean isPhysical);

    /** Answers to a lease's grant. */
    String grant(long id, long ttlMs);

    /** Answers to a lease's end. */
    String revoke(long id);

    /** Answers with a lease's time left and, if they are wanted, its keys. */
    String timeToLive(long id, boolean wantsKeys);

    /** Answers to a new watcher; id 0 = the next free one. */
    String watch(long id, String key, String end, long start, int flags);

    /** Answers to the end of a watcher. */
    String cancel(long id);

    /** How the watcher that was created last has ended by itself. */
    String endOfWatch();

    /** What a watcher has heard, once that are so many events or no more come. */
    List<String> events(long watchId, int count);

    /** The id may be given out again. */
    void forget(long watchId);

    /** May remove so many changes that compaction has left. */
    void tick(int budget);

    /** Makes a checkpoint. */
    void checkpoint();

    /** Stops without warning and starts again; all watchers end. */
    void crash();

    /** Last of all: a second member with the same log must be in the same state. */
    void checkEnd();

    @Override
    void close();
}
