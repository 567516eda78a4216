package io.tourbillon.codecs;

import io.tourbillon.codecs.client.MessageHeaderDecoder;

/** Constants both ends of the client protocol share. */
public final class Protocol
{
    /** Version that {@code Connect} names: major * 65536 + minor. Another major is refused. */
    public static final int VERSION = 1 << 16;
    /** The version of etcd whose behaviour ours is: clients look at it before they use what not every etcd has. Three numbers, no more. */
    public static final String ETCD_VERSION = "3.6.0";
    /** Lowest schema version of a client message that is still understood. */
    public static final int SCHEMA_VERSION_MIN = 1;
    /** Aeron stream of requests, client to node. */
    public static final int REQUEST_STREAM_ID = 701;
    /** Aeron stream of answers and events, node to client. */
    public static final int RESPONSE_STREAM_ID = 702;
    /** Stream on which members send each other what is short and urgent. */
    public static final int PEER_URGENT_STREAM_ID = 711;
    /** Stream on which members send each other what may be long. */
    public static final int PEER_STREAM_ID = 712;
    /** Stream on which members send each other images of the state. */
    public static final int STATE_STREAM_ID = 713;
    /** Stream of the first broadcast that a member's option names, on its channel; the next one has the next. */
    public static final int BROADCAST_STREAM_ID = 720;
    /** The node's UDP port for requests, by default. */
    public static final int CLIENT_PORT = 2479;
    /** The node's UDP port for peers, by default. */
    public static final int PEER_PORT = 2480;
    /** The UDP port that answers come from lies this far above the one for requests. */
    public static final int RESPONSE_PORT_DISTANCE = 2;
    /** Longest request in bytes by default, SBE header included: etcd's max-request-bytes, 1.5 MiB. */
    public static final int REQUEST_LENGTH_MAX = 1536 * 1024;
    /** Longest key or range end in bytes: 8 KiB. */
    public static final int KEY_LENGTH_MAX = 8 * 1024;
    /** Leases that one request renews at most: request and answer fit a datagram of 8 KiB, and take some 50 us to apply. */
    public static final int LEASES_KEPT_ALIVE_MAX = 256;
    /** Offset of {@code requestHeader} and {@code replyHeader} in every message: right after the SBE header. */
    public static final int HEAD_OFFSET = MessageHeaderDecoder.ENCODED_LENGTH;
    /** Offset of the session id in every message. */
    public static final int SESSION_ID_OFFSET = HEAD_OFFSET;
    /** Offset of the correlation id in every message. */
    public static final int CORRELATION_ID_OFFSET = HEAD_OFFSET + Long.BYTES;
    /** Offset of the addressed member's id in every request. */
    public static final int MEMBER_ID_OFFSET = HEAD_OFFSET + 2 * Long.BYTES;
    /** Offset of a write's sequence number in every request. */
    public static final int SEQUENCE_OFFSET = HEAD_OFFSET + 3 * Long.BYTES;
    /** Offset of the lowest number of a write whose answer the client still waits for, in every request. */
    public static final int LOWEST_UNANSWERED_OFFSET = HEAD_OFFSET + 4 * Long.BYTES;
    /** Offset of the time that the client waits in every request: four bytes, unsigned, in milliseconds. */
    public static final int TIMEOUT_OFFSET = HEAD_OFFSET + 5 * Long.BYTES;
    /** Offset of the id of the client that remembers the write, in every request: four bytes, unsigned; 0 = nobody. */
    public static final int CLIENT_ID_OFFSET = TIMEOUT_OFFSET + Integer.BYTES;

    private Protocol()
    {
    }
}
