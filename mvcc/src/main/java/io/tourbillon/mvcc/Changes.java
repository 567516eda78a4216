package io.tourbillon.mvcc;

/** Numbers the changes that one entry makes: one main revision, sub revisions from 0 in the order of execution. */
final class Changes
{
    private long main;
    private int count;

    void start(final long mainRevision, final int alreadyMade)
    {
        main = mainRevision;
        count = alreadyMade;
    }

    long main()
    {
        return main;
    }

    int count()
    {
        return count;
    }

    int nextSub()
    {
        return count++;
    }

    boolean isEmpty()
    {
        return count == 0;
    }

    /** The revision that a read amid the entry sees: its own changes, once there are any. */
    long visibleRevision()
    {
        return count == 0 ? main - 1 : main;
    }
}
