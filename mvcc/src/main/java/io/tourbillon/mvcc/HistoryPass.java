package io.tourbillon.mvcc;

import java.util.Arrays;

/**
 * The watchers of a session that began in the past. They are read for together, in one pass from the lowest of their starts; who comes
 * later waits for the next pass. So a session that resumes a thousand watchers reads its history once or twice, not a thousand times.
 */
final class HistoryPass
{
    final Lane lane;
    /** Where a sweep over the members for those to be cancelled goes on. */
    int cancelIndex;
    private int[] members = new int[4];
    private int memberCount;
    private int[] waiting = new int[4];
    private int waitingCount;
    private long waitingStart = Long.MAX_VALUE;
    private int deadCount;

    HistoryPass(final WatchSession session)
    {
        lane = new Lane(session, true);
        lane.servedState = Watcher.IS_IN_EVEN_PASS;
    }

    /** Flag of those that wait for the next pass. */
    private int waitingState()
    {
        return lane.servedState ^ Watcher.IS_IN_HISTORY;
    }

    /** Adds a watcher that begins at a revision in the past; the flag to set on it. */
    int add(final int watcher, final long startRevision)
    {
        if (waitingCount == waiting.length)
        {
            waiting = Arrays.copyOf(waiting, 2 * waitingCount);
        }
        waiting[waitingCount++] = watcher;
        waitingStart = Math.min(waitingStart, startRevision);
        return waitingState();
    }

    boolean isEmpty()
    {
        return memberCount + waitingCount == 0;
    }

    boolean isUnderWay()
    {
        return memberCount > 0;
    }

    /** Nobody is left who wants to hear. */
    boolean isAllDead()
    {
        return deadCount == memberCount + waitingCount;
    }

    void onMemberDead()
    {
        deadCount++;
    }

    int memberCount()
    {
        return memberCount;
    }

    int member(final int index)
    {
        return members[index];
    }

    /** The last one takes its place. */
    void removeMember(final int index, final boolean isDead)
    {
        members[index] = members[--memberCount];
        deadCount -= isDead ? 1 : 0;
    }

    /** Those that wait are the members of the pass that begins; the revision it begins at. */
    long begin()
    {
        assert memberCount == 0 : "a pass is under way";
        assert waitingCount > 0 : "nobody waits";
        final int[] empty = members;
        members = waiting;
        memberCount = waitingCount;
        waiting = empty;
        waitingCount = 0;
        lane.servedState = waitingState();
        final long start = waitingStart;
        waitingStart = Long.MAX_VALUE;
        return start;
    }
}
