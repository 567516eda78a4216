package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.api.WatchCreateRequest;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;

/** One watcher of a stream: what it wants, its two ids, and its events of revisions that are not whole yet. Link's thread. */
final class StreamWatcher
{
    private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[1]);

    /** As the client names it. */
    long id;
    /** As the node's session names it; 0 = not yet. */
    long nodeId;
    /** Gathered since the last response. */
    final ArrayList<Event> events = new ArrayList<>();
    final long wantedId;
    final boolean takesFragments;
    private final ByteString key;
    private final ByteString end;
    private final int flags;
    private final long startRevision;

    StreamWatcher(final WatchCreateRequest request)
    {
        key = request.getKey().isEmpty() ? FIRST_KEY : request.getKey();
        end = request.getRangeEnd();
        startRevision = request.getStartRevision();
        wantedId = request.getWatchId();
        takesFragments = request.getFragment();
        flags = flags(request);
    }

    private static int flags(final WatchCreateRequest request)
    {
        int flags = request.getPrevKv() ? ClientSession.WATCH_PREV_KV : 0;
        flags |= request.getProgressNotify() ? ClientSession.WATCH_PROGRESS_NOTIFY : 0;
        for (final WatchCreateRequest.FilterType filter : request.getFiltersList())
        {
            flags |= switch (filter)
            {
                case NOPUT -> ClientSession.WATCH_NO_PUT;
                case NODELETE -> ClientSession.WATCH_NO_DELETE;
                case UNRECOGNIZED -> 0;
            };
        }
        return flags;
    }

    /** Whether the node has nothing to say against it but that its id is taken, which it does not know. */
    boolean isSound()
    {
        final boolean isBounded = !end.isEmpty() && !end.equals(FIRST_KEY);
        return startRevision >= 0 &&
            (!isBounded || ByteString.unsignedLexicographicalComparator().compare(key, end) < 0);
    }

    /** Has the node watch. {@link ClientSession#watch}'s answer. */
    long watch(final ClientSession via)
    {
        return watch(via, startRevision);
    }

    /** Has the node tell it all anew from the first revision on that it has gathered, of which it has told nobody. */
    long watchAgain(final ClientSession via)
    {
        final long fromRevision = events.get(0).getKv().getModRevision();
        events.clear();
        return watch(via, fromRevision);
    }

    private long watch(final ClientSession via, final long fromRevision)
    {
        return via.watch(new UnsafeBuffer(key.toByteArray()), 0, key.size(), new UnsafeBuffer(end.toByteArray()), 0, end.size(),
            fromRevision, flags);
    }
}
