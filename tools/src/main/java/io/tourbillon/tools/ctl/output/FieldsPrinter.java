package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.aeron.SnapshotFile;

import java.io.PrintStream;
import java.util.List;

/** One line a field: {@code "Name" : value}. */
final class FieldsPrinter extends Printer
{
    FieldsPrinter(final PrintStream out)
    {
        super(out);
    }

    @Override
    void range(final Answer.Range answer)
    {
        header(answer.header());
        for (final KeyValue kv : answer.kvs())
        {
            keyValue("", kv);
        }
        field("More", answer.more());
        field("Count", answer.count());
    }

    @Override
    void put(final Answer.Put answer)
    {
        header(answer.header());
        if (answer.prevKv() != null)
        {
            keyValue("Prev", answer.prevKv());
        }
    }

    @Override
    void delete(final Answer.Delete answer)
    {
        header(answer.header());
        field("Deleted", answer.deleted());
        for (final KeyValue kv : answer.prevKvs())
        {
            keyValue("Prev", kv);
        }
    }

    @Override
    void txn(final Answer.Txn answer)
    {
        header(answer.header());
        field("Succeeded", answer.succeeded());
        for (final Answer response : answer.responses())
        {
            print(response);
        }
    }

    @Override
    public void lease(final Answer.Lease answer, final boolean wantsKeys)
    {
        header(answer.header());
        if (answer.word() != Answer.LeaseWord.REVOKE && answer.word() != Answer.LeaseWord.LIST)
        {
            field("ID", answer.id());
            field("TTL", answer.ttl());
        }
        if (answer.word() == Answer.LeaseWord.TIMETOLIVE)
        {
            field("GrantedTTL", answer.grantedTtl());
        }
        answer.keys().forEach(key -> field("Key", GoText.quoted(key)));
        answer.leases().forEach(id -> field("ID", id));
    }

    @Override
    public void watch(final WatchBatch batch)
    {
        header(batch.header());
        for (final WatchBatch.Event event : batch.events())
        {
            field("Type", event.isDelete() ? "DELETE" : "PUT");
            if (event.prevKv() != null)
            {
                keyValue("Prev", event.prevKv());
            }
            keyValue("", event.kv());
        }
    }

    @Override
    public void status(final List<Status> statuses)
    {
        for (final Status status : statuses)
        {
            header(status.header());
            text("Version", status.version());
            field("DBSize", status.dbSize());
            field("Leader", Long.toUnsignedString(status.leaderId()));
            field("IsLearner", status.isLearner());
            field("RaftIndex", status.raftIndex());
            field("RaftTerm", status.header().raftTerm());
            field("RaftAppliedIndex", status.raftAppliedIndex());
            field("Errors", "[" + String.join(" ", status.errors().stream().map(GoText::quoted).toList()) + "]");
            text("Endpoint", status.endpoint());
            field("DBSizeInUse", status.dbSizeInUse());
            text("Durability", status.durability());
            text("Mode", status.mode());
            field("Forces", status.forces());
            field("Acknowledged", status.acknowledged());
            field("ClusterVersion", status.clusterVersion());
            field("ApplyVersion", status.applyVersion());
            out.print("\n");
        }
    }

    @Override
    public void health(final List<Health> healths, final PrintStream err)
    {
        for (final Health health : healths)
        {
            text("Endpoint", health.endpoint());
            field("Health", health.isHealthy());
            field("Took", health.took());
            field("Error", health.error());
            out.print("\n");
        }
    }

    @Override
    public void hashes(final List<HashAnswer> hashes)
    {
        for (final HashAnswer answer : hashes)
        {
            header(answer.header());
            text("Endpoint", answer.endpoint());
            field("Hash", answer.hash());
            out.print("\n");
        }
    }

    @Override
    public void alarms(final AlarmAnswer answer)
    {
        if (answer.header() != null)
        {
            header(answer.header());
        }
        for (final AlarmAnswer.Item alarm : answer.alarms())
        {
            field("MemberID", Long.toUnsignedString(alarm.memberId()));
            field("AlarmType", alarm.type());
            out.print("\n");
        }
    }

    /** etcdctl 3.4 has no such form of users. */
    @Override
    public void auth(final AuthAnswer answer)
    {
        if (answer.operation() == AuthOperation.USER_LIST || answer.operation() == AuthOperation.USER_GET)
        {
            throw new CtlException(ExitCode.BAD_FEATURE, "fields not supported as output format");
        }
        header(answer.header());
        switch (answer.operation())
        {
            case STATUS ->
            {
                field("Enabled", answer.isEnabled());
                field("AuthRevision", answer.authRevision());
            }
            case ROLE_LIST -> field("Roles", String.join(" ", answer.names().stream().map(GoText::quoted).toList()));
            case ROLE_GET -> answer.permissions().forEach(this::permission);
            default ->
            {
                // the head is all there is
            }
        }
    }

    private void permission(final AuthAnswer.Item item)
    {
        field("PermType", " " + item.type());
        field("Key", GoText.quoted(item.key()));
        field("RangeEnd", GoText.quoted(item.rangeEnd()));
    }

    @Override
    public void snapshot(final SnapshotFile file)
    {
        out.println("\"Hash\" : " + file.hash());
        out.println("\"Revision\" : " + file.revision());
        out.println("\"Keys\" : " + file.keyCount());
        out.println("\"Size\" : " + file.storeLength());
    }

    @Override
    public void members(final Header header, final List<Member> members)
    {
        header(header);
        for (final Member member : members)
        {
            field("ID", Long.toUnsignedString(member.id()));
            text("Name", member.name());
            for (final String url : member.peerUrls())
            {
                text("PeerURL", url);
            }
            for (final String url : member.clientUrls())
            {
                text("ClientURL", url);
            }
            field("IsLearner", member.isLearner());
            out.print("\n");
        }
    }

    private void header(final Header header)
    {
        field("ClusterID", Long.toUnsignedString(header.clusterId()));
        field("MemberID", Long.toUnsignedString(header.memberId()));
        field("Revision", header.revision());
        field("RaftTerm", header.raftTerm());
    }

    private void keyValue(final String prefix, final KeyValue kv)
    {
        field(prefix + "Key", GoText.quoted(kv.key()));
        field(prefix + "CreateRevision", kv.createRevision());
        field(prefix + "ModRevision", kv.modRevision());
        field(prefix + "Version", kv.version());
        field(prefix + "Value", GoText.quoted(kv.value()));
        field(prefix + "Lease", kv.lease());
    }

    private void text(final String name, final String value)
    {
        field(name, GoText.quoted(value));
    }

    private void field(final String name, final Object value)
    {
        out.print('"' + name + "\" : " + value + "\n");
    }
}
