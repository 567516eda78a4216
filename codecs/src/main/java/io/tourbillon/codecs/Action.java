package io.tourbillon.codecs;

/** What whoever receives an {@link ErrorCode} should do. */
public enum Action
{
    /** The request is wrong; sending it again gives the same answer. */
    FIX_REQUEST,
    /** Nothing was written; try again, later and less often. */
    BACK_OFF,
    /** Nothing was written; try again on another member, the hinted leader first. */
    GO_ELSEWHERE,
    /** The state forbids it now; look at the state, then decide. */
    LOOK,
    /** Open a new session or connection. */
    RECONNECT,
    /** It may or may not have happened; read before writing again. */
    UNKNOWN_OUTCOME,
    /** An operator is needed. */
    CALL_OPERATOR
}
