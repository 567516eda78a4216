package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;

/** Applies what changes no key: a leader's no-op, and requests that are refused. */
final class NoWork implements EntryWork
{
    private int result;

    /** @param result {@code SOUND} or the number of the error it is refused with. */
    NoWork(final int result)
    {
        this.result = result;
    }

    /** The same for another error. */
    NoWork with(final int error)
    {
        result = error;
        return this;
    }

    static NoWork refusing(final ErrorCode error)
    {
        return new NoWork(error.number());
    }

    @Override
    public int begin(final Entry entry)
    {
        return result;
    }

    @Override
    public void resume(final Entry entry, final MvccHeader header)
    {
        assert entry.changes().isEmpty() : "it makes no change";
    }

    @Override
    public boolean step(final Entry entry)
    {
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        assert false : "no session asks for what changes nothing";
    }
}
