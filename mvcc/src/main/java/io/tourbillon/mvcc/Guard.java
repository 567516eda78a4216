package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpenClientDecoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Whether who asks may do what it asks for: one walker for all requests, over the very ranges that are read and written afterwards. What is
 * not said to be permitted is denied. What a request lacks by its form is said before, as in etcd. Apply thread; does not allocate.
 */
final class Guard
{
    private final AuthStore store;
    private final Cursor attachments;
    private final UnsafeBuffer place = new UnsafeBuffer(ByteBuffer.allocateDirect(Leases.ID_LENGTH + Limits.KEY_LENGTH_MAX + 1));
    private final TxnOps ops = new TxnOps();
    /** Leases whose keys the user may write, as far as the transaction that is looked at has asked. */
    private final LongHashSet writableLeases = new LongHashSet(2 * Limits.TXN_OPS_TOTAL_MAX);
    private long lookUpCount;
    private final TxnChecker checker = new TxnChecker();
    private final KeyRange range = new KeyRange();
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final PutRequestDecoder put = new PutRequestDecoder();
    private final DeleteRangeRequestDecoder delete = new DeleteRangeRequestDecoder();
    private final LeaseRequestDecoder lease = new LeaseRequestDecoder();

    Guard(final AuthStore store, final Leases leases)
    {
        this.store = store;
        attachments = leases.attachments();
    }

    Auth auth()
    {
        return store.auth();
    }

    /** Who asks is somebody whom requests can be permitted to at all: {@code SOUND} or the number of an error. */
    int refusalUnlessUser(final long credential)
    {
        return store.auth().refusalUnlessUser(credential);
    }

    /**
     * Of an entry of somebody whom {@link #refusalUnlessUser} knows. Changes of members are not asked for here: see {@link Applier}.
     *
     * @return {@code SOUND}, the number of an error of form, or that of the refusal.
     */
    int check(final Entry entry)
    {
        final Auth auth = store.auth();
        final AuthUser user = auth.isEnabled() ? auth.user(entry.credential()) : null;
        if (user == null || user.isRoot())
        {
            return SOUND;
        }
        final UnsafeBuffer message = entry.message();
        if (message.getShort(MessageHeaderDecoder.schemaIdEncodingOffset(), LITTLE_ENDIAN) != MessageHeaderDecoder.SCHEMA_ID)
        {
            return denied(); // clients have nothing to say in the members' words
        }
        return switch (messageHeader.wrap(message, 0).templateId())
        {
            case PutRequestDecoder.TEMPLATE_ID -> checkPut(user, message);
            case DeleteRangeRequestDecoder.TEMPLATE_ID -> checkDelete(user, message);
            case TxnRequestDecoder.TEMPLATE_ID -> checkTxn(user, message);
            case LeaseRequestDecoder.TEMPLATE_ID -> checkLease(user, message);
            case OpenClientDecoder.TEMPLATE_ID -> SOUND;
            default -> denied(); // compactions, alarms, users and roles are root's
        };
    }

    private static int denied()
    {
        return ErrorCode.PERMISSION_DENIED.number();
    }

    private static int unless(final boolean isPermitted)
    {
        return isPermitted ? SOUND : denied();
    }

    private int checkPut(final AuthUser user, final UnsafeBuffer message)
    {
        put.wrapAndApplyHeader(message, 0, messageHeader);
        range.read(message, put.limit());
        final int fault = TxnChecker.checkPut(range, range.endLength(), put.lease(), put.flags().ignoreValue(), put.flags().ignoreLease());
        if (fault != SOUND)
        {
            return fault;
        }
        range.toSingle(); // what lies where a range has its end is the value
        return unless(mayPut(user, range, put.flags().prevKv()) && holdAll(user.writes(), put.lease()));
    }

    private static boolean mayPut(final AuthUser user, final KeyRange key, final boolean wantsPrev)
    {
        return user.writes().contain(key) && (!wantsPrev || user.reads().contain(key));
    }

    /** A put moves its key to a lease whose holders may end it: so it needs all that the lease holds. Each lease is looked at once. */
    private boolean mayAttach(final AuthUser user, final long leaseId)
    {
        final boolean may = leaseId == Leases.NONE || writableLeases.contains(leaseId) || holdAll(user.writes(), leaseId);
        if (may && leaseId != Leases.NONE)
        {
            writableLeases.add(leaseId);
        }
        return may;
    }

    private int checkDelete(final AuthUser user, final UnsafeBuffer message)
    {
        delete.wrapAndApplyHeader(message, 0, messageHeader);
        range.read(message, delete.limit());
        final int fault = range.check();
        return fault != SOUND ? fault : unless(mayDelete(user, range, delete.flags().prevKv()));
    }

    private static boolean mayDelete(final AuthUser user, final KeyRange keys, final boolean wantsPrev)
    {
        return user.writes().contain(keys) && (!wantsPrev || user.reads().contain(keys));
    }

    private int checkTxn(final AuthUser user, final UnsafeBuffer message)
    {
        int result = ops.parse(message, 0, message.capacity());
        result = result == SOUND ? checker.check(ops) : result;
        return result == SOUND ? judge(user, ops) : result;
    }

    /** Every compare, and every op of both branches, however deep: the list is flat. */
    private int judge(final AuthUser user, final TxnOps txn)
    {
        for (int compare = 0; compare < txn.compareCount(); compare++)
        {
            txn.readCompareRange(compare, range);
            if (!user.reads().contain(range))
            {
                return denied();
            }
        }
        if (!writableLeases.isEmpty())
        {
            writableLeases.clear();
        }
        final long lookUpsEnd = lookUpCount + Limits.LEASE_LOOK_UPS_PER_TXN_MAX;
        for (int op = 0; op < txn.opCount(); op++)
        {
            if (lookUpCount >= lookUpsEnd)
            {
                return ErrorCode.TOO_MANY_OPS.number();
            }
            if (!mayRun(user, txn, op))
            {
                return denied();
            }
        }
        return SOUND;
    }

    private boolean mayRun(final AuthUser user, final TxnOps txn, final int op)
    {
        if (txn.isTxn(op))
        {
            return true; // its own compares and ops are in the list
        }
        txn.readRange(op, range);
        final boolean wantsPrev = txn.hasFlag(op, OpFlag.PREV_KV);
        if (txn.isPut(op))
        {
            range.toSingle(); // whatever a put has for an end
            return mayPut(user, range, wantsPrev) && mayAttach(user, txn.lease(op));
        }
        if (txn.isDelete(op))
        {
            return mayDelete(user, range, wantsPrev);
        }
        return txn.isRange(op) && user.reads().contain(range);
    }

    private int checkLease(final AuthUser user, final UnsafeBuffer message)
    {
        lease.wrapAndApplyHeader(message, 0, messageHeader);
        return unless(lease.operationRaw() == LeaseOperation.GRANT.value() || holdAll(user.writes(), lease.leaseId()));
    }

    // ---- reads, and what goes on

    /** What somebody may read now; null = nothing, and {@link #refusalUnlessUser} says why. */
    Grants reads(final long credential)
    {
        return store.auth().reads(credential);
    }

    /** Whether somebody may read a range: {@code SOUND} or the number of an error. */
    int checkRead(final long credential, final KeyRange keys)
    {
        final Grants reads = reads(credential);
        return reads == null ? refusalUnlessUser(credential) : unless(reads.contain(keys));
    }

    /** Whether somebody may run a transaction that only reads. */
    int checkRead(final long credential, final TxnOps txn)
    {
        final Auth auth = store.auth();
        final int refusal = auth.refusalUnlessUser(credential);
        return refusal != SOUND || !auth.isEnabled() ? refusal : judge(auth.user(credential), txn);
    }

    /** Whether somebody may see what a transaction shows that was applied: what else it does is done. */
    int checkShown(final long credential, final TxnOps txn)
    {
        final Grants reads = reads(credential);
        if (reads == null)
        {
            return refusalUnlessUser(credential);
        }
        for (int op = 0; op < txn.opCount(); op++)
        {
            final boolean isShown = txn.isRange(op) || !txn.isTxn(op) && txn.hasFlag(op, OpFlag.PREV_KV);
            txn.readRange(op, range);
            if (txn.isPut(op))
            {
                range.toSingle();
            }
            if (isShown && !reads.contain(range))
            {
                return denied();
            }
        }
        return SOUND;
    }

    /** Whether somebody may read all keys that a lease holds. */
    int checkLeaseRead(final long credential, final long leaseId)
    {
        final Grants reads = reads(credential);
        return reads == null ? refusalUnlessUser(credential) : unless(holdAll(reads, leaseId));
    }

    /** Whether somebody may change all keys that a lease holds. */
    int checkLeaseWrite(final long credential, final long leaseId)
    {
        final Auth auth = store.auth();
        final int refusal = auth.refusalUnlessUser(credential);
        return refusal != SOUND || !auth.isEnabled() ? refusal : unless(holdAll(auth.user(credential).writes(), leaseId));
    }

    /**
     * Whether all keys that a lease holds are among some: from each key that is, on to the first behind its range. So it takes as many
     * look-ups as there are ranges, however many keys the lease holds.
     */
    private boolean holdAll(final Grants grants, final long leaseId)
    {
        if (leaseId == Leases.NONE || grants == Grants.ALL)
        {
            return true;
        }
        place.putLong(0, leaseId, BIG_ENDIAN);
        int length = Leases.ID_LENGTH;
        while (lookUp(length) && attachments.key().getLong(0, BIG_ENDIAN) == leaseId)
        {
            final DirectBuffer attachment = attachments.key();
            final int at = grants.indexOf(attachment, Leases.ID_LENGTH, attachment.capacity() - Leases.ID_LENGTH);
            if (at < 0)
            {
                return false;
            }
            final DirectBuffer end = grants.end(at);
            if (end == null)
            {
                return true;
            }
            place.putBytes(Leases.ID_LENGTH, end, 0, end.capacity());
            length = Leases.ID_LENGTH + end.capacity();
        }
        return true;
    }

    private boolean lookUp(final int length)
    {
        lookUpCount++;
        return attachments.seek(place, 0, length);
    }

    /** How often a key that a lease holds was looked for. */
    long lookUpCount()
    {
        return lookUpCount;
    }
}
