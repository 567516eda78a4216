package io.tourbillon.tools.ctl;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.Durability;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.ReplyHeaderDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.tools.ctl.output.AlarmAnswer;
import io.tourbillon.tools.ctl.output.Answer;
import io.tourbillon.tools.ctl.output.AuthAnswer;
import io.tourbillon.tools.ctl.output.HashAnswer;
import io.tourbillon.tools.ctl.output.Header;
import io.tourbillon.tools.ctl.output.KeyValue;
import io.tourbillon.tools.ctl.output.Member;
import io.tourbillon.tools.ctl.output.MemberAnswer;
import io.tourbillon.tools.ctl.output.Status;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Copies replies out of their messages. A message's fields must be read in its order. */
final class Replies
{
    private static final int FIRST_VERSION = 1;

    private Replies()
    {
    }

    static Header header(final ReplyHeaderDecoder header)
    {
        return new Header(header.clusterId(), header.memberId(), header.revision(), header.raftTerm());
    }

    /** Adds a part's keys to those of the parts before it. */
    static Answer.Range range(final RangeReplyDecoder reply, final List<KeyValue> kvs)
    {
        for (final RangeReplyDecoder.KvsDecoder kv : reply.kvs())
        {
            final byte[] key = new byte[kv.keyLength()];
            kv.getKey(key, 0, key.length);
            final byte[] value = new byte[kv.valueLength()];
            kv.getValue(value, 0, value.length);
            kvs.add(new KeyValue(key, value, kv.createRevision(), kv.modRevision(), kv.version(), kv.lease()));
        }
        return new Answer.Range(header(reply.reply()), kvs, reply.flags().more(), reply.keyCount());
    }

    static Answer.Put put(final PutReplyDecoder reply, final byte[] key)
    {
        final Header header = header(reply.reply());
        // A key that was not there before has no revision of its creation.
        if (!reply.flags().prevKvs() || reply.prevCreateRevision() == 0)
        {
            return new Answer.Put(header, null);
        }
        final byte[] value = new byte[reply.prevValueLength()];
        reply.getPrevValue(value, 0, value.length);
        return new Answer.Put(header, new KeyValue(
            key, value, reply.prevCreateRevision(), reply.prevModRevision(), reply.prevVersion(), reply.prevLease()));
    }

    /** Adds a part's keys to those of the parts before it. */
    static Answer.Delete delete(final DeleteRangeReplyDecoder reply, final List<KeyValue> kvs)
    {
        for (final DeleteRangeReplyDecoder.PrevKvsDecoder kv : reply.prevKvs())
        {
            final byte[] key = new byte[kv.keyLength()];
            kv.getKey(key, 0, key.length);
            final byte[] value = new byte[kv.valueLength()];
            kv.getValue(value, 0, value.length);
            kvs.add(new KeyValue(key, value, kv.createRevision(), kv.modRevision(), kv.version(), kv.lease()));
        }
        return new Answer.Delete(header(reply.reply()), reply.deleted(), kvs);
    }

    /** A node that says no version is of the first builds. */
    static Status status(final StatusReplyDecoder reply, final String endpoint)
    {
        final boolean isLearner = reply.flags().learner();
        final String version = reply.version();
        final String name = reply.name();
        final String mode = reply.mode();
        final String errors = reply.errors();
        return new Status(endpoint, header(reply.reply()), name, version, reply.dbSize(), reply.dbSizeInUse(), reply.leaderId(), isLearner,
            reply.raftIndex(), reply.raftAppliedIndex(), errors.isEmpty() ? List.of() : List.of(errors.split("\n")),
            durability(reply.durability()), mode, reply.forces(), reply.acknowledged(),
            Math.max(FIRST_VERSION, reply.clusterVersion()), Math.max(FIRST_VERSION, reply.applyVersion()));
    }

    static HashAnswer hash(final MaintenanceReplyDecoder reply, final String endpoint)
    {
        return new HashAnswer(endpoint, header(reply.reply()), reply.hash(), reply.compactRevision(), reply.hashRevision());
    }

    static AlarmAnswer alarms(final MaintenanceReplyDecoder reply)
    {
        final List<AlarmAnswer.Item> alarms = new ArrayList<>();
        for (final MaintenanceReplyDecoder.AlarmsDecoder alarm : reply.alarms())
        {
            final AlarmType type = AlarmType.of(alarm.alarm());
            alarms.add(new AlarmAnswer.Item(alarm.memberId(), type == null ? AlarmType.NONE : type));
        }
        return new AlarmAnswer(header(reply.reply()), alarms);
    }

    /** Adds a part's names and permissions to those of the parts before it, if there are any. */
    static AuthAnswer auth(final AuthReplyDecoder reply, final AuthAnswer before)
    {
        final List<String> names = before == null ? new ArrayList<>() : before.names();
        final List<AuthAnswer.Item> permissions = before == null ? new ArrayList<>() : before.permissions();
        for (final AuthReplyDecoder.NamesDecoder item : reply.names())
        {
            names.add(item.name());
        }
        for (final AuthReplyDecoder.PermissionsDecoder item : reply.permissions())
        {
            final byte[] key = new byte[item.keyLength()];
            item.getKey(key, 0, key.length);
            final byte[] rangeEnd = new byte[item.rangeEndLength()];
            item.getRangeEnd(rangeEnd, 0, rangeEnd.length);
            final PermissionType type = PermissionType.of(item.permission());
            permissions.add(new AuthAnswer.Item(type == null ? PermissionType.READWRITE : type, key, rangeEnd));
        }
        return new AuthAnswer(
            header(reply.reply()), null, "", "", null, reply.enabled() != 0, reply.authRevision(), names, permissions);
    }

    static MemberAnswer members(final MemberReplyDecoder reply)
    {
        final Header header = header(reply.reply());
        final long memberId = reply.targetId();
        final List<Member> members = new ArrayList<>();
        for (final MemberReplyDecoder.MembersDecoder member : reply.members())
        {
            final String name = member.name();
            final String peerUrls = member.peerUrls();
            members.add(new Member(member.id(), name, urls(peerUrls), urls(member.clientUrls()), member.learner() != 0));
        }
        return new MemberAnswer(header, memberId, members);
    }

    private static List<String> urls(final String text)
    {
        return text.isEmpty() ? List.of() : List.of(text.split(","));
    }

    private static String durability(final Durability durability)
    {
        return durability.name().toLowerCase(Locale.ROOT);
    }
}
