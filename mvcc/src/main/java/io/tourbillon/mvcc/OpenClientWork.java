package io.tourbillon.mvcc;

/** Applies the opening of a client whose outcomes are to be remembered; who has not written for longest may go for it. */
final class OpenClientWork implements EntryWork
{
    private final Outcomes outcomes;
    private final Writer writer;
    private final Compactor compactor;
    private final Replies replies;
    private long clientId;

    OpenClientWork(final Outcomes outcomes, final Writer writer, final Compactor compactor, final Replies replies)
    {
        this.outcomes = outcomes;
        this.writer = writer;
        this.compactor = compactor;
        this.replies = replies;
    }

    @Override
    public boolean step(final Entry entry)
    {
        if (!writer.reserve(outcomes.pagesForOpen() + compactor.pages()))
        {
            return false;
        }
        clientId = outcomes.open(entry.index());
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        replies.clientOpened(entry.sessionId(), entry.correlationId(), clientId);
    }
}
