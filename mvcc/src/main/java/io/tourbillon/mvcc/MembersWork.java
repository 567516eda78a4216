package io.tourbillon.mvcc;

/** Applies what members say of members: a configuration, a name that is published. */
final class MembersWork implements EntryWork
{
    private final Members members;
    private final Alarms alarms;
    private final Writer writer;
    private final Compactor compactor;

    MembersWork(final Members members, final Alarms alarms, final Writer writer, final Compactor compactor)
    {
        this.members = members;
        this.alarms = alarms;
        this.writer = writer;
        this.compactor = compactor;
    }

    @Override
    public boolean step(final Entry entry)
    {
        if (!writer.reserve(members.pagesFor(entry.message()) + alarms.pagesForForget() + compactor.pages()))
        {
            return false;
        }
        if (Members.isConfiguration(entry.message()))
        {
            members.configure(entry.message());
            alarms.forget(members);
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
