package io.tourbillon.codecs;

import org.agrona.collections.Int2ObjectHashMap;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Every error a node answers with: its number on the wire, etcd's text and gRPC code where etcd has the error, and what to do.
 * Numbers are grouped (1xxx the request, 2xxx the node's state, 3xxx session and connection, 4xxx store, 5xxx cluster) and never reused.
 * The texts of etcd's errors are its contract: clients compare them.
 */
public enum ErrorCode
{
    /** The key of a range, put, delete or compare is empty. */
    KEY_NOT_PROVIDED(1001, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: key is not provided"),
    /** ignore_value or ignore_lease on a key that does not exist, or an empty op in a transaction. */
    KEY_NOT_FOUND(1002, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: key not found"),
    /** A value was given together with ignore_value. */
    VALUE_PROVIDED(1003, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: value is provided"),
    /** A lease was given together with ignore_lease. */
    LEASE_PROVIDED(1004, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: lease is provided"),
    /** More compares or operations than a transaction may have. */
    TOO_MANY_OPS(1005, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: too many operations in txn request"),
    /** A transaction writes one key twice. */
    DUPLICATE_KEY(1006, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: duplicate key given in txn request"),
    /** A sort order or target that is not known. */
    INVALID_SORT_OPTION(1007, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: invalid sort option"),
    /** The request is longer than the node takes. */
    REQUEST_TOO_LARGE(1008, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: request is too large"),
    /** The revision asked for is older than the last compaction. */
    COMPACTED(1009, GrpcCode.OUT_OF_RANGE, Action.LOOK, "etcdserver: mvcc: required revision has been compacted"),
    /** The revision asked for does not exist yet. */
    FUTURE_REVISION(1010, GrpcCode.OUT_OF_RANGE, Action.FIX_REQUEST, "etcdserver: mvcc: required revision is a future revision"),
    /** A put, a revoke or a keep-alive names a lease that does not exist. */
    LEASE_NOT_FOUND(1011, GrpcCode.NOT_FOUND, Action.LOOK, "etcdserver: requested lease not found"),
    /** A watch over a range that holds no key. */
    WATCH_RANGE_EMPTY(1012, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "mvcc: watcher range is empty"),
    /** A watch id that the session uses already. */
    WATCH_ID_DUPLICATE(1013, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "mvcc: duplicate watch ID provided on the WatchStream"),
    /** The message is not what its template says: a length, count or block that does not fit. */
    MALFORMED(1014, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "tourbillon: malformed message"),
    /** A template the node does not know. */
    UNKNOWN_TEMPLATE(1015, GrpcCode.UNIMPLEMENTED, Action.FIX_REQUEST, "tourbillon: unknown message template"),
    /** A schema or protocol version the node does not speak. */
    WRONG_VERSION(1016, GrpcCode.FAILED_PRECONDITION, Action.FIX_REQUEST, "tourbillon: unsupported protocol version"),
    /** A part of the protocol that this version does not implement. */
    NOT_SUPPORTED(1017, GrpcCode.UNIMPLEMENTED, Action.FIX_REQUEST, "tourbillon: not supported"),
    /** The request names another member than the one it reached. */
    WRONG_MEMBER(1018, GrpcCode.FAILED_PRECONDITION, Action.GO_ELSEWHERE, "tourbillon: request is for another member"),
    /** A key or range end longer than {@link Protocol#KEY_LENGTH_MAX}. */
    KEY_TOO_LARGE(1019, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST,
        "tourbillon: key or range end is longer than " + Protocol.KEY_LENGTH_MAX + " bytes"),
    /** A transaction nested deeper than the node takes. */
    TXN_TOO_DEEP(1020, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "tourbillon: transaction is nested too deep"),
    /** A grant names a lease that exists. */
    LEASE_EXISTS(1021, GrpcCode.FAILED_PRECONDITION, Action.LOOK, "etcdserver: lease already exists"),
    /** A grant asks for a longer time to live than etcd allows. */
    LEASE_TTL_TOO_LARGE(1022, GrpcCode.OUT_OF_RANGE, Action.FIX_REQUEST, "etcdserver: too large lease TTL"),
    /** Authentication cannot be enabled without a user root. */
    ROOT_USER_NOT_EXIST(1023, GrpcCode.FAILED_PRECONDITION, Action.FIX_REQUEST, "etcdserver: root user does not exist"),
    /** Authentication cannot be enabled while the user root has no role root. */
    ROOT_ROLE_NOT_EXIST(1024, GrpcCode.FAILED_PRECONDITION, Action.FIX_REQUEST, "etcdserver: root user does not have root role"),
    /** There is a user of this name. */
    USER_EXISTS(1025, GrpcCode.FAILED_PRECONDITION, Action.LOOK, "etcdserver: user name already exists"),
    /** No name was given; or nobody has logged in while authentication is enabled. */
    USER_EMPTY(1026, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: user name is empty"),
    /** There is no user of this name. */
    USER_NOT_FOUND(1027, GrpcCode.FAILED_PRECONDITION, Action.LOOK, "etcdserver: user name not found"),
    /** There is a role of this name. */
    ROLE_EXISTS(1028, GrpcCode.FAILED_PRECONDITION, Action.LOOK, "etcdserver: role name already exists"),
    /** There is no role of this name. */
    ROLE_NOT_FOUND(1029, GrpcCode.FAILED_PRECONDITION, Action.LOOK, "etcdserver: role name not found"),
    /** No name of a role was given. */
    ROLE_EMPTY(1030, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: role name is empty"),
    /** The proof of the password is wrong, or there is no such user: nobody is told which. */
    AUTH_FAILED(1031, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: authentication failed, invalid user ID or password"),
    /** A permission to be granted is none. */
    PERMISSION_NOT_GIVEN(1032, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: permission not given"),
    /** The user may not do this. Nothing was written. */
    PERMISSION_DENIED(1033, GrpcCode.PERMISSION_DENIED, Action.CALL_OPERATOR, "etcdserver: permission denied"),
    /** The user does not have the role that is to be taken away. */
    ROLE_NOT_GRANTED(1034, GrpcCode.FAILED_PRECONDITION, Action.LOOK, "etcdserver: role is not granted to the user"),
    /** The role does not have the permission that is to be taken away. */
    PERMISSION_NOT_GRANTED(1035, GrpcCode.FAILED_PRECONDITION, Action.LOOK, "etcdserver: permission is not granted to the role"),
    /** Users are not asked for who they are. */
    AUTH_NOT_ENABLED(1036, GrpcCode.FAILED_PRECONDITION, Action.FIX_REQUEST, "etcdserver: authentication is not enabled"),
    /** What the session has logged in with is not the user's any more: log in again. */
    INVALID_AUTH_TOKEN(1037, GrpcCode.UNAUTHENTICATED, Action.RECONNECT, "etcdserver: invalid auth token"),
    /** It would leave an enabled authentication without root; or a range that holds no key. */
    INVALID_AUTH_MANAGEMENT(1038, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: invalid auth management"),
    /** More users, roles or permissions than may be, or a name too long: see the limits of the state machine. */
    AUTH_LIMIT(1039, GrpcCode.RESOURCE_EXHAUSTED, Action.FIX_REQUEST,
        "tourbillon: too many users, roles or permissions, or a longer name than may be"),
    /** A verifier that is not laid out as one, or whose salt or iterations are out of bounds. */
    BAD_VERIFIER(1040, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "tourbillon: not a verifier of SCRAM-SHA-256"),
    /** A watch names no range, too many, or ranges and filters that are too long together. */
    WATCH_RANGES(1041, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "tourbillon: a watch takes 1 to 64 ranges, with its filters 16 KiB"),

    /** More entries wait to be applied than the node allows. Nothing was written. */
    TOO_MANY_REQUESTS(2001, GrpcCode.RESOURCE_EXHAUSTED, Action.BACK_OFF, "etcdserver: too many requests"),
    /** There is no leader now. */
    NO_LEADER(2002, GrpcCode.UNAVAILABLE, Action.GO_ELSEWHERE, "etcdserver: no leader"),
    /** Leadership changed while the read waited. */
    LEADER_CHANGED(2003, GrpcCode.UNAVAILABLE, Action.BACK_OFF, "etcdserver: leader changed"),
    /** The node is shutting down. */
    STOPPED(2004, GrpcCode.UNAVAILABLE, Action.GO_ELSEWHERE, "etcdserver: server stopped"),
    /** The request waited too long; a write may or may not have happened. */
    TIMEOUT(2005, GrpcCode.UNAVAILABLE, Action.UNKNOWN_OUTCOME, "etcdserver: request timed out"),
    /** Only the leader does this. */
    NOT_LEADER(2006, GrpcCode.FAILED_PRECONDITION, Action.GO_ELSEWHERE, "etcdserver: not leader"),
    /** The request was lost on its way to the leader. Nothing was written. */
    CONNECTION_LOST(2007, GrpcCode.UNAVAILABLE, Action.BACK_OFF, "etcdserver: request timed out, possibly due to connection lost"),
    /** A member saves one snapshot at a time. */
    SNAPSHOT_UNDER_WAY(2008, GrpcCode.RESOURCE_EXHAUSTED, Action.BACK_OFF, "tourbillon: another snapshot is being saved from this member"),
    /** The member asked is a learner: it serves its status, serializable ranges and snapshots alone. */
    NOT_FOR_LEARNER(2009, GrpcCode.FAILED_PRECONDITION, Action.GO_ELSEWHERE, "etcdserver: rpc not supported for learner"),

    /** The session is not known: it was closed, or timed out. */
    SESSION_UNKNOWN(3001, GrpcCode.FAILED_PRECONDITION, Action.RECONNECT, "tourbillon: unknown session"),
    /** The connection or the node has as many sessions or connections as it may. */
    TOO_MANY_SESSIONS(3002, GrpcCode.RESOURCE_EXHAUSTED, Action.BACK_OFF, "tourbillon: too many sessions"),
    /** The session has as many requests in flight as it may. Nothing was written. */
    TOO_MANY_IN_FLIGHT(3003, GrpcCode.RESOURCE_EXHAUSTED, Action.BACK_OFF, "tourbillon: too many requests in flight on this session"),
    /** The session did not take its answers; what was unanswered is unknown. */
    REPLIES_OVERRUN(3004, GrpcCode.ABORTED, Action.UNKNOWN_OUTCOME, "tourbillon: session closed, replies were not taken"),
    /** Nothing was heard from the connection for its time-out. */
    CONNECTION_TIMEOUT(3005, GrpcCode.UNAVAILABLE, Action.RECONNECT, "tourbillon: connection timed out"),
    /** Connect comes first on a connection, and once. */
    NOT_CONNECTED(3006, GrpcCode.FAILED_PRECONDITION, Action.RECONNECT, "tourbillon: not connected"),
    /** The session has as many watchers as it may. */
    TOO_MANY_WATCHERS(3007, GrpcCode.RESOURCE_EXHAUSTED, Action.FIX_REQUEST, "tourbillon: too many watchers"),
    /** Too many ranges are being read at once. */
    TOO_MANY_SCANS(3008, GrpcCode.RESOURCE_EXHAUSTED, Action.BACK_OFF, "tourbillon: too many ranges being read"),
    /** The cluster has as many leases as it may. */
    TOO_MANY_LEASES(3009, GrpcCode.RESOURCE_EXHAUSTED, Action.BACK_OFF, "tourbillon: too many leases"),
    /** The write was applied, but its long answer could not be told: too many are under way, or what it shows was compacted meanwhile. */
    ANSWER_LOST(3010, GrpcCode.ABORTED, Action.UNKNOWN_OUTCOME, "tourbillon: the request was applied, its answer is lost"),
    /** The client of a numbered write is remembered no more. Nothing was written now; an earlier try may have been. */
    CLIENT_FORGOTTEN(3011, GrpcCode.ABORTED, Action.RECONNECT, "tourbillon: the client is not remembered any more"),
    /**
     * The number of a write is below those whose outcomes are remembered, or was given to another write. Nothing was written now; an
     * earlier try may have been.
     */
    OUTCOME_FORGOTTEN(3012, GrpcCode.ABORTED, Action.UNKNOWN_OUTCOME, "tourbillon: the outcome of the write is not remembered any more"),
    /** The connection or the node has as many logins under way as it may. */
    TOO_MANY_LOGINS(3013, GrpcCode.RESOURCE_EXHAUSTED, Action.BACK_OFF, "tourbillon: too many logins under way"),
    /** Who connects does not know the connections' key of the node, or says nothing of it. */
    CONNECTION_KEY_WRONG(3014, GrpcCode.UNAUTHENTICATED, Action.FIX_REQUEST, "tourbillon: the connection's key is wrong"),

    /** The store is full. */
    NO_SPACE(4001, GrpcCode.RESOURCE_EXHAUSTED, Action.CALL_OPERATOR, "etcdserver: mvcc: database space exceeded"),
    /** The store is damaged. */
    CORRUPT(4002, GrpcCode.DATA_LOSS, Action.CALL_OPERATOR, "etcdserver: corrupt cluster"),
    /** The snapshot that was asked for could not be made, or its file not be read. */
    SNAPSHOT_FAILED(4003, GrpcCode.INTERNAL, Action.LOOK, "tourbillon: the snapshot could not be made"),

    /** No such member. */
    MEMBER_NOT_FOUND(5001, GrpcCode.NOT_FOUND, Action.FIX_REQUEST, "etcdserver: member not found"),
    /** The address is another member's. */
    PEER_URLS_EXIST(5002, GrpcCode.FAILED_PRECONDITION, Action.FIX_REQUEST, "etcdserver: Peer URLs already exists"),
    /** A promotion names a member that votes. */
    NOT_A_LEARNER(5003, GrpcCode.FAILED_PRECONDITION, Action.FIX_REQUEST, "etcdserver: can only promote a learner member"),
    /** A promotion names a learner that has less than nine tenths of the leader's log. */
    LEARNER_NOT_READY(5004, GrpcCode.FAILED_PRECONDITION, Action.BACK_OFF,
        "etcdserver: can only promote a learner member which is in sync with leader"),
    /** There are as many learners as may be. */
    TOO_MANY_LEARNERS(5005, GrpcCode.FAILED_PRECONDITION, Action.LOOK, "etcdserver: too many learner members in cluster"),
    /** The change would leave fewer started members than a majority. */
    NOT_ENOUGH_STARTED(5006, GrpcCode.FAILED_PRECONDITION, Action.LOOK,
        "etcdserver: re-configuration failed due to not enough started members"),
    /** Not one address host:port that members may have. */
    INVALID_PEER_URLS(5007, GrpcCode.INVALID_ARGUMENT, Action.FIX_REQUEST, "etcdserver: given member URLs are invalid"),
    /** The leader is not connected to enough members, or not for long enough, for a change that needs them. */
    UNHEALTHY_CLUSTER(5008, GrpcCode.UNAVAILABLE, Action.BACK_OFF, "etcdserver: unhealthy cluster"),
    /** Leadership cannot go to who is no member, or a learner. */
    BAD_TRANSFEREE(5009, GrpcCode.FAILED_PRECONDITION, Action.FIX_REQUEST, "etcdserver: bad leader transferee"),
    /** Leadership was to go to a member, and that does not lead yet. */
    TRANSFER_TIMEOUT(5010, GrpcCode.UNAVAILABLE, Action.LOOK, "etcdserver: request timed out, leader transfer took too long"),
    /** One change of members, or of the leader, at a time: this one was not begun. */
    CHANGE_UNDER_WAY(5011, GrpcCode.UNAVAILABLE, Action.BACK_OFF, "tourbillon: another change of members is under way");

    private static final Int2ObjectHashMap<ErrorCode> BY_NUMBER = new Int2ObjectHashMap<>();

    static
    {
        for (final ErrorCode code : values())
        {
            if (BY_NUMBER.put(code.number, code) != null)
            {
                throw new ExceptionInInitializerError("error number used twice: " + code.number);
            }
        }
    }

    private final int number;
    private final GrpcCode grpcCode;
    private final Action action;
    private final String message;
    private final byte[] messageBytes;

    ErrorCode(final int number, final GrpcCode grpcCode, final Action action, final String message)
    {
        this.number = number;
        this.grpcCode = grpcCode;
        this.action = action;
        this.message = message;
        this.messageBytes = message.getBytes(UTF_8);
    }

    /**
     * The error of a number. Does not allocate.
     *
     * @param number as on the wire.
     * @return the error, or null if this version does not know the number.
     */
    public static ErrorCode of(final int number)
    {
        return BY_NUMBER.get(number);
    }

    /** @return number on the wire. */
    public int number()
    {
        return number;
    }

    /** @return the gRPC status that goes with it. */
    public GrpcCode grpcCode()
    {
        return grpcCode;
    }

    /** @return what to do. */
    public Action action()
    {
        return action;
    }

    /** @return the text, etcd's own where etcd has the error. */
    public String message()
    {
        return message;
    }

    /** @return the text in UTF-8; shared, do not change it. */
    public byte[] messageBytes()
    {
        return messageBytes;
    }
}
