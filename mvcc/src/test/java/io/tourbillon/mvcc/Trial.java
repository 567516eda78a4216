package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.OpKind;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A member, the model and, unless that is left out, an etcd, each in the same state; what is done to one is done to all, and their answers
 * must be the same.
 */
final class Trial implements AutoCloseable
{
    private static final String ETCD = "etcd";
    private static final int TRANSCRIPT_MAX = 40;
    private static final int ANSWER_LENGTH_MAX = 400;

    final EtcdModel model = new EtcdModel();
    private final Member member;
    private final RealEtcd etcd;
    private final Deque<Step> transcript = new ArrayDeque<>();
    private final Set<Long> compactedWatchIds = new HashSet<>();
    private int stepCount;
    private int notSentCount;

    Trial(final Member member, final boolean withEtcd)
    {
        this.member = member;
        etcd = withEtcd ? new RealEtcd() : null;
    }

    /** Does a step; throws a {@link Difference} if the answers differ. */
    void run(final Step step)
    {
        stepCount++;
        transcript.add(step);
        if (transcript.size() > TRANSCRIPT_MAX)
        {
            transcript.remove();
        }
        step.on(this);
    }

    void request(final Step.Request request)
    {
        final Op op = request.op();
        final String expected = model.run(op);
        final String ours = request.isLogged() ? member.runLogged(op) : member.run(op);
        require("the model", expected, ours);
        requireOfEtcd(() -> etcd(op, expected), ours);
    }

    private String etcd(final Op op, final String expected)
    {
        final Op asked = ChosenDifference.asForEtcd(op);
        if (op.kind == OpKind.TXN && expected.equals("error " + ErrorCode.DUPLICATE_KEY.number()))
        {
            final String judgement = etcd.store().judge(asked);
            notSentCount += judgement.equals(expected) ? 0 : 1; // PUT_IN_DELETED_RANGE
            return expected;
        }
        return etcd.store().run(asked, model.ranges);
    }

    void compact(final Step.Compact compact)
    {
        settleWatchers();
        final String expected = model.compact(compact.revision());
        final String ours = member.compact(compact.revision(), compact.isPhysical());
        require("the model", expected, ours);
        requireOfEtcd(() -> etcd.store().compact(compact.revision(), compact.isPhysical()), ours);
    }

    /**
     * Compaction cancels a watcher that has not read its past yet, and only an event tells that an etcd's watcher has: one that found
     * nothing in its past is given something to find.
     */
    private void settleWatchers()
    {
        for (final EtcdModel.ModelWatcher watcher : List.copyOf(model.watchers.values()))
        {
            if (watcher.start <= model.revision && watcher.expected.isEmpty())
            {
                request(new Step.Request(Op.put(watcher.key, "to be found"), false));
                if ((watcher.flags & Watcher.NO_PUT) != 0)
                {
                    request(new Step.Request(Op.delete(watcher.key, ""), false));
                }
            }
        }
        checkEvents();
    }

    void watch(final Step.Watch watch)
    {
        if (watch.start() == model.compactRevision && model.hasDeleteAtCompactedRevision())
        {
            return; // DELETE_AT_COMPACTED_REVISION
        }
        if (compactedWatchIds.contains(watch.id()))
        {
            return; // WATCH_ID_AFTER_COMPACTION
        }
        final String ours = member.watch(watch.id(), watch.key(), watch.end(), watch.start(), watch.flags());
        requireOfEtcd(() -> etcd.store().watches().create(watch), ours);
        if (!ours.startsWith("created"))
        {
            return;
        }
        final long id = Long.parseLong(ours.split(" ")[1]);
        if (!model.watch(id, watch.key(), watch.end(), watch.start(), watch.flags()))
        {
            requireOfEtcd(() -> etcd.store().watches().awaitCancel(id) + " ''", member.endOfWatch());
            compactedWatchIds.add(id);
        }
    }

    void cancel(final Step.Cancel cancel)
    {
        final List<Long> ids = new ArrayList<>(model.watchers.keySet());
        if (cancel.place() < ids.size())
        {
            final long id = ids.get(cancel.place());
            checkEvents(id);
            final String ours = member.cancel(id);
            requireOfEtcd(() -> etcd.store().watches().cancel(id), ours);
            forget(id);
        }
    }

    /** Ids are used again. */
    private void forget(final long id)
    {
        model.watchers.remove(id);
        member.forget(id);
        if (etcd != null)
        {
            etcd.store().watches().forget(id);
        }
    }

    void grant(final Step.Grant grant)
    {
        final String ours = member.grant(grant.id(), TimeUnit.SECONDS.toMillis(grant.ttlS()));
        require("the model", model.grant(grant.id(), TimeUnit.SECONDS.toMillis(grant.ttlS())), ours);
        requireOfEtcd(() -> etcd.store().grant(grant.id(), grant.ttlS()), ours);
    }

    void revoke(final Step.Revoke revoke)
    {
        final String ours = member.revoke(revoke.id());
        require("the model", model.revoke(revoke.id()), ours);
        requireOfEtcd(() -> etcd.store().revoke(revoke.id()), ours);
    }

    /** How much time is left is not compared: the clocks differ. */
    void timeToLive(final Step.TimeToLive timeToLive)
    {
        final String ours = withoutTime(member.timeToLive(timeToLive.id(), true));
        require("the model", withoutTime(model.timeToLive(timeToLive.id(), 0)), ours);
        requireOfEtcd(() -> withoutTime(etcd.store().timeToLive(timeToLive.id())), ours);
    }

    private static String withoutTime(final String answer)
    {
        return answer.replaceFirst(" ttl [0-9]+ ", " ttl some ");
    }

    void tick(final Step.Tick tick)
    {
        member.tick(tick.budget());
    }

    void restart(final Step.Restart restart)
    {
        checkEvents();
        if (restart.withCheckpoint())
        {
            member.checkpoint();
        }
        if (restart.withStop())
        {
            member.crash();
            model.watchers.clear();
            compactedWatchIds.clear();
            if (etcd != null)
            {
                etcd.store().newWatchStream();
            }
        }
    }

    /** All watchers must have heard the same. */
    void checkEvents()
    {
        List.copyOf(model.watchers.keySet()).forEach(this::checkEvents);
    }

    private void checkEvents(final long id)
    {
        final List<String> expected = model.watchers.get(id).expected;
        final List<String> ours = member.events(id, expected.size());
        requireEvents("the model, watcher " + id, expected, ours);
        if (etcd != null)
        {
            requireEvents(ETCD + ", watcher " + id, etcd.store().watches().events(id, expected.size()), ours);
        }
    }

    private void requireEvents(final String who, final List<String> theirs, final List<String> ours)
    {
        final int count = Math.max(theirs.size(), ours.size());
        for (int i = 0; i < count; i++)
        {
            require(who + ", event " + (i + 1), i < theirs.size() ? theirs.get(i) : "none", i < ours.size() ? ours.get(i) : "none");
        }
    }

    /** After the last step: all must have been heard, and a second member with the same log must be in the same state. */
    void checkEnd()
    {
        checkEvents();
        member.checkEnd();
    }

    /** How many requests etcd was not sent. */
    int notSentCount()
    {
        return notSentCount;
    }

    private void requireOfEtcd(final Supplier<String> theirs, final String ours)
    {
        if (etcd != null)
        {
            require(ETCD, theirs.get(), ours);
        }
    }

    private void require(final String who, final String theirs, final String ours)
    {
        if (!Objects.equals(theirs, ours))
        {
            throw new Difference(who.startsWith(ETCD), who + ": " + shown(theirs) + "\nours: " + shown(ours), "\nafter" + transcript());
        }
    }

    private String transcript()
    {
        final StringBuilder text = new StringBuilder();
        int number = stepCount - transcript.size();
        for (final Step step : transcript)
        {
            text.append('\n').append(++number).append(". ").append(step);
        }
        return text.toString();
    }

    private static String shown(final String answer)
    {
        final boolean isShort = answer == null || answer.length() <= ANSWER_LENGTH_MAX;
        return isShort ? answer : answer.substring(0, ANSWER_LENGTH_MAX) + "... of " + answer.length();
    }

    @Override
    public void close()
    {
        member.close();
        if (etcd != null)
        {
            etcd.close();
        }
    }
}
