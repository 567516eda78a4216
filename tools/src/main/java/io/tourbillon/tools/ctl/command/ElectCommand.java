package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.ResponseHeader;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.recipe.Election;
import io.tourbillon.transport.client.async.recipe.LeaderListener;
import io.tourbillon.transport.client.async.recipe.Leadership;
import io.tourbillon.transport.client.async.recipe.LeaseSession;
import io.tourbillon.transport.client.async.recipe.Observation;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code elect}: campaigns and leads until SIGINT or SIGTERM; with {@code -l} tells who leads. */
public final class ElectCommand implements Command
{
    @Override
    public String usage()
    {
        return "<election-name> [proposal] [flags]";
    }

    @Override
    public String summary()
    {
        return "Observes and participates in leader election";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.bool("listen", 'l', "observation mode");
    }

    @Override
    public int run(final Context context)
    {
        final List<String> arguments = context.arguments();
        final boolean isListening = context.flags().is("listen");
        if (arguments.isEmpty() || arguments.size() > 2)
        {
            throw Words.badArgs("elect takes one election name argument and an optional proposal argument");
        }
        if (!isListening && arguments.size() == 1)
        {
            throw Words.badArgs("no proposal argument but -l not set");
        }
        if (isListening && arguments.size() == 2)
        {
            throw Words.badArgs("proposal given but -l is set");
        }
        final CompletableFuture<Integer> interrupted = Interruption.future();
        try (TourbillonAsyncClient client = context.client())
        {
            final Election election = new Election(client, arguments.get(0));
            return isListening ? observe(context, client, election, interrupted) :
                campaign(context, client, election, arguments.get(1), interrupted);
        }
    }

    private static int observe(
        final Context context, final TourbillonAsyncClient client, final Election election, final CompletableFuture<Integer> interrupted)
    {
        final ResponseHeader head = Context.await(client.status()).header();
        final CompletableFuture<Void> ended = new CompletableFuture<>();
        final Observation observation = election.observe(new LeaderListener()
        {
            @Override
            public void onLeader(final KeyValue leader)
            {
                Held.print(
                    context, new ResponseHeader(head.clusterId(), head.memberId(), leader.modRevision(), head.raftTerm()), leader);
            }

            @Override
            public void onEnded(final Throwable error)
            {
                ended.complete(null);
            }
        });
        Interruption.awaitEither(ended, interrupted);
        final boolean isLost = !interrupted.isDone();
        observation.close();
        if (isLost)
        {
            throw new CtlException(ExitCode.ERROR, "elect: observer lost");
        }
        return ExitCode.SUCCESS;
    }

    private static int campaign(
        final Context context, final TourbillonAsyncClient client, final Election election, final String proposal,
        final CompletableFuture<Integer> interrupted)
    {
        try (LeaseSession session = Context.await(LeaseSession.open(client)))
        {
            final CompletableFuture<Leadership> won = election.campaign(session, proposal.getBytes(UTF_8));
            Interruption.awaitEither(won, interrupted);
            if (!won.isDone())
            {
                throw new CtlException(ExitCode.ERROR, "context canceled"); // the session's end takes the key away
            }
            final Leadership leadership = Context.await(won);
            final RangeResult found = Context.await(client.get(leadership.key()));
            if (found.first() != null)
            {
                Held.print(context, found.header(), found.first());
            }
            Interruption.awaitEither(session.done(), interrupted);
            if (!interrupted.isDone())
            {
                throw new CtlException(ExitCode.ERROR, "elect: session expired");
            }
            Context.await(leadership.resign());
            return ExitCode.SUCCESS;
        }
    }
}
