package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.aeron.SnapshotFile;

import java.io.PrintStream;
import java.util.List;

/** Tables: of members and of their status. etcdctl has no other, so neither have we. */
final class TablePrinter extends Printer
{
    TablePrinter(final PrintStream out)
    {
        super(out);
    }

    private static CtlException notSupported()
    {
        return new CtlException(ExitCode.BAD_FEATURE, "table not supported as output format");
    }

    @Override
    void range(final Answer.Range answer)
    {
        throw notSupported();
    }

    @Override
    void put(final Answer.Put answer)
    {
        throw notSupported();
    }

    @Override
    void delete(final Answer.Delete answer)
    {
        throw notSupported();
    }

    @Override
    void txn(final Answer.Txn answer)
    {
        throw notSupported();
    }

    @Override
    public void lease(final Answer.Lease answer, final boolean wantsKeys)
    {
        throw notSupported();
    }

    @Override
    public void watch(final WatchBatch batch)
    {
        throw notSupported();
    }

    @Override
    public void memberChanged(final MemberOperation operation, final MemberAnswer answer)
    {
        throw notSupported();
    }

    @Override
    public void alarms(final AlarmAnswer answer)
    {
        throw notSupported();
    }

    @Override
    public void auth(final AuthAnswer answer)
    {
        throw notSupported();
    }

    @Override
    public void status(final List<Status> statuses)
    {
        final TextTable table = new TextTable(Rows.STATUS_HEADS);
        for (final Status status : statuses)
        {
            table.add(Rows.status(status));
        }
        out.print(table.text());
    }

    @Override
    public void health(final List<Health> healths, final PrintStream err)
    {
        final TextTable table = new TextTable(Rows.HEALTH_HEADS);
        healths.forEach(health -> table.add(Rows.health(health)));
        out.print(table.text());
    }

    @Override
    public void hashes(final List<HashAnswer> hashes)
    {
        final TextTable table = new TextTable(Rows.HASH_HEADS);
        hashes.forEach(hash -> table.add(Rows.hash(hash)));
        out.print(table.text());
    }

    @Override
    public void snapshot(final SnapshotFile file)
    {
        final TextTable table = new TextTable(Rows.SNAPSHOT_HEADS);
        table.add(Rows.snapshot(file));
        out.print(table.text());
    }

    @Override
    public void members(final Header header, final List<Member> members)
    {
        final TextTable table = new TextTable(Rows.MEMBER_HEADS);
        for (final Member member : members)
        {
            table.add(Rows.member(member));
        }
        out.print(table.text());
    }
}
