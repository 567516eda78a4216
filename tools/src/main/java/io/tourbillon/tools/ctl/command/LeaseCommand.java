package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Answer;
import io.tourbillon.tools.ctl.output.Printer;
import io.tourbillon.transport.client.ClientSession;

import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** {@code lease grant}, {@code revoke}, {@code timetolive}, {@code list}, {@code keep-alive}. */
public final class LeaseCommand implements Command
{
    private static final long MS_PER_SECOND = 1000;

    private final Answer.LeaseWord word;

    /** @param word which of them. */
    public LeaseCommand(final Answer.LeaseWord word)
    {
        this.word = word;
    }

    @Override
    public String usage()
    {
        return switch (word)
        {
            case GRANT -> "<ttl> [flags]";
            case LIST -> "[flags]";
            case TIMETOLIVE, KEEP_ALIVE -> "[options] <leaseID> [flags]";
            default -> "<leaseID> [flags]";
        };
    }

    @Override
    public String summary()
    {
        return switch (word)
        {
            case GRANT -> "Creates leases";
            case REVOKE -> "Revokes leases";
            case TIMETOLIVE -> "Get lease information";
            case LIST -> "List all active leases";
            default -> "Keeps leases alive (renew)";
        };
    }

    @Override
    public void declare(final Flags flags)
    {
        if (word == Answer.LeaseWord.TIMETOLIVE)
        {
            flags.bool("keys", "Get keys attached to this lease");
        }
        else if (word == Answer.LeaseWord.KEEP_ALIVE)
        {
            flags.bool("once", "Resets the keep-alive time to its original value and exits immediately");
        }
    }

    @Override
    public int run(final Context context)
    {
        if (word != Answer.LeaseWord.LIST && context.arguments().size() != 1)
        {
            throw Words.badArgs(complaint()); // a list takes no notice of any, as etcdctl's
        }
        final long argument = word == Answer.LeaseWord.LIST ? 0 :
            word == Answer.LeaseWord.GRANT ? ttl(context.arguments().get(0)) : id(context.arguments().get(0));
        final Printer printer = context.printer();
        try (NodeLink node = context.connect())
        {
            switch (word)
            {
                case GRANT -> printer.lease(change(node, "grant", session -> session.grantLease(0, toMs(argument))), false);
                case REVOKE -> printer.lease(change(node, "revoke", session -> session.revokeLease(argument)), false);
                case TIMETOLIVE ->
                {
                    final boolean wantsKeys = context.flags().is("keys");
                    printer.lease(node.lease(word, session -> session.leaseTimeToLive(argument, wantsKeys)), wantsKeys);
                }
                case LIST -> printer.lease(node.lease(word, ClientSession::leases), false);
                default -> keepAlive(context, node, printer, argument);
            }
        }
        return ExitCode.SUCCESS;
    }

    /** What is wrong is told in etcdctl's words. */
    private Answer.Lease change(final NodeLink node, final String verb, final ToLongFunction<ClientSession> request)
    {
        try
        {
            return node.lease(word, request);
        }
        catch (final CtlException ex)
        {
            throw new CtlException(ex.exitCode(), "failed to " + verb + " lease (" + ex.getMessage() + ")");
        }
    }

    /** As long as the lease lives, each third of its time. */
    private void keepAlive(final Context context, final NodeLink node, final Printer printer, final long id)
    {
        final boolean isOnce = context.flags().is("once");
        Answer.Lease renewed = node.lease(word, session -> session.keepLeaseAlive(id));
        if (isOnce && renewed.ttlMs() == 0)
        {
            throw new CtlException(ExitCode.BAD_CONNECTION, "etcdserver: requested lease not found");
        }
        while (renewed.ttlMs() > 0)
        {
            printer.lease(renewed, false);
            if (isOnce)
            {
                return;
            }
            context.out().flush();
            final long nextNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(renewed.ttlMs() / 3);
            while (nextNs - System.nanoTime() > 0)
            {
                node.poll();
            }
            renewed = node.lease(word, session -> session.keepLeaseAlive(id));
        }
        printer.leaseEnded(id);
    }

    private String complaint()
    {
        return switch (word)
        {
            case GRANT -> "lease grant command needs TTL argument";
            case REVOKE -> "lease revoke command needs 1 argument";
            case TIMETOLIVE -> "lease timetolive command needs lease ID as argument";
            default -> "lease keep-alive command needs lease ID as argument";
        };
    }

    private static long ttl(final String text)
    {
        try
        {
            return Long.parseLong(text);
        }
        catch (final NumberFormatException ex)
        {
            throw Words.badArgs("bad TTL (strconv.ParseInt: parsing \"" + text + "\": invalid syntax)");
        }
    }

    private static long id(final String text)
    {
        try
        {
            return Long.parseLong(text, 16);
        }
        catch (final NumberFormatException ex)
        {
            throw Words.badArgs("bad lease ID arg (strconv.ParseInt: parsing \"" + text + "\": invalid syntax), expecting ID in Hex");
        }
    }

    /** What is too long in seconds stays too long. */
    private static long toMs(final long seconds)
    {
        return seconds > Long.MAX_VALUE / MS_PER_SECOND ? Long.MAX_VALUE : Math.max(0, seconds) * MS_PER_SECOND;
    }
}
