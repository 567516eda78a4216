package io.tourbillon.consensus.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One slot of the log ring. Written by the sequencer; read by the journal agent, whose gate keeps it from being overwritten, and by apply,
 * which must hold a claim and look at {@link #isAt(long)} first (see {@link LogRing}).
 */
final class LogSlot
{
    private static final long NOTHING = -1;
    private static final VarHandle SEQUENCE;

    static
    {
        try
        {
            SEQUENCE = MethodHandles.lookup().findVarHandle(LogSlot.class, "sequence", long.class);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private long sequence = NOTHING;
    private SlotKind kind;
    private boolean isVoid;
    private int offset;
    private int length;
    private long term;
    private long index;
    private long commitIndex;

    void entry(final long entryTerm, final long entryIndex, final int frameOffset, final int frameLength, final long commit)
    {
        set(SlotKind.ENTRY, entryTerm, entryIndex, commit);
        offset = frameOffset;
        length = frameLength;
    }

    /** An entry that the disk had lost, and that is in the log already. */
    void repair(final long entryTerm, final long entryIndex, final int frameOffset, final int frameLength, final long commit)
    {
        entry(entryTerm, entryIndex, frameOffset, frameLength, commit);
        kind = SlotKind.REPAIR;
    }

    void hardState(final long hardTerm, final long voteId, final long commit)
    {
        set(SlotKind.HARD_STATE, hardTerm, voteId, commit);
    }

    void truncateFrom(final long firstVoidIndex, final long commit)
    {
        set(SlotKind.TRUNCATE, 0, firstVoidIndex, commit);
    }

    void install(final SlotKind installKind, final long lastTerm, final long lastIndex)
    {
        assert installKind == SlotKind.INSTALL || installKind == SlotKind.INSTALL_PREFIX : installKind;
        set(installKind, lastTerm, lastIndex, lastIndex);
    }

    private void set(final SlotKind newKind, final long newTerm, final long newIndex, final long commit)
    {
        kind = newKind;
        isVoid = false;
        offset = 0;
        length = 0;
        term = newTerm;
        index = newIndex;
        commitIndex = commit;
    }

    /** The slot now holds this sequence. Pairs with the acquire in {@link #isAt(long)}. */
    void release(final long newSequence)
    {
        SEQUENCE.setRelease(this, newSequence);
    }

    /** What the slot held must not be read any more. A full fence follows: see {@link LogRing#retire}. */
    void invalidate()
    {
        SEQUENCE.setVolatile(this, NOTHING);
        VarHandle.fullFence();
    }

    /** Whether the slot still holds this sequence. */
    boolean isAt(final long expected)
    {
        return (long)SEQUENCE.getVolatile(this) == expected;
    }

    /** Marks a truncated entry. Before the committed sequence passes it, so that apply sees the mark. */
    void markVoid()
    {
        assert kind == SlotKind.ENTRY : kind;
        isVoid = true;
    }

    SlotKind kind()
    {
        return kind;
    }

    boolean isVoid()
    {
        return isVoid;
    }

    /** Of the frame in the ring's memory. */
    int offset()
    {
        return offset;
    }

    /** Of the frame in bytes. */
    int length()
    {
        return length;
    }

    /** Of the entry, the hard state, or the last entry that a state carries. */
    long term()
    {
        return term;
    }

    /** ENTRY: its index; HARD_STATE: the vote; TRUNCATE: the first void index; INSTALL, INSTALL_PREFIX: of the state's last entry. */
    long index()
    {
        return index;
    }

    /** Committed index when the slot was filled. */
    long commitIndex()
    {
        return commitIndex;
    }
}
