package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.transport.aeron.SnapshotFile;

import java.io.PrintStream;
import java.util.List;

/** For people and shells: a line with the key, a line with the value, as they are or as hex. */
final class SimplePrinter extends Printer
{
    private final boolean hex;

    SimplePrinter(final PrintStream out, final boolean hex)
    {
        super(out);
        this.hex = hex;
    }

    @Override
    void range(final Answer.Range answer)
    {
        for (final KeyValue kv : answer.kvs())
        {
            keyValue(kv);
        }
    }

    @Override
    public void count(final Answer.Range answer)
    {
        out.print(answer.count() + "\n");
    }

    @Override
    public void valuesOnly(final Answer.Range answer)
    {
        for (final KeyValue kv : answer.kvs())
        {
            line(kv.value());
        }
    }

    @Override
    void put(final Answer.Put answer)
    {
        out.print("OK\n");
        if (answer.prevKv() != null)
        {
            keyValue(answer.prevKv());
        }
    }

    @Override
    void delete(final Answer.Delete answer)
    {
        out.print(answer.deleted() + "\n");
        for (final KeyValue kv : answer.prevKvs())
        {
            keyValue(kv);
        }
    }

    @Override
    void txn(final Answer.Txn answer)
    {
        out.print(answer.succeeded() ? "SUCCESS\n" : "FAILURE\n");
        for (final Answer response : answer.responses())
        {
            out.print("\n");
            print(response);
        }
    }

    @Override
    public void lease(final Answer.Lease answer, final boolean wantsKeys)
    {
        final String lease = "lease " + id(answer.id());
        switch (answer.word())
        {
            case GRANT -> out.print(lease + " granted with TTL(" + answer.ttl() + "s)\n");
            case REVOKE -> out.print(lease + " revoked\n");
            case KEEP_ALIVE -> out.print(lease + " keepalived with TTL(" + answer.ttl() + ")\n");
            case LIST ->
            {
                out.print("found " + answer.leases().size() + " leases\n");
                answer.leases().forEach(id -> out.print(id(id) + "\n"));
            }
            default -> timeToLive(lease, answer, wantsKeys);
        }
    }

    @Override
    public void leaseEnded(final long id)
    {
        out.print("lease " + id(id) + " expired or revoked.\n");
    }

    private void timeToLive(final String lease, final Answer.Lease answer, final boolean wantsKeys)
    {
        if (answer.grantedTtlMs() == 0 && answer.ttl() == -1)
        {
            out.print(lease + " already expired\n");
            return;
        }
        out.print(lease + " granted with TTL(" + answer.grantedTtl() + "s), remaining(" + answer.ttl() + "s)");
        if (wantsKeys)
        {
            out.print(", attached keys([");
            for (int i = 0; i < answer.keys().size(); i++)
            {
                out.print(i > 0 ? " " : "");
                out.writeBytes(answer.keys().get(i));
            }
            out.print("])");
        }
        out.print("\n");
    }

    private static String id(final long id)
    {
        return String.format("%016x", id);
    }

    @Override
    public void watch(final WatchBatch batch)
    {
        for (final WatchBatch.Event event : batch.events())
        {
            out.print(event.isDelete() ? "DELETE\n" : "PUT\n");
            if (event.prevKv() != null)
            {
                keyValue(event.prevKv());
            }
            keyValue(event.kv());
        }
    }

    @Override
    public void status(final List<Status> statuses)
    {
        for (final Status status : statuses)
        {
            out.print(String.join(", ", Rows.status(status)) + "\n");
        }
    }

    @Override
    public void alarms(final AlarmAnswer answer)
    {
        for (final AlarmAnswer.Item alarm : answer.alarms())
        {
            out.print("memberID:" + Long.toUnsignedString(alarm.memberId()) + " alarm:" + alarm.type() + " \n");
        }
    }

    @Override
    public void snapshot(final SnapshotFile file)
    {
        out.println(String.join(", ", Rows.snapshot(file)));
    }

    @Override
    public void members(final Header header, final List<Member> members)
    {
        for (final Member member : members)
        {
            out.print(String.join(", ", Rows.member(member)) + "\n");
        }
    }

    @Override
    public void memberChanged(final MemberOperation operation, final MemberAnswer answer)
    {
        final String word = switch (operation)
        {
            case ADD -> "added to";
            case REMOVE -> "removed from";
            case UPDATE -> "updated in";
            default -> "promoted in";
        };
        out.print(String.format("Member %16x %s cluster %16x\n", answer.memberId(), word, answer.header().clusterId()));
    }

    private void keyValue(final KeyValue kv)
    {
        line(kv.key());
        line(kv.value());
    }

    private void line(final byte[] bytes)
    {
        if (hex)
        {
            out.print(GoText.hex(bytes));
        }
        else
        {
            out.write(bytes, 0, bytes.length);
        }
        out.write('\n');
    }
}
