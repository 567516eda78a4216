package io.tourbillon.transport.aeron;

/**
 * A session that is behind, as {@link SlowSessions#list()} tells of it.
 *
 * @param connectionId    of its connection.
 * @param sessionId       of the session.
 * @param credential      of the user who has logged in, see {@link Node#userName}; 0 = nobody.
 * @param why             it is behind.
 * @param revisionsBehind that it has not been told of yet, whether there is an event for it or not.
 * @param bytesWaiting    of answers that it has not made room for.
 * @param sinceMs         for how long it has been behind whenever it was looked at, twice a second.
 */
public record SlowSession(
    long connectionId, long sessionId, long credential, Why why, long revisionsBehind, long bytesWaiting, long sinceMs)
{
    /** Why a session is behind. */
    public enum Why
    {
        /** Its stream is full, or it has given no credit for events. */
        NOT_READING("not reading"),
        /** It reads what has happened before, as fast as it can. */
        CATCHING_UP("catching up"),
        /** The node has not come to tell those who watch yet. */
        NOT_FANNED_OUT("not fanned out");

        private final String label;

        Why(final String label)
        {
            this.label = label;
        }

        /** @return in words. */
        public String label()
        {
            return label;
        }
    }
}
