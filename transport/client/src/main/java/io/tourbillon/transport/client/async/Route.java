package io.tourbillon.transport.client.async;

/** Which members a client's requests go to. All serve all; the leader answers writes and linearizable reads sooner than the others. */
public enum Route
{
    /** All to one member: the first endpoint that answers, another when that is lost. */
    ANY,
    /** All to the leader: by what members say of it the client moves there, and after it when another one leads. */
    LEADER,
    /**
     * Writes and linearizable reads to the leader; serializable reads and watches, by a second connection, to one of the endpoints, by
     * chance, so that many clients spread over the members; do not name learners among them, which refuse watches. What is read so may lie
     * behind what the same client has written.
     */
    SPREAD
}
