package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.output.Answer;
import io.tourbillon.tools.ctl.output.Header;
import io.tourbillon.tools.ctl.output.KeyValue;
import io.tourbillon.transport.client.async.ResponseHeader;

import java.util.List;

/** Prints the key that stands for a lock or a leader, as a get of it. */
final class Held
{
    private Held()
    {
    }

    static void print(final Context context, final ResponseHeader head, final io.tourbillon.transport.client.async.KeyValue kv)
    {
        final Header header = new Header(head.clusterId(), head.memberId(), head.revision(), head.raftTerm());
        final KeyValue printed =
            new KeyValue(kv.key(), kv.value(), kv.createRevision(), kv.modRevision(), kv.version(), kv.lease());
        context.printer().print(new Answer.Range(header, List.of(printed), false, 1));
        context.out().flush();
    }
}
