package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.codecs.record.ConfigurationDecoder;
import io.tourbillon.codecs.record.MemberPublishedDecoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.BIG_ENDIAN;

/**
 * Tree {@code members}: what the log has said of the cluster's members.
 * <pre>
 *  key 1         value: the newest configuration, as it stands in its entry
 *  key 2, id(8)  value: what the member has published of itself, as it stands in its entry
 *  key 3, id(8)  no value: the member was removed, its id is never used again
 *  key 4, id(8)  no value: the member was added as a voter; until it has the log it is a learner
 * </pre>
 * Ids are big endian. Apply thread, but for {@link #isRemoved}, {@link #isPublished}, {@link #isPromised} and {@link #changeCount}:
 * changes are rare and leave sets that never change.
 */
public final class Members
{
    private static final byte CONFIGURATION = 1;
    private static final byte PUBLISHED = 2;
    private static final byte REMOVED = 3;
    private static final byte PROMISED = 4;
    private static final int KEY_LENGTH = 1 + Long.BYTES;

    private final Tree tree;
    private final MvccHeader header;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_LENGTH]);
    private final UnsafeBuffer configuration = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer record = new UnsafeBuffer(0, 0);
    private volatile LongHashSet publishedIds;
    private volatile LongHashSet removedIds;
    private volatile LongHashSet promisedIds;
    private volatile int changeCount;

    Members(final Tree tree, final MvccHeader header)
    {
        this.tree = tree;
        this.header = header;
        load();
    }

    /** Again, when another state has taken the place of what the store held. */
    void load()
    {
        publishedIds = idsOf(PUBLISHED);
        removedIds = idsOf(REMOVED);
        promisedIds = idsOf(PROMISED);
        changeCount++;
    }

    private LongHashSet idsOf(final byte kind)
    {
        final LongHashSet ids = new LongHashSet();
        final Cursor cursor = tree.cursor();
        for (boolean isThere = cursor.seek(keyOf(kind, 0), 0, KEY_LENGTH);
            isThere && cursor.key().getByte(0) == kind; isThere = cursor.next())
        {
            ids.add(cursor.key().getLong(1, BIG_ENDIAN));
        }
        return ids;
    }

    /**
     * @return the newest configuration applied, a whole message of the records' schema, valid until the next entry is applied; null if
     *     there was none: the members are those that the cluster began with.
     */
    public DirectBuffer configuration()
    {
        return tree.get(keyOf(CONFIGURATION, 0), 0, 1, configuration) ? configuration : null;
    }

    /**
     * @param memberId of anybody.
     * @return what it has published, a whole message of the records' schema, valid until the next call or entry; null if nothing.
     */
    public DirectBuffer published(final long memberId)
    {
        return tree.get(keyOf(PUBLISHED, memberId), 0, KEY_LENGTH, record) ? record : null;
    }

    /**
     * @param memberId of anybody.
     * @return true if it was a member once and never will be again. Any thread; perhaps a moment old.
     */
    public boolean isRemoved(final long memberId)
    {
        return removedIds.contains(memberId);
    }

    /**
     * @param memberId of anybody.
     * @return true if it has published its name: it was started. Any thread; perhaps a moment old.
     */
    public boolean isPublished(final long memberId)
    {
        return publishedIds.contains(memberId);
    }

    /**
     * @param memberId of anybody.
     * @return true if it was added as a voter, be it that it is a learner yet. Any thread; perhaps a moment old.
     */
    public boolean isPromised(final long memberId)
    {
        return promisedIds.contains(memberId);
    }

    /** @return grows with each change. Any thread. */
    public int changeCount()
    {
        return changeCount;
    }

    /**
     * The members of a state that nobody works on.
     *
     * @param store opened by the caller.
     * @return as {@link #configuration()}, valid as long as the store is open.
     */
    public static DirectBuffer configurationIn(final TreeStore store)
    {
        final UnsafeBuffer value = new UnsafeBuffer(0, 0);
        return store.tree(Mvcc.MEMBERS_TREE).get(new UnsafeBuffer(new byte[]{CONFIGURATION}), 0, 1, value) ? value : null;
    }

    /** The newest cluster version that a member's build applies; that of the first ones if it has published nothing. */
    int applyVersionOf(final long memberId)
    {
        final DirectBuffer message = published(memberId);
        return message == null ? ApplyVersion.FIRST : applyVersionIn(message);
    }

    /** The lowest of all that members have published. */
    int lowestPublished()
    {
        return applyVersionOf(lowestPublisher());
    }

    /** One of those that have published the lowest; 0 if nobody has published anything. */
    long lowestPublisher()
    {
        long lowestId = 0;
        int lowest = Integer.MAX_VALUE;
        for (final long memberId : publishedIds)
        {
            if (applyVersionOf(memberId) < lowest)
            {
                lowestId = memberId;
                lowest = applyVersionOf(memberId);
            }
        }
        return lowestId;
    }

    private static int applyVersionIn(final DirectBuffer message)
    {
        final int version = new MemberPublishedDecoder().wrapAndApplyHeader(message, 0, new MessageHeaderDecoder()).applyVersion();
        return version == MemberPublishedDecoder.applyVersionNullValue() ? ApplyVersion.FIRST : version;
    }

    // ---- changes: reserve first

    /** Pages that {@link #configure} or {@link #publish} needs at most. */
    int pagesFor(final DirectBuffer message)
    {
        return tree.pagesForPut(message.capacity()) + goneCount(message) * (tree.pagesForPut(0) + 2 * tree.pagesForRemove());
    }

    /** The message is the configuration from now on; whoever is in the one before and not in this one is gone for good. */
    void configure(final DirectBuffer message)
    {
        final DirectBuffer before = configuration();
        if (before != null)
        {
            final LongHashSet now = idsIn(message);
            final LongHashSet gone = idsIn(before);
            gone.removeAll(now);
            // In the order of their ids, which are the same on all members; what is hashed must be, too.
            gone.stream().sorted().forEach(this::remove);
        }
        put(CONFIGURATION, 0, 1, message);
    }

    private void remove(final long memberId)
    {
        tree.put(keyOf(REMOVED, memberId), 0, KEY_LENGTH, key, 0, 0);
        tree.remove(keyOf(PUBLISHED, memberId), 0, KEY_LENGTH);
        tree.remove(keyOf(PROMISED, memberId), 0, KEY_LENGTH);
    }

    int pagesForPromise()
    {
        return tree.pagesForPut(0);
    }

    /** The member was added as a voter. */
    void promise(final long memberId)
    {
        tree.put(keyOf(PROMISED, memberId), 0, KEY_LENGTH, key, 0, 0);
        header.stateHash(Bytes.mix(header.stateHash(), memberId));
        load();
    }

    /** What a member says of itself; nothing if it was removed. */
    void publish(final long memberId, final DirectBuffer message)
    {
        if (!isRemoved(memberId))
        {
            put(PUBLISHED, memberId, KEY_LENGTH, message);
        }
    }

    private void put(final byte kind, final long memberId, final int keyLength, final DirectBuffer message)
    {
        tree.put(keyOf(kind, memberId), 0, keyLength, message, 0, message.capacity());
        header.stateHash(Bytes.hash(header.stateHash(), message, 0, message.capacity()));
        load();
    }

    private int goneCount(final DirectBuffer message)
    {
        final DirectBuffer before = isConfiguration(message) ? configuration() : null;
        if (before == null)
        {
            return 0;
        }
        final LongHashSet gone = idsIn(before);
        gone.removeAll(idsIn(message));
        return gone.size();
    }

    static boolean isConfiguration(final DirectBuffer message)
    {
        return new MessageHeaderDecoder().wrap(message, 0).templateId() == ConfigurationDecoder.TEMPLATE_ID;
    }

    static long publisherOf(final DirectBuffer message)
    {
        return new MemberPublishedDecoder().wrapAndApplyHeader(message, 0, new MessageHeaderDecoder()).memberId();
    }

    /** Those of a configuration. */
    static ConfigurationDecoder.MembersDecoder membersIn(final DirectBuffer message)
    {
        return new ConfigurationDecoder().wrapAndApplyHeader(message, 0, new MessageHeaderDecoder()).members();
    }

    private static LongHashSet idsIn(final DirectBuffer message)
    {
        final LongHashSet ids = new LongHashSet();
        for (final ConfigurationDecoder.MembersDecoder member : membersIn(message))
        {
            ids.add(member.id());
            member.skipName();
            member.skipPeerUrls();
            member.skipClientUrls();
        }
        return ids;
    }

    private UnsafeBuffer keyOf(final byte kind, final long memberId)
    {
        key.putByte(0, kind);
        key.putLong(1, memberId, BIG_ENDIAN);
        return key;
    }
}
