package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.LastHead;
import io.tourbillon.transport.client.WatchEvent;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.WatchCreateRequest;
import io.tourbillon.transport.etcd.api.WatchRequest;
import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;
import io.tourbillon.transport.etcd.node.SessionEvents;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Set;

/**
 * One stream of watchers, on a session of the node of its own. Requests are served one after the other: the next one once the watch before
 * it stands. While the client does not take its responses neither requests nor event credit go on. Link's thread.
 */
final class WatchStream implements SessionEvents
{
    /** Names no watcher, or all. */
    static final long NO_ID = -1;

    /** Requests that are let in before those before them are served; requests for progress that are answered one by one. */
    private static final int REQUESTS_AHEAD = 16;

    private final NodeLink link;
    private final Set<WatchStream> streams;
    private final ServerCallStreamObserver<WatchResponse> answers;
    private final WatchOutput output;
    private final ArrayDeque<WatchRequest> requests = new ArrayDeque<>();
    private final Long2ObjectHashMap<StreamWatcher> watchers = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<StreamWatcher> byNodeId = new Long2ObjectHashMap<>();
    /** Those with events of the message, or the revision, that is being told. */
    private final ArrayList<StreamWatcher> touched = new ArrayList<>();
    private final SharedEvents events = new SharedEvents();
    private final WatchCancels cancels;
    private NodeSession session;
    private StreamWatcher creating;
    private ResponseHeader lastHeader = ResponseHeader.getDefaultInstance();
    private long latestRevision;
    private long nextId;
    private int servedCount;
    private int progressWanted;
    private int progressAsked;
    private boolean isRetrying;
    private boolean isCreditHeld;
    private boolean isEnded;

    WatchStream(
        final NodeLink link,
        final Set<WatchStream> streams,
        final ServerCallStreamObserver<WatchResponse> answers,
        final int fragmentBytesMax)
    {
        this.link = link;
        this.streams = streams;
        this.answers = answers;
        output = new WatchOutput(answers, fragmentBytesMax);
        cancels = new WatchCancels(link);
    }

    /** On the thread that the stream begins on. */
    void begin(final Callers callers)
    {
        answers.disableAutoRequest();
        answers.setOnCancelHandler(() -> link.execute(this::close));
        answers.setOnCloseHandler(() -> link.execute(this::close)); // also if somebody before us has ended it
        answers.setOnReadyHandler(() -> link.execute(this::onReady));
        session = callers.open(this);
        link.execute(() ->
        {
            streams.add(this);
            link.onListener(1);
            session.client().disclaimWrites();
        });
        answers.request(REQUESTS_AHEAD);
    }

    /** What the stream's requests are told to. That no more come does not end it: who asks by a single request could not listen. */
    StreamObserver<WatchRequest> requests()
    {
        return new StreamObserver<>()
        {
            @Override
            public void onNext(final WatchRequest request)
            {
                link.execute(() -> onRequest(request));
            }

            @Override
            public void onError(final Throwable cause)
            {
                link.execute(WatchStream.this::close);
            }

            @Override
            public void onCompleted()
            {
            }
        };
    }

    /** Ends the stream from this side. */
    void end(final Status status)
    {
        if (!isEnded)
        {
            close();
            answers.onError(status.asRuntimeException());
        }
    }

    private void close()
    {
        if (!isEnded)
        {
            isEnded = true;
            streams.remove(this);
            link.onListener(-1);
            session.close();
            output.clear();
            requests.clear();
        }
    }

    private void onRequest(final WatchRequest request)
    {
        if (!isEnded)
        {
            requests.add(request);
            serve();
        }
    }

    private void serve()
    {
        while (creating == null && !requests.isEmpty())
        {
            final WatchRequest request = requests.poll();
            servedCount++;
            switch (request.getRequestUnionCase())
            {
                case CREATE_REQUEST -> create(request.getCreateRequest());
                case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
                case PROGRESS_REQUEST ->
                {
                    progressWanted = Math.min(progressWanted + 1, REQUESTS_AHEAD);
                    askProgress();
                }
                default ->
                {
                } // of a later version: etcd ignores it, too
            }
        }
        regulate();
    }

    private void create(final WatchCreateRequest request)
    {
        final StreamWatcher watcher = new StreamWatcher(request);
        if (watcher.wantedId != 0 && watchers.containsKey(watcher.wantedId) && watcher.isSound())
        {
            output.refused(header(latestRevision()), reason(ErrorCode.WATCH_ID_DUPLICATE));
            return;
        }
        if (session.client().isClosed())
        {
            output.refused(header(latestRevision()), reason(ErrorCode.INVALID_AUTH_TOKEN));
            return;
        }
        creating = watcher;
        final long nodeId = watcher.watch(session.client());
        if (creating == watcher) // else it was refused at once
        {
            watcher.nodeId = nodeId;
            byNodeId.put(nodeId, watcher);
        }
    }

    private void cancel(final long watchId)
    {
        final StreamWatcher watcher = watchers.remove(watchId);
        if (watcher != null)
        {
            byNodeId.remove(watcher.nodeId);
            touched.remove(watcher);
            cancels.cancel(session.client(), watcher.nodeId);
            output.canceled(header(latestRevision()), watchId, 0, "");
        }
    }

    /** Asks how far all watchers are, once they all stand: of one that does not the answer would say nothing. */
    private void askProgress()
    {
        if (progressWanted == 0 || progressAsked > 0 || isEnded || !isStanding())
        {
            return;
        }
        final long refusal = session.client().progress();
        if (refusal < 0)
        {
            retryAfter(refusal);
        }
        else
        {
            progressAsked = progressWanted;
        }
    }

    private boolean isStanding()
    {
        for (final StreamWatcher watcher : watchers.values())
        {
            if (!session.client().isWatchCreated(watcher.nodeId))
            {
                return false;
            }
        }
        return true;
    }

    private void retryAfter(final long refusal)
    {
        if (refusal == ClientResult.BACK_PRESSURED && !isRetrying)
        {
            isRetrying = true;
            link.execute(() ->
            {
                isRetrying = false;
                askProgress();
            });
        }
        // else it is asked when the session is open again
    }

    private void onReady()
    {
        output.drain();
        regulate();
    }

    /** Lets in what there is room for. */
    private void regulate()
    {
        if (isEnded)
        {
            return;
        }
        if (servedCount > 0 && !output.isClogged())
        {
            answers.request(servedCount);
            servedCount = 0;
        }
        if (isCreditHeld != output.isClogged())
        {
            isCreditHeld = output.isClogged();
            session.client().holdCredit(isCreditHeld);
        }
    }

    @Override
    public void onWatchCreated(final long nodeId, final long revision)
    {
        final StreamWatcher watcher = byNodeId.get(nodeId);
        if (watcher != null && watcher == creating)
        {
            creating = null;
            watcher.id = watcher.wantedId == 0 ? takeId() : watcher.wantedId;
            watchers.put(watcher.id, watcher);
            output.created(header(revision), watcher.id);
            serve();
        }
        askProgress();
    }

    private long takeId()
    {
        while (watchers.containsKey(nextId))
        {
            nextId++;
        }
        return nextId++;
    }

    @Override
    public void onWatchCanceled(final long nodeId, final int errorCode, final long compactRevision)
    {
        StreamWatcher watcher = byNodeId.remove(nodeId);
        if (watcher == null && creating != null && creating.nodeId == 0)
        {
            watcher = creating; // refused before it had an id
        }
        if (watcher == null || isEnded)
        {
            return; // the client has canceled it
        }
        final ErrorCode code = ErrorCode.of(errorCode);
        if (watcher == creating)
        {
            creating = null;
            output.refused(header(latestRevision()), reason(code));
            serve();
        }
        else
        {
            watchers.remove(watcher.id);
            touched.remove(watcher); // what it has gathered does not become whole
            output.canceled(header(latestRevision()), watcher.id, compactRevision, code == ErrorCode.COMPACTED ? "" : reason(code));
            regulate();
        }
        askProgress();
    }

    @Override
    public void onWatchEvent(final long nodeId, final WatchEvent event)
    {
        final StreamWatcher watcher = byNodeId.get(nodeId);
        if (watcher != null)
        {
            if (watcher.events.isEmpty())
            {
                touched.add(watcher);
            }
            watcher.events.add(events.of(event));
        }
    }

    @Override
    public void onWatchEventsEnd(final long revision, final boolean isFragment)
    {
        events.onMessageEnd();
        if (isFragment)
        {
            return; // a revision is told whole
        }
        final ResponseHeader header = header(revision);
        for (final StreamWatcher watcher : touched)
        {
            output.events(header, watcher);
            watcher.events.clear();
        }
        touched.clear();
        regulate();
    }

    @Override
    public void onWatchProgress(final long nodeId, final long revision)
    {
        if (nodeId != NO_ID)
        {
            final StreamWatcher watcher = byNodeId.get(nodeId);
            if (watcher != null && watcher != creating)
            {
                output.progress(header(revision), watcher.id);
            }
        }
        else if (progressAsked > 0 && isStanding())
        {
            for (int i = 0; i < progressAsked; i++)
            {
                output.progress(header(revision), NO_ID);
            }
            progressWanted -= progressAsked;
            progressAsked = 0;
        }
        else
        {
            progressAsked = 0;
        }
        askProgress();
        regulate();
    }

    @Override
    public void onProgressRefused()
    {
        progressAsked = 0;
        retryAfter(ClientResult.BACK_PRESSURED);
    }

    @Override
    public void onOpened(final NodeSession opened)
    {
        progressAsked = 0; // the node has forgotten it
        cancels.send(opened.client());
        askProgress();
    }

    @Override
    public void onClosed(final NodeSession closed, final int errorCode)
    {
        if (isEnded)
        {
            return;
        }
        progressAsked = 0;
        events.onMessageEnd();
        if (closed.client().isClosed())
        {
            loseAll(reason(ErrorCode.of(errorCode)));
        }
        else if (errorCode == ErrorCode.TOO_MANY_SESSIONS.number())
        {
            end(Failures.of(errorCode));
        }
        else
        {
            beginWholeRevisionsAgain();
        }
    }

    /** The session is over for good: nobody is who its user says he is. */
    private void loseAll(final String reason)
    {
        final ResponseHeader header = header(latestRevision());
        watchers.values().forEach(watcher -> output.canceled(header, watcher.id, 0, reason));
        watchers.clear();
        byNodeId.clear();
        touched.clear();
        if (creating != null)
        {
            creating = null;
            output.refused(header, reason);
        }
        serve();
    }

    /**
     * The client would go on within the revision that was cut off, and would say nothing of a watcher that has all of it: such ones are
     * watched anew.
     */
    private void beginWholeRevisionsAgain()
    {
        for (final StreamWatcher watcher : touched)
        {
            byNodeId.remove(watcher.nodeId);
            cancels.cancel(session.client(), watcher.nodeId);
            watcher.nodeId = watcher.watchAgain(session.client());
            byNodeId.put(watcher.nodeId, watcher);
        }
        touched.clear();
    }

    private long latestRevision()
    {
        latestRevision = Math.max(latestRevision, head().revision());
        return latestRevision;
    }

    private LastHead head()
    {
        return session.client().connection().lastHead();
    }

    /** The same object as long as it says the same. */
    private ResponseHeader header(final long revision)
    {
        final LastHead head = head();
        if (lastHeader.getRevision() != revision || lastHeader.getRaftTerm() != head.raftTerm() ||
            lastHeader.getMemberId() != head.memberId())
        {
            lastHeader = ResponseHeader.newBuilder().setClusterId(head.clusterId()).setMemberId(head.memberId())
                .setRevision(revision).setRaftTerm(head.raftTerm()).build();
        }
        latestRevision = Math.max(latestRevision, revision);
        return lastHeader;
    }

    /** As etcd puts it: what its store says is a text, what its gRPC side says is Go's text of a status. */
    private static String reason(final ErrorCode code)
    {
        if (code == null)
        {
            return "";
        }
        return switch (code)
        {
            case COMPACTED, WATCH_RANGE_EMPTY, WATCH_ID_DUPLICATE -> code.message();
            default -> Failures.inGo(Failures.of(code));
        };
    }
}
