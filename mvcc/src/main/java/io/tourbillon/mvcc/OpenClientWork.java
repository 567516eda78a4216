package io.tourbillon.mvcc;

/** Applies the opening of a client whose outcomes are to be remembered; one that has not written for long may go for it. */
final class OpenClientWork implements EntryWork
{
    private final Outcomes outcomes;
    private final AuthStore users;
    private final Writer writer;
    private final Compactor compactor;
    private final Replies replies;
    private long clientId;

    OpenClientWork(final Outcomes outcomes, final AuthStore users, final Writer writer, final Compactor compactor, final Replies replies)
    {
        this.outcomes = outcomes;
        this.users = users;
        this.writer = writer;
        this.compactor = compactor;
        this.replies = replies;
    }

    @Override
    public boolean step(final Entry entry)
    {
        final long ownerId = users.auth().idOf(entry.credential());
        if (!writer.reserve(outcomes.pagesForOpen(ownerId) + compactor.pages()))
        {
            return false;
        }
        clientId = outcomes.open(entry.index(), ownerId);
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        replies.clientOpened(entry.sessionId(), entry.correlationId(), clientId);
    }
}
