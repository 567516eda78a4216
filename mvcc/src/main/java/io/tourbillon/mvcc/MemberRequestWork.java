package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;

/**
 * Answers a change of members: its configurations are in the log before it, so they are applied. Itself it only notes that who was added is
 * to vote.
 */
final class MemberRequestWork implements EntryWork
{
    private final MemberList list;
    private final Members members;
    private final Writer writer;
    private final Compactor compactor;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final MemberRequestDecoder request = new MemberRequestDecoder();

    MemberRequestWork(final MemberList list, final Members members, final Writer writer, final Compactor compactor)
    {
        this.list = list;
        this.members = members;
        this.writer = writer;
        this.compactor = compactor;
    }

    @Override
    public boolean step(final Entry entry)
    {
        request.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        if (request.operationRaw() != MemberOperation.ADD.value())
        {
            return true;
        }
        if (!writer.reserve(members.pagesForPromise() + compactor.pages()))
        {
            return false;
        }
        members.promise(request.targetId());
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        final long targetId = request.wrapAndApplyHeader(entry.message(), 0, messageHeader).targetId();
        list.answer(entry.sessionId(), entry.correlationId(), targetId);
    }
}
