package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.aeron.SnapshotFile;

import java.io.PrintStream;
import java.util.List;

/** The messages of etcd's API, as bytes and without anything between them: what etcdctl prints so, which is not all it prints. */
final class ProtobufPrinter extends Printer
{
    ProtobufPrinter(final PrintStream out)
    {
        super(out);
    }

    private static CtlException notSupported()
    {
        return new CtlException(ExitCode.BAD_FEATURE, "protobuf not supported as output format");
    }

    private void print(final Protobuf message)
    {
        out.writeBytes(message.toByteArray());
    }

    @Override
    void range(final Answer.Range answer)
    {
        print(message(answer));
    }

    @Override
    void put(final Answer.Put answer)
    {
        print(message(answer));
    }

    @Override
    void delete(final Answer.Delete answer)
    {
        print(message(answer));
    }

    @Override
    void txn(final Answer.Txn answer)
    {
        print(message(answer));
    }

    private static Protobuf message(final Answer answer)
    {
        final Protobuf message = withHeader(answer.header());
        if (answer instanceof final Answer.Range range)
        {
            range.kvs().forEach(kv -> message.message(2, keyValue(kv)));
            message.bool(3, range.more()).number(4, range.count());
        }
        else if (answer instanceof final Answer.Put put)
        {
            if (put.prevKv() != null)
            {
                message.message(2, keyValue(put.prevKv()));
            }
        }
        else if (answer instanceof final Answer.Delete delete)
        {
            message.number(2, delete.deleted());
            delete.prevKvs().forEach(kv -> message.message(3, keyValue(kv)));
        }
        else
        {
            final Answer.Txn txn = (Answer.Txn)answer;
            message.bool(2, txn.succeeded());
            txn.responses().forEach(each -> message.message(3, new Protobuf().message(field(each), message(each))));
        }
        return message;
    }

    /** Of an op's answer in a transaction's. */
    private static int field(final Answer answer)
    {
        return answer instanceof Answer.Range ? 1 : answer instanceof Answer.Put ? 2 : answer instanceof Answer.Delete ? 3 : 4;
    }

    private static Protobuf withHeader(final Header header)
    {
        return new Protobuf().message(1, header(header));
    }

    private static Protobuf header(final Header header)
    {
        return new Protobuf().number(1, header.clusterId()).number(2, header.memberId()).number(3, header.revision())
            .number(4, header.raftTerm());
    }

    private static Protobuf keyValue(final KeyValue kv)
    {
        return new Protobuf().bytes(1, kv.key()).number(2, kv.createRevision()).number(3, kv.modRevision()).number(4, kv.version())
            .bytes(5, kv.value()).number(6, kv.lease());
    }

    /** As etcdctl 3.4: the fields of the head alone, and nothing of a revoke. */
    @Override
    public void lease(final Answer.Lease answer, final boolean wantsKeys)
    {
        if (answer.word() == Answer.LeaseWord.REVOKE)
        {
            throw notSupported();
        }
        print(header(answer.header()));
    }

    @Override
    public void watch(final WatchBatch batch)
    {
        final Protobuf message = withHeader(batch.header());
        for (final WatchBatch.Event event : batch.events())
        {
            final Protobuf item = new Protobuf().bool(1, event.isDelete()).message(2, keyValue(event.kv()));
            message.message(11, event.prevKv() == null ? item : item.message(3, keyValue(event.prevKv())));
        }
        print(message);
    }

    @Override
    public void status(final List<Status> statuses)
    {
        throw notSupported();
    }

    @Override
    public void health(final List<Health> healths, final PrintStream err)
    {
        throw notSupported();
    }

    @Override
    public void hashes(final List<HashAnswer> hashes)
    {
        throw notSupported();
    }

    @Override
    public void snapshot(final SnapshotFile file)
    {
        throw notSupported();
    }

    @Override
    public void alarms(final AlarmAnswer answer)
    {
        final Protobuf message = answer.header() == null ? new Protobuf() : withHeader(answer.header());
        answer.alarms().forEach(alarm ->
            message.message(2, new Protobuf().number(1, alarm.memberId()).number(2, alarm.type().number())));
        print(message);
    }

    @Override
    public void auth(final AuthAnswer answer)
    {
        final Protobuf message = withHeader(answer.header());
        switch (answer.operation())
        {
            case STATUS -> message.bool(2, answer.isEnabled()).number(3, answer.authRevision());
            case USER_LIST, USER_GET, ROLE_LIST -> message.texts(2, answer.names());
            case ROLE_GET -> answer.permissions().forEach(item -> message.message(2,
                new Protobuf().number(1, item.type().number()).bytes(2, item.key()).bytes(3, item.rangeEnd())));
            default ->
            {
                // the head is all there is
            }
        }
        print(message);
    }

    @Override
    public void members(final Header header, final List<Member> members)
    {
        final Protobuf message = withHeader(header);
        members.forEach(member -> message.message(2, message(member)));
        print(message);
    }

    /** Of an addition the new member comes first. */
    @Override
    public void memberChanged(final MemberOperation operation, final MemberAnswer answer)
    {
        final boolean isAddition = operation == MemberOperation.ADD;
        final Protobuf message = withHeader(answer.header());
        if (isAddition && answer.member() != null)
        {
            message.message(2, message(answer.member()));
        }
        answer.members().forEach(member -> message.message(isAddition ? 3 : 2, message(member)));
        print(message);
    }

    private static Protobuf message(final Member member)
    {
        return new Protobuf().number(1, member.id()).text(2, member.name()).texts(3, member.peerUrls()).texts(4, member.clientUrls())
            .bool(5, member.isLearner());
    }
}
