package io.tourbillon.mvcc;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Applies what members say of members: a configuration, a name that is published. */
final class MembersWork implements EntryWork
{
    private final Members members;
    private final Writer writer;
    private final Compactor compactor;

    MembersWork(final Members members, final Writer writer, final Compactor compactor)
    {
        this.members = members;
        this.writer = writer;
        this.compactor = compactor;
    }

    @Override
    public int begin(final Entry entry)
    {
        return SOUND;
    }

    @Override
    public void resume(final Entry entry, final MvccHeader header)
    {
        assert entry.changes().isEmpty() : "it changes no key";
    }

    @Override
    public boolean step(final Entry entry)
    {
        if (!writer.reserve(members.pagesFor(entry.message()) + compactor.pages()))
        {
            return false;
        }
        if (Members.isConfiguration(entry.message()))
        {
            members.configure(entry.message());
        }
        else
        {
            members.publish(Members.publisherOf(entry.message()), entry.message());
        }
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        assert false : "nobody waits for what members say of themselves";
    }
}
