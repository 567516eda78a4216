package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.client.async.MemberInfo;
import io.tourbillon.transport.client.async.MembersResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One member comes and one goes, step by step, whatever else befalls the cluster meanwhile. Each step looks at the list of members, which
 * also tells what came of a request that nobody answered, and asks for what is still missing. The nemesis' thread; a step waits for no
 * answer.
 */
final class Succession implements AutoCloseable
{
    /** How the next member comes. */
    enum Coming
    {
        /** As a learner, which is promoted. */
        LEARNER,
        /** As one that is to vote as soon as it has the log. */
        VOTER,
        /** As a learner, which is the one that goes. */
        VISITOR
    }

    /** A newcomer that learns may do so for a while, under whatever befalls. */
    private static final int LEARNING_MS_MAX = 6000;
    private static final long PACE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Cluster cluster;
    private final Random random;
    private final Coming coming;
    private final boolean isComingFirst;
    private final long learningNs;
    private long arrivedNs;
    private Member newcomer;
    private Member leaver;
    private long newcomerId;
    private boolean hasArrived;
    private boolean hasCome;
    private boolean hasGone;
    private TourbillonAsyncClient client;
    private CompletableFuture<MembersResult> answer;
    private long askedNs;
    private String lastRefusal = "";

    Succession(final Cluster cluster, final Random random)
    {
        this.cluster = cluster;
        this.random = random;
        coming = Coming.values()[random.nextInt(Coming.values().length)];
        learningNs = TimeUnit.MILLISECONDS.toNanos(random.nextInt(LEARNING_MS_MAX));
        askedNs = System.nanoTime() - PACE_NS;
        isComingFirst = coming == Coming.VISITOR || random.nextInt(3) != 0;
    }

    boolean isOver()
    {
        return hasCome && hasGone;
    }

    /** Who serves now and did not before; null: nobody. */
    Member takeArrived()
    {
        if (hasArrived || newcomer == null || !newcomer.isReady())
        {
            return null;
        }
        hasArrived = true;
        arrivedNs = System.nanoTime();
        return newcomer;
    }

    /** Whether it may be told that it is no member any more. */
    boolean isLeaving(final Member member)
    {
        return member == leaver;
    }

    void step() throws IOException
    {
        if (leaver != null && leaver.isDismissed())
        {
            cluster.forget(leaver);
            leaver = null;
            hasGone = true;
        }
        if (answer != null && answer.isDone())
        {
            final MembersResult list = answer.isCompletedExceptionally() ? null : answer.join();
            if (list == null)
            {
                answer.whenComplete((result, cause) -> lastRefusal = cause.toString());
                hangUp();
            }
            else
            {
                goOn(list);
            }
        }
        else if (answer == null && !isOver() && System.nanoTime() - askedNs > PACE_NS)
        {
            ask();
        }
    }

    /** Any member that runs, but the one that is to go: it could not answer. */
    private void ask()
    {
        final List<Member> running = cluster.members().stream().filter((member) -> member.isReady() && member != leaver).toList();
        askedNs = System.nanoTime();
        if (running.isEmpty())
        {
            return;
        }
        try
        {
            client = running.get(random.nextInt(running.size())).connect();
            answer = client.members();
        }
        catch (final TourbillonException ex)
        {
            hangUp(); // it has just been killed, or is paused: another one
        }
    }

    private void goOn(final MembersResult list) throws IOException
    {
        answer = null;
        if (!hasCome && (isComingFirst || hasGone))
        {
            come(list);
        }
        else if (!hasGone)
        {
            go(list);
        }
        if (answer == null)
        {
            hangUp();
        }
    }

    private void come(final MembersResult list) throws IOException
    {
        if (newcomer == null)
        {
            newcomer = cluster.make();
        }
        final MemberInfo info = byAddress(list, newcomer);
        if (info == null)
        {
            answer = client.addMember(newcomer.config().text(NodeOption.LISTEN_PEER), coming != Coming.VOTER);
            return;
        }
        if (newcomerId == 0)
        {
            newcomerId = info.id();
            newcomer.config()
                .set(NodeOption.INITIAL_CLUSTER_STATE, "existing")
                .set(NodeOption.MEMBER_ID, Long.toHexString(info.id()))
                .set(NodeOption.CLUSTER_ID, Long.toHexString(list.header().clusterId()));
            newcomer.start();
        }
        final boolean hasLearned = hasArrived && System.nanoTime() - arrivedNs >= learningNs;
        hasCome = newcomer.isReady() && (!info.isLearner() || coming == Coming.VISITOR && hasLearned);
        if (!info.isLearner())
        {
            newcomer.onVoting();
        }
        else if (newcomer.isReady() && hasLearned && coming == Coming.LEARNER)
        {
            answer = client.promoteMember(info.id());
        }
    }

    private void go(final MembersResult list)
    {
        if (leaver == null)
        {
            leaver = drawLeaver();
            return; // it may be the one that was asked
        }
        final MemberInfo info = byAddress(list, leaver);
        if (info != null)
        {
            answer = client.removeMember(info.id());
        }
    }

    private Member drawLeaver()
    {
        if (coming == Coming.VISITOR)
        {
            return newcomer;
        }
        final Member victim = cluster.drawVictim(random);
        return victim == newcomer ? null : victim;
    }

    private static MemberInfo byAddress(final MembersResult list, final Member member)
    {
        final String address = member.config().text(NodeOption.LISTEN_PEER);
        return list.members().stream().filter((info) -> info.peerUrls().equals(address)).findFirst().orElse(null);
    }

    private void hangUp()
    {
        answer = null;
        if (client != null)
        {
            client.close();
            client = null;
        }
    }

    @Override
    public void close()
    {
        hangUp();
    }

    @Override
    public String toString()
    {
        return coming + (isComingFirst ? " comes and one goes" : " comes after one went") +
            ", newcomer " + (newcomer == null ? "none" : newcomer.index()) + (hasCome ? " has come" : "") +
            ", leaver " + (leaver == null ? "none" : leaver.index()) + (hasGone ? " has gone" : "") + ", last refusal: " + lastRefusal;
    }
}
