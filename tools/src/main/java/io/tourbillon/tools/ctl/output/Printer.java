package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.aeron.SnapshotFile;

import java.io.PrintStream;
import java.util.List;

/** Prints answers in one of etcdctl's forms. Nothing is flushed here. */
public abstract class Printer
{
    final PrintStream out;

    Printer(final PrintStream out)
    {
        this.out = out;
    }

    /**
     * @param form as after {@code -w}.
     * @param out  to print to.
     * @param hex  true to print keys and values of the simple form as hex.
     * @return the printer.
     * @throws CtlException if there is no such form.
     */
    public static Printer of(final String form, final PrintStream out, final boolean hex)
    {
        return switch (form)
        {
            case "simple" -> new SimplePrinter(out, hex);
            case "json" -> new JsonPrinter(out);
            case "fields" -> new FieldsPrinter(out);
            case "table" -> new TablePrinter(out);
            case "protobuf" -> new ProtobufPrinter(out);
            default -> throw new CtlException(ExitCode.BAD_FEATURE, "unsupported output format");
        };
    }

    /**
     * Prints one answer: a get's, put's, delete's or transaction's.
     *
     * @param answer to print.
     */
    public final void print(final Answer answer)
    {
        if (answer instanceof final Answer.Range range)
        {
            range(range);
        }
        else if (answer instanceof final Answer.Put put)
        {
            put(put);
        }
        else if (answer instanceof final Answer.Delete delete)
        {
            delete(delete);
        }
        else
        {
            txn((Answer.Txn)answer);
        }
    }

    abstract void range(Answer.Range answer);

    abstract void put(Answer.Put answer);

    abstract void delete(Answer.Delete answer);

    abstract void txn(Answer.Txn answer);

    /**
     * Prints what a request about leases answered.
     *
     * @param answer    to print.
     * @param wantsKeys true if its keys were asked for.
     */
    public abstract void lease(Answer.Lease answer, boolean wantsKeys);

    /**
     * Tells that a lease which was kept alive has ended: in words only, as etcdctl.
     *
     * @param id of the lease.
     */
    public void leaseEnded(final long id)
    {
    }

    /**
     * Prints a count alone.
     *
     * @param answer with its count.
     */
    public void count(final Answer.Range answer)
    {
        range(answer);
    }

    /**
     * Prints the values of an answer, without their keys.
     *
     * @param answer with them.
     * @throws CtlException if this form has no such thing.
     */
    public void valuesOnly(final Answer.Range answer)
    {
        throw new CtlException(ExitCode.BAD_ARGS, "print-value-only is only for `--write-out=simple`");
    }

    /**
     * Prints events.
     *
     * @param batch of one watcher.
     */
    public abstract void watch(WatchBatch batch);

    /**
     * Prints what members say of themselves.
     *
     * @param statuses one for each endpoint.
     */
    public abstract void status(List<Status> statuses);

    /**
     * Prints which nodes answer.
     *
     * @param healths one for each endpoint.
     * @param err     for those that do not, in the simple form.
     */
    public abstract void health(List<Health> healths, PrintStream err);

    /**
     * Prints what members have for a hash of their key-values.
     *
     * @param hashes one for each endpoint.
     */
    public abstract void hashes(List<HashAnswer> hashes);

    /**
     * Prints what a snapshot's file holds.
     *
     * @param file that was read.
     */
    public abstract void snapshot(SnapshotFile file);

    /**
     * Prints alarms.
     *
     * @param answer with them.
     * @throws CtlException if this form has no such thing.
     */
    public abstract void alarms(AlarmAnswer answer);

    /**
     * Prints what a request about users, roles and permissions answered.
     *
     * @param answer to print.
     * @throws CtlException if this form has no such thing.
     */
    public abstract void auth(AuthAnswer answer);

    /**
     * Prints the members of a cluster.
     *
     * @param header  of the answer.
     * @param members of the cluster.
     */
    public abstract void members(Header header, List<Member> members);

    /**
     * Prints what has become of a member.
     *
     * @param operation what was asked for.
     * @param answer    to it.
     * @throws CtlException if this form has no such thing.
     */
    public void memberChanged(final MemberOperation operation, final MemberAnswer answer)
    {
        members(answer.header(), answer.members());
    }
}
