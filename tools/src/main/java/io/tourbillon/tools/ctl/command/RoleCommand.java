package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.AuthAnswer;
import io.tourbillon.tools.ctl.output.Printer;
import io.tourbillon.transport.client.AuthCommand;

import java.util.List;
import java.util.Locale;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code role add}, {@code delete}, {@code get}, {@code list}, {@code grant-permission}, {@code revoke-permission}. */
public final class RoleCommand implements Command
{
    private final AuthOperation operation;

    /** @param operation of roles. */
    public RoleCommand(final AuthOperation operation)
    {
        this.operation = operation;
    }

    private boolean isOfKeys()
    {
        return operation == AuthOperation.ROLE_GRANT_PERMISSION || operation == AuthOperation.ROLE_REVOKE_PERMISSION;
    }

    @Override
    public String usage()
    {
        return switch (operation)
        {
            case ROLE_LIST -> "[flags]";
            case ROLE_GRANT_PERMISSION -> "[options] <role name> <permission type> <key> [endkey] [flags]";
            case ROLE_REVOKE_PERMISSION -> "<role name> <key> [endkey] [flags]";
            default -> "<role name> [flags]";
        };
    }

    @Override
    public String summary()
    {
        return switch (operation)
        {
            case ROLE_ADD -> "Adds a new role";
            case ROLE_DELETE -> "Deletes a role";
            case ROLE_GET -> "Gets detailed information of a role";
            case ROLE_LIST -> "Lists all roles";
            case ROLE_GRANT_PERMISSION -> "Grants a key to a role";
            default -> "Revokes a key from a role";
        };
    }

    @Override
    public void declare(final Flags flags)
    {
        if (isOfKeys())
        {
            final String verb = operation == AuthOperation.ROLE_GRANT_PERMISSION ? "grant" : "revoke";
            flags.bool("from-key", verb + " a permission of keys that are greater than or equal to the given key using byte compare");
            flags.bool("prefix", verb + " a prefix permission");
        }
    }

    @Override
    public int run(final Context context)
    {
        final List<String> arguments = context.arguments();
        final int count = arguments.size();
        final boolean isSound = switch (operation)
        {
            case ROLE_LIST -> count == 0;
            case ROLE_GRANT_PERMISSION -> count >= 3;
            case ROLE_REVOKE_PERMISSION -> count >= 2;
            default -> count == 1;
        };
        if (!isSound)
        {
            throw Words.badArgs(complaint());
        }
        final Printer printer = context.printer();
        final String role = count == 0 ? "" : arguments.get(0);
        final AuthAnswer.Item item = isOfKeys() ? item(context.flags()) : null;
        final AuthCommand command = switch (operation)
        {
            case ROLE_LIST -> AuthCommand.list(operation);
            case ROLE_GRANT_PERMISSION -> AuthCommand.grantPermission(role, item.type(), firstOf(item), item.rangeEnd());
            case ROLE_REVOKE_PERMISSION -> AuthCommand.revokePermission(role, firstOf(item), item.rangeEnd());
            default -> AuthCommand.ofRole(operation, role);
        };
        try (NodeLink node = context.connect())
        {
            printer.auth(node.auth(command).about(operation, "", role, item));
        }
        return ExitCode.SUCCESS;
    }

    /** The keys as they were typed: an empty one means the first there can be, but is printed as it is. */
    private AuthAnswer.Item item(final Flags flags)
    {
        final List<String> arguments = flags.arguments();
        final boolean isGrant = operation == AuthOperation.ROLE_GRANT_PERMISSION;
        final PermissionType type = isGrant ? type(arguments.get(1)) : null;
        final int keyIndex = isGrant ? 2 : 1;
        final byte[] key = arguments.get(keyIndex).getBytes(UTF_8);
        if (flags.is("prefix") && flags.is("from-key"))
        {
            throw Words.badArgs("--from-key and --prefix flags are mutually exclusive");
        }
        final boolean isRange = flags.is("prefix") || flags.is("from-key");
        if (arguments.size() > keyIndex + 1 && isRange)
        {
            throw Words.badArgs("unexpected endkey argument with --" + (flags.is("prefix") ? "prefix" : "from-key") + " flag");
        }
        final byte[] rangeEnd = flags.is("prefix") ? KeyRange.ofPrefix(key).rangeEnd() :
            flags.is("from-key") ? KeyRange.from(key).rangeEnd() :
            arguments.size() > keyIndex + 1 ? arguments.get(keyIndex + 1).getBytes(UTF_8) : new byte[0];
        return new AuthAnswer.Item(type, key, rangeEnd);
    }

    private static byte[] firstOf(final AuthAnswer.Item item)
    {
        return item.isOpenEnded() ? KeyRange.from(item.key()).key() : item.key();
    }

    private static PermissionType type(final String text)
    {
        return switch (text.toUpperCase(Locale.ROOT))
        {
            case "READ" -> PermissionType.READ;
            case "WRITE" -> PermissionType.WRITE;
            case "READWRITE" -> PermissionType.READWRITE;
            default -> throw Words.badArgs("invalid permission type: " + text);
        };
    }

    private String complaint()
    {
        return switch (operation)
        {
            case ROLE_LIST -> "role list command requires no arguments";
            case ROLE_GRANT_PERMISSION ->
                "role grant command requires role name, permission type, and key [endkey] as its argument";
            case ROLE_REVOKE_PERMISSION -> "role revoke-permission command requires role name and key [endkey] as its argument";
            case ROLE_ADD -> "role add command requires role name as its argument";
            case ROLE_DELETE -> "role delete command requires role name as its argument";
            default -> "role get command requires role name as its argument";
        };
    }
}
