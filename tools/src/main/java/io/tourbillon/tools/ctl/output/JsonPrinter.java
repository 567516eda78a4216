package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.transport.aeron.SnapshotFile;

import java.io.PrintStream;
import java.util.Base64;
import java.util.List;

/** One line of JSON an answer, with the names, the order and the omissions of etcdctl's; bytes are base64. */
final class JsonPrinter extends Printer
{
    JsonPrinter(final PrintStream out)
    {
        super(out);
    }

    @Override
    void range(final Answer.Range answer)
    {
        line(answer);
    }

    @Override
    void put(final Answer.Put answer)
    {
        line(answer);
    }

    @Override
    void delete(final Answer.Delete answer)
    {
        line(answer);
    }

    @Override
    void txn(final Answer.Txn answer)
    {
        line(answer);
    }

    private void line(final Answer answer)
    {
        write(new Json(out), answer);
        out.print("\n");
    }

    private static void write(final Json json, final Answer answer)
    {
        json.open('{');
        header(json.name("header"), answer.header());
        if (answer instanceof final Answer.Range range)
        {
            keyValues(json, "kvs", range.kvs());
            json.bool("more", range.more()).number("count", range.count());
        }
        else if (answer instanceof final Answer.Put put)
        {
            if (put.prevKv() != null)
            {
                keyValue(json.name("prev_kv"), put.prevKv());
            }
        }
        else if (answer instanceof final Answer.Delete delete)
        {
            json.number("deleted", delete.deleted());
            keyValues(json, "prev_kvs", delete.prevKvs());
        }
        else
        {
            txnBody(json, (Answer.Txn)answer);
        }
        json.close('}');
    }

    private static void txnBody(final Json json, final Answer.Txn answer)
    {
        json.bool("succeeded", answer.succeeded());
        if (answer.responses().isEmpty())
        {
            return;
        }
        json.name("responses").open('[');
        for (final Answer response : answer.responses())
        {
            write(json.open('{').name("Response").open('{').name(responseName(response)), response);
            json.close('}').close('}');
        }
        json.close(']');
    }

    private static String responseName(final Answer answer)
    {
        return answer instanceof Answer.Range ? "ResponseRange" :
            answer instanceof Answer.Put ? "ResponsePut" :
            answer instanceof Answer.Delete ? "ResponseDeleteRange" : "ResponseTxn";
    }

    /** etcdctl's own forms: the head's fields stand among the others, but for a revoke. */
    @Override
    public void lease(final Answer.Lease answer, final boolean wantsKeys)
    {
        final Json json = new Json(out).open('{');
        if (answer.word() == Answer.LeaseWord.REVOKE)
        {
            header(json.name("header"), answer.header());
        }
        else
        {
            headerFields(json, answer.header());
        }
        switch (answer.word())
        {
            case GRANT -> json.always("ID", answer.id()).always("TTL", answer.ttl()).always("Error", "\"\"");
            case KEEP_ALIVE -> json.always("ID", answer.id()).always("TTL", answer.ttl());
            case TIMETOLIVE -> timeToLive(json, answer, wantsKeys);
            case LIST ->
            {
                json.name("leases").open('[');
                answer.leases().forEach(id -> json.open('{').always("id", id).close('}'));
                json.close(']');
            }
            default ->
            {
                // a revoke's answer is its head
            }
        }
        json.close('}');
        out.print("\n");
    }

    private static void timeToLive(final Json json, final Answer.Lease answer, final boolean wantsKeys)
    {
        json.always("id", answer.id()).always("ttl", answer.ttl()).always("granted-ttl", answer.grantedTtl());
        if (!wantsKeys || answer.keys().isEmpty())
        {
            json.always("keys", "null");
            return;
        }
        json.name("keys").open('[');
        answer.keys().forEach(key -> json.raw('"' + Base64.getEncoder().encodeToString(key) + '"'));
        json.close(']');
    }

    @Override
    public void watch(final WatchBatch batch)
    {
        final Json json = new Json(out).open('{');
        header(json.name("Header"), batch.header());
        json.name("Events").open('[');
        for (final WatchBatch.Event event : batch.events())
        {
            json.open('{').number("type", event.isDelete() ? 1 : 0);
            keyValue(json.name("kv"), event.kv());
            if (event.prevKv() != null)
            {
                keyValue(json.name("prev_kv"), event.prevKv());
            }
            json.close('}');
        }
        json.close(']').always("CompactRevision", 0).always("Canceled", false).always("Created", false).close('}');
        out.print("\n");
    }

    @Override
    public void status(final List<Status> statuses)
    {
        final Json json = new Json(out).open('[');
        for (final Status status : statuses)
        {
            json.open('{').text("Endpoint", status.endpoint()).name("Status").open('{');
            header(json.name("header"), status.header());
            json.text("version", status.version()).number("dbSize", status.dbSize()).unsigned("leader", status.leaderId())
                .number("raftIndex", status.raftIndex()).number("raftTerm", status.header().raftTerm())
                .number("raftAppliedIndex", status.raftAppliedIndex()).texts("errors", status.errors())
                .number("dbSizeInUse", status.dbSizeInUse()).bool("isLearner", status.isLearner())
                .text("durability", status.durability()).text("mode", status.mode())
                .number("forces", status.forces()).number("acknowledged", status.acknowledged())
                .number("clusterVersion", status.clusterVersion()).number("applyVersion", status.applyVersion());
            json.close('}').close('}');
        }
        json.close(']');
        out.print("\n");
    }

    @Override
    public void health(final List<Health> healths, final PrintStream err)
    {
        final Json json = new Json(out).open('[');
        for (final Health health : healths)
        {
            json.open('{').text("endpoint", health.endpoint()).always("health", health.isHealthy())
                .text("took", health.took()).text("error", health.error()).close('}');
        }
        json.close(']');
        out.print("\n");
    }

    @Override
    public void hashes(final List<HashAnswer> hashes)
    {
        final Json json = new Json(out).open('[');
        for (final HashAnswer answer : hashes)
        {
            json.open('{').text("Endpoint", answer.endpoint()).name("HashKV").open('{');
            header(json.name("header"), answer.header());
            json.number("hash", answer.hash()).number("compact_revision", answer.compactRevision())
                .number("hash_revision", answer.hashRevision()).close('}').close('}');
        }
        json.close(']');
        out.print("\n");
    }

    /** Without a head, as etcdctl 3.4's. */
    @Override
    public void alarms(final AlarmAnswer answer)
    {
        final Json json = new Json(out).open('{');
        if (!answer.alarms().isEmpty())
        {
            json.name("alarms").open('[');
            answer.alarms().forEach((alarm) -> json.open('{').unsigned("memberID", alarm.memberId())
                .number("alarm", alarm.type().number()).close('}'));
            json.close(']');
        }
        json.close('}');
        out.print("\n");
    }

    @Override
    public void snapshot(final SnapshotFile file)
    {
        new Json(out).open('{')
            .always("hash", file.hash())
            .always("revision", file.revision())
            .always("totalKey", file.keyCount())
            .always("totalSize", file.storeLength())
            .close('}');
        out.println();
    }

    @Override
    public void auth(final AuthAnswer answer)
    {
        final Json json = new Json(out).open('{');
        header(json.name("header"), answer.header());
        switch (answer.operation())
        {
            case STATUS -> json.bool("enabled", answer.isEnabled()).number("authRevision", answer.authRevision());
            case USER_LIST -> json.texts("users", answer.names());
            case USER_GET, ROLE_LIST -> json.texts("roles", answer.names());
            case ROLE_GET -> permissions(json, answer.permissions());
            default ->
            {
                // the head is all there is
            }
        }
        json.close('}');
        out.print("\n");
    }

    private static void permissions(final Json json, final List<AuthAnswer.Item> permissions)
    {
        if (permissions.isEmpty())
        {
            return;
        }
        json.name("perm").open('[');
        for (final AuthAnswer.Item item : permissions)
        {
            json.open('{').number("permType", item.type().number()).bytes("key", item.key()).bytes("range_end", item.rangeEnd()).close('}');
        }
        json.close(']');
    }

    @Override
    public void members(final Header header, final List<Member> members)
    {
        final Json json = new Json(out).open('{');
        header(json.name("header"), header);
        json.name("members").open('[');
        members.forEach((member) -> member(json, member));
        json.close(']').close('}');
        out.print("\n");
    }

    @Override
    public void memberChanged(final MemberOperation operation, final MemberAnswer answer)
    {
        final Json json = new Json(out).open('{');
        header(json.name("header"), answer.header());
        if (operation == MemberOperation.ADD)
        {
            member(json.name("member"), answer.member());
        }
        json.name("members").open('[');
        answer.members().forEach((member) -> member(json, member));
        json.close(']').close('}');
        out.print("\n");
    }

    private static void member(final Json json, final Member member)
    {
        json.open('{').unsigned("ID", member.id()).text("name", member.name()).texts("peerURLs", member.peerUrls())
            .texts("clientURLs", member.clientUrls()).bool("isLearner", member.isLearner()).close('}');
    }

    private static void header(final Json json, final Header header)
    {
        headerFields(json.open('{'), header).close('}');
    }

    private static Json headerFields(final Json json, final Header header)
    {
        return json.unsigned("cluster_id", header.clusterId()).unsigned("member_id", header.memberId())
            .number("revision", header.revision()).number("raft_term", header.raftTerm());
    }

    private static void keyValues(final Json json, final String name, final List<KeyValue> kvs)
    {
        if (kvs.isEmpty())
        {
            return;
        }
        json.name(name).open('[');
        for (final KeyValue kv : kvs)
        {
            keyValue(json, kv);
        }
        json.close(']');
    }

    private static void keyValue(final Json json, final KeyValue kv)
    {
        json.open('{').bytes("key", kv.key()).number("create_revision", kv.createRevision()).number("mod_revision", kv.modRevision())
            .number("version", kv.version()).bytes("value", kv.value()).number("lease", kv.lease()).close('}');
    }
}
