package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.command.KeyRange;
import io.tourbillon.transport.aeron.SnapshotFile;

import java.io.PrintStream;
import java.util.Arrays;
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
    public void health(final List<Health> healths, final PrintStream err)
    {
        for (final Health health : healths)
        {
            if (health.isHealthy())
            {
                out.print(health.endpoint() + " is healthy: successfully committed proposal: took = " + health.took() + "\n");
            }
            else
            {
                err.print(health.endpoint() + " is unhealthy: failed to commit proposal: " + health.error() + "\n");
            }
        }
    }

    @Override
    public void hashes(final List<HashAnswer> hashes)
    {
        hashes.forEach(hash -> out.print(String.join(", ", Rows.hash(hash)) + "\n"));
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
    public void auth(final AuthAnswer answer)
    {
        final String user = answer.user();
        final String role = answer.role();
        switch (answer.operation())
        {
            case STATUS -> out.print("Authentication Status: " + answer.isEnabled() + "\nAuthRevision: " + answer.authRevision() + "\n");
            case USER_ADD -> out.print("User " + user + " created\n");
            case USER_DELETE -> out.print("User " + user + " deleted\n");
            case USER_CHANGE_VERIFIER -> out.print("Password updated\n");
            case USER_GRANT_ROLE -> out.print("Role " + role + " is granted to user " + user + "\n");
            case USER_REVOKE_ROLE -> out.print("Role " + role + " is revoked from user " + user + "\n");
            case USER_GET ->
            {
                out.print("User: " + user + "\nRoles:");
                answer.names().forEach(name -> out.print(" " + name));
                out.print("\n");
            }
            case USER_LIST, ROLE_LIST -> answer.names().forEach(name -> out.print(name + "\n"));
            case ROLE_ADD -> out.print("Role " + role + " created\n");
            case ROLE_DELETE -> out.print("Role " + role + " deleted\n");
            case ROLE_GRANT_PERMISSION -> out.print("Role " + role + " updated\n");
            case ROLE_REVOKE_PERMISSION -> revoked(role, answer.range());
            default -> permissions(answer);
        }
    }

    private void permissions(final AuthAnswer answer)
    {
        out.print("Role " + answer.role() + "\nKV Read:\n");
        answer.permissions().stream().filter(each -> each.type() != PermissionType.WRITE).forEach(this::permission);
        out.print("KV Write:\n");
        answer.permissions().stream().filter(each -> each.type() != PermissionType.READ).forEach(this::permission);
    }

    private void permission(final AuthAnswer.Item item)
    {
        out.print("\t");
        if (item.rangeEnd().length == 0)
        {
            out.writeBytes(item.key());
        }
        else
        {
            range(item);
            if (!item.isOpenEnded() && Arrays.equals(KeyRange.ofPrefix(item.key()).rangeEnd(), item.rangeEnd()))
            {
                out.print(" (prefix ");
                out.writeBytes(item.key());
                out.print(")");
            }
        }
        out.print("\n");
    }

    private void revoked(final String role, final AuthAnswer.Item item)
    {
        out.print("Permission of " + (item.rangeEnd().length == 0 ? "key " : "range "));
        if (item.rangeEnd().length == 0)
        {
            out.writeBytes(item.key());
        }
        else
        {
            range(item);
        }
        out.print(" is revoked from role " + role + "\n");
    }

    /** etcdctl does not close the bracket of what has no end. */
    private void range(final AuthAnswer.Item item)
    {
        out.print("[");
        out.writeBytes(item.key());
        out.print(", ");
        if (item.isOpenEnded())
        {
            out.print("<open ended>");
        }
        else
        {
            out.writeBytes(item.rangeEnd());
            out.print(")");
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
