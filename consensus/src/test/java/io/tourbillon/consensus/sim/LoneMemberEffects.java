package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftEffects;
import org.agrona.DirectBuffer;

/** Of a member that has nobody to talk to: whatever it would say to others is a failure. */
interface LoneMemberEffects extends RaftEffects
{
    private static SimFailure nobody()
    {
        return new SimFailure("there is nobody to talk to");
    }

    @Override
    default void appendConfiguration(final long term, final long index, final Configuration configuration)
    {
        throw nobody();
    }

    @Override
    default boolean appendEntry(final DirectBuffer buffer, final int offset, final int length)
    {
        throw nobody();
    }

    @Override
    default boolean truncateFrom(final long index)
    {
        throw nobody();
    }

    @Override
    default void abandonReads(final long readId)
    {
        throw nobody();
    }

    @Override
    default void sendVoteRequest(
        final long toId, final long term, final long lastIndex, final long lastTerm, final boolean isPreVote, final boolean isTransfer)
    {
        throw nobody();
    }

    @Override
    default void sendVoteReply(final long toId, final long term, final boolean isGranted, final boolean isPreVote)
    {
        throw nobody();
    }

    @Override
    default long sendEntries(
        final long toId, final long term, final long prevIndex, final long prevTerm, final long lastIndex, final long commitIndex)
    {
        throw nobody();
    }

    @Override
    default void sendAppendReply(final long toId, final long term, final long matchIndex)
    {
        throw nobody();
    }

    @Override
    default void sendAppendRefusal(final long toId, final long term, final long rejectedIndex, final long hintIndex)
    {
        throw nobody();
    }

    @Override
    default boolean sendHeartbeat(final long toId, final long term, final long commitIndex, final long round)
    {
        throw nobody();
    }

    @Override
    default void sendHeartbeatReply(final long toId, final long term, final long round)
    {
        throw nobody();
    }

    @Override
    default void sendTimeoutNow(final long toId, final long term)
    {
        throw nobody();
    }

    @Override
    default void sendSnapshot(final long toId)
    {
        throw nobody();
    }

    @Override
    default void onConfiguration(final Configuration configuration)
    {
        SimFailure.unless(configuration.members().size() == 1, "a lone member has members " + configuration);
    }
}
