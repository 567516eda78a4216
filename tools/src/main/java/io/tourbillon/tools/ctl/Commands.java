package io.tourbillon.tools.ctl;

import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.command.AlarmCommand;
import io.tourbillon.tools.ctl.command.AuthSwitchCommand;
import io.tourbillon.tools.ctl.command.CheckDatascaleCommand;
import io.tourbillon.tools.ctl.command.CheckPerfCommand;
import io.tourbillon.tools.ctl.command.CompactionCommand;
import io.tourbillon.tools.ctl.command.DefragCommand;
import io.tourbillon.tools.ctl.command.DelCommand;
import io.tourbillon.tools.ctl.command.DowngradeCommand;
import io.tourbillon.tools.ctl.command.ElectCommand;
import io.tourbillon.tools.ctl.command.EndpointHashCommand;
import io.tourbillon.tools.ctl.command.EndpointHealthCommand;
import io.tourbillon.tools.ctl.command.EndpointStatusCommand;
import io.tourbillon.tools.ctl.command.ExportCommand;
import io.tourbillon.tools.ctl.command.GetCommand;
import io.tourbillon.tools.ctl.command.ImportCommand;
import io.tourbillon.tools.ctl.command.InspectCommand;
import io.tourbillon.tools.ctl.command.LeaseCommand;
import io.tourbillon.tools.ctl.command.LockCommand;
import io.tourbillon.tools.ctl.command.MemberCommand;
import io.tourbillon.tools.ctl.command.MemberListCommand;
import io.tourbillon.tools.ctl.command.MirrorCommand;
import io.tourbillon.tools.ctl.command.MoveLeaderCommand;
import io.tourbillon.tools.ctl.command.PutCommand;
import io.tourbillon.tools.ctl.command.RoleCommand;
import io.tourbillon.tools.ctl.command.SnapshotRestoreCommand;
import io.tourbillon.tools.ctl.command.SnapshotSaveCommand;
import io.tourbillon.tools.ctl.command.SnapshotStatusCommand;
import io.tourbillon.tools.ctl.command.TopCommand;
import io.tourbillon.tools.ctl.command.TxnCommand;
import io.tourbillon.tools.ctl.command.UserCommand;
import io.tourbillon.tools.ctl.command.VersionCommand;
import io.tourbillon.tools.ctl.command.WatchCommand;
import io.tourbillon.tools.ctl.migrate.MigrateCommand;
import io.tourbillon.tools.ctl.output.Answer;

import java.util.List;

/** The words of tbctl. Only the class of the word asked for is loaded. */
final class Commands
{
    static final List<String> NAMES = List.of(
        "alarm disarm", "alarm list", "auth disable", "auth enable", "auth status", "check datascale", "check perf", "compaction",
        "completion", "defrag", "del", "downgrade cancel", "downgrade enable", "downgrade validate", "elect", "endpoint hashkv",
        "endpoint health", "endpoint status", "export", "get", "help", "import",
        "inspect counters", "inspect errors", "inspect journal", "inspect raft", "inspect store", "lease grant",
        "lease keep-alive", "lease list", "lease revoke", "lease timetolive", "lock", "make-mirror", "member add", "member list",
        "member promote", "member remove", "member update", "migrate", "move-leader", "options", "put", "role add",
        "role delete", "role get", "role grant-permission", "role list", "role revoke-permission", "snapshot restore", "snapshot save",
        "snapshot status", "top", "txn", "user add", "user delete", "user get", "user grant-role", "user list", "user passwd",
        "user revoke-role", "version", "watch");

    private Commands()
    {
    }

    /** The command of a name, or null. */
    static Command of(final String name)
    {
        return switch (name)
        {
            case "get" -> new GetCommand();
            case "put" -> new PutCommand();
            case "del" -> new DelCommand();
            case "txn" -> new TxnCommand();
            case "watch" -> new WatchCommand();
            case "compaction" -> new CompactionCommand();
            case "alarm list" -> new AlarmCommand(false);
            case "alarm disarm" -> new AlarmCommand(true);
            case "endpoint status" -> new EndpointStatusCommand();
            case "endpoint health" -> new EndpointHealthCommand();
            case "endpoint hashkv" -> new EndpointHashCommand();
            case "lease grant" -> new LeaseCommand(Answer.LeaseWord.GRANT);
            case "lease revoke" -> new LeaseCommand(Answer.LeaseWord.REVOKE);
            case "lease timetolive" -> new LeaseCommand(Answer.LeaseWord.TIMETOLIVE);
            case "lease list" -> new LeaseCommand(Answer.LeaseWord.LIST);
            case "lease keep-alive" -> new LeaseCommand(Answer.LeaseWord.KEEP_ALIVE);
            case "member list" -> new MemberListCommand();
            case "member add" -> new MemberCommand(MemberOperation.ADD);
            case "member remove" -> new MemberCommand(MemberOperation.REMOVE);
            case "member update" -> new MemberCommand(MemberOperation.UPDATE);
            case "member promote" -> new MemberCommand(MemberOperation.PROMOTE);
            case "move-leader" -> new MoveLeaderCommand();
            case "snapshot save" -> new SnapshotSaveCommand();
            case "snapshot status" -> new SnapshotStatusCommand();
            case "snapshot restore" -> new SnapshotRestoreCommand();
            case "auth enable", "auth disable", "auth status", "user add", "user delete", "user get", "user grant-role", "user list",
                "user passwd", "user revoke-role", "role add", "role delete", "role get", "role grant-permission", "role list",
                "role revoke-permission" -> ofUsers(name);
            case "inspect counters" -> new InspectCommand(InspectCommand.What.COUNTERS);
            case "inspect errors" -> new InspectCommand(InspectCommand.What.ERRORS);
            case "inspect journal" -> new InspectCommand(InspectCommand.What.JOURNAL);
            case "inspect raft" -> new InspectCommand(InspectCommand.What.RAFT);
            case "inspect store" -> new InspectCommand(InspectCommand.What.STORE);
            case "top" -> new TopCommand();
            case "import" -> new ImportCommand();
            case "export" -> new ExportCommand();
            case "version" -> new VersionCommand();
            default -> ofLongerWork(name);
        };
    }

    private static Command ofLongerWork(final String name)
    {
        return switch (name)
        {
            case "lock" -> new LockCommand();
            case "elect" -> new ElectCommand();
            case "make-mirror" -> new MirrorCommand();
            case "migrate" -> new MigrateCommand();
            case "check perf" -> new CheckPerfCommand();
            case "check datascale" -> new CheckDatascaleCommand();
            case "defrag" -> new DefragCommand();
            case "completion" -> new CompletionCommand();
            case "downgrade cancel" -> new DowngradeCommand(DowngradeCommand.What.CANCEL);
            case "downgrade enable" -> new DowngradeCommand(DowngradeCommand.What.ENABLE);
            case "downgrade validate" -> new DowngradeCommand(DowngradeCommand.What.VALIDATE);
            case "help" -> new HelpCommand();
            case "options" -> new OptionsCommand();
            default -> null;
        };
    }

    private static Command ofUsers(final String name)
    {
        return switch (name)
        {
            case "auth enable" -> new AuthSwitchCommand(AuthOperation.ENABLE);
            case "auth disable" -> new AuthSwitchCommand(AuthOperation.DISABLE);
            case "auth status" -> new AuthSwitchCommand(AuthOperation.STATUS);
            case "user add" -> new UserCommand(AuthOperation.USER_ADD);
            case "user delete" -> new UserCommand(AuthOperation.USER_DELETE);
            case "user get" -> new UserCommand(AuthOperation.USER_GET);
            case "user list" -> new UserCommand(AuthOperation.USER_LIST);
            case "user passwd" -> new UserCommand(AuthOperation.USER_CHANGE_VERIFIER);
            case "user grant-role" -> new UserCommand(AuthOperation.USER_GRANT_ROLE);
            case "user revoke-role" -> new UserCommand(AuthOperation.USER_REVOKE_ROLE);
            case "role add" -> new RoleCommand(AuthOperation.ROLE_ADD);
            case "role delete" -> new RoleCommand(AuthOperation.ROLE_DELETE);
            case "role get" -> new RoleCommand(AuthOperation.ROLE_GET);
            case "role list" -> new RoleCommand(AuthOperation.ROLE_LIST);
            case "role grant-permission" -> new RoleCommand(AuthOperation.ROLE_GRANT_PERMISSION);
            default -> new RoleCommand(AuthOperation.ROLE_REVOKE_PERMISSION);
        };
    }

    /** The full name at the head of some words: one word or two, also joined by a hyphen; null if there is none. */
    static String nameAt(final List<String> words)
    {
        if (words.isEmpty())
        {
            return null;
        }
        final String first = words.get(0);
        final String joined = NAMES.contains(first) ? first : first.replace('-', ' ');
        if (NAMES.contains(joined))
        {
            return joined;
        }
        final String both = words.size() > 1 ? first + ' ' + words.get(1) : first;
        return NAMES.contains(both) ? both : null;
    }

    /** Whether commands of two words begin with this one. */
    static boolean isGroup(final String word)
    {
        return NAMES.stream().anyMatch(name -> name.startsWith(word + ' '));
    }

    /** How many words a name took. */
    static int wordCount(final String name, final List<String> words)
    {
        return name.indexOf(' ') < 0 || words.get(0).indexOf('-') > 0 ? 1 : 2;
    }
}
