package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.AuthRequestDecoder;
import io.tourbillon.codecs.client.CompactRequestDecoder;
import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.LeasesKeepAliveDecoder;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import io.tourbillon.codecs.client.StatusRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import io.tourbillon.codecs.client.WatchCancelDecoder;
import io.tourbillon.codecs.client.WatchCreateDecoder;
import io.tourbillon.codecs.client.WatchProgressRequestDecoder;
import io.tourbillon.codecs.client.WatchRangesCreateDecoder;

import java.util.Locale;

/** What clients ask for, as it is counted. */
public enum RequestKind
{
    /** One key is written. */
    PUT,
    /** Keys are deleted. */
    DELETE,
    /** Several operations at once, be it that they only read. */
    TXN,
    /** Keys are read. */
    RANGE,
    /** History is given up. */
    COMPACTION,
    /** Anything about leases. */
    LEASE,
    /** A watch is begun, ended, or asked how far it is. */
    WATCH,
    /** Anything about members. */
    MEMBER,
    /** Alarms and snapshots. */
    MAINTENANCE,
    /** Anything about users, roles and permissions. */
    AUTH,
    /** A member's figures. */
    STATUS,
    /** What this version does not know or serve. */
    OTHER;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Does not allocate. */
    static RequestKind of(final int templateId)
    {
        return switch (templateId)
        {
            case PutRequestDecoder.TEMPLATE_ID -> PUT;
            case DeleteRangeRequestDecoder.TEMPLATE_ID -> DELETE;
            case TxnRequestDecoder.TEMPLATE_ID -> TXN;
            case RangeRequestDecoder.TEMPLATE_ID -> RANGE;
            case CompactRequestDecoder.TEMPLATE_ID -> COMPACTION;
            case LeaseRequestDecoder.TEMPLATE_ID, LeasesKeepAliveDecoder.TEMPLATE_ID -> LEASE;
            case WatchCreateDecoder.TEMPLATE_ID, WatchRangesCreateDecoder.TEMPLATE_ID, WatchCancelDecoder.TEMPLATE_ID,
                WatchProgressRequestDecoder.TEMPLATE_ID -> WATCH;
            case MemberRequestDecoder.TEMPLATE_ID -> MEMBER;
            case MaintenanceRequestDecoder.TEMPLATE_ID -> MAINTENANCE;
            case AuthRequestDecoder.TEMPLATE_ID -> AUTH;
            case StatusRequestDecoder.TEMPLATE_ID -> STATUS;
            default -> OTHER;
        };
    }

    /** @return in lower case, for figures. */
    public String label()
    {
        return label;
    }
}
