package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.AuthAnswer;
import io.tourbillon.tools.ctl.output.Printer;
import io.tourbillon.transport.client.AuthCommand;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/** {@code user add}, {@code delete}, {@code get}, {@code list}, {@code passwd}, {@code grant-role}, {@code revoke-role}. */
public final class UserCommand implements Command
{
    private static final byte[] NO_PASSWORD = {};

    private final AuthOperation operation;

    /** @param operation of users. */
    public UserCommand(final AuthOperation operation)
    {
        this.operation = operation;
    }

    @Override
    public String usage()
    {
        return switch (operation)
        {
            case USER_ADD -> "<user name or user:password> [options] [flags]";
            case USER_LIST -> "[flags]";
            case USER_DELETE -> "<user name> [flags]";
            case USER_GRANT_ROLE, USER_REVOKE_ROLE -> "<user name> <role name> [flags]";
            default -> "<user name> [options] [flags]";
        };
    }

    @Override
    public String summary()
    {
        return switch (operation)
        {
            case USER_ADD -> "Adds a new user";
            case USER_DELETE -> "Deletes a user";
            case USER_GET -> "Gets detailed information of a user";
            case USER_LIST -> "Lists all users";
            case USER_CHANGE_VERIFIER -> "Changes password of user";
            case USER_GRANT_ROLE -> "Grants a role to a user";
            default -> "Revokes a role from a user";
        };
    }

    @Override
    public void declare(final Flags flags)
    {
        switch (operation)
        {
            case USER_ADD -> flags
                .boolTrue("interactive", "If false, read the password from stdin instead of an interactive terminal")
                .text("new-user-password", (char)0, "", "Supply password from the command line flag")
                .bool("no-password", "Create a user without password, who cannot log in");
            case USER_CHANGE_VERIFIER -> flags
                .boolTrue("interactive", "If false, read the password from stdin instead of an interactive terminal");
            case USER_GET -> flags.bool("detail", "Show permissions of roles granted to the user");
            default ->
            {
                // none
            }
        }
    }

    @Override
    public int run(final Context context)
    {
        final List<String> arguments = context.arguments();
        if (arguments.size() != argumentCount())
        {
            throw Words.badArgs(complaint());
        }
        final Printer printer = context.printer();
        switch (operation)
        {
            case USER_ADD -> add(context, printer, arguments.get(0));
            case USER_CHANGE_VERIFIER ->
            {
                final byte[] verifier = verifier(context, arguments.get(0));
                print(context, printer, AuthCommand.changeVerifier(arguments.get(0), verifier), arguments.get(0), "");
            }
            case USER_LIST -> print(context, printer, AuthCommand.list(operation), "", "");
            case USER_GRANT_ROLE, USER_REVOKE_ROLE -> print(context, printer,
                AuthCommand.ofUserAndRole(operation, arguments.get(0), arguments.get(1)), arguments.get(0), arguments.get(1));
            case USER_GET -> get(context, printer, arguments.get(0));
            default -> print(context, printer, AuthCommand.ofUser(operation, arguments.get(0)), arguments.get(0), "");
        }
        return ExitCode.SUCCESS;
    }

    private void print(
        final Context context, final Printer printer, final AuthCommand command, final String user, final String role)
    {
        try (NodeLink node = context.connect())
        {
            printer.auth(node.auth(command).about(operation, user, role, null));
        }
    }

    private void add(final Context context, final Printer printer, final String argument)
    {
        final Flags flags = context.flags();
        final String fromFlag = flags.get("new-user-password");
        final int colon = flags.is("no-password") || !fromFlag.isEmpty() ? -1 : argument.indexOf(':');
        final String name = colon < 0 ? argument : argument.substring(0, colon);
        if (name.isEmpty())
        {
            throw Words.badArgs("empty user name is not allowed");
        }
        final byte[] verifier = flags.is("no-password") ? NO_PASSWORD :
            colon >= 0 ? verifier(argument.substring(colon + 1).split(":", 2)[0].toCharArray()) :
            !fromFlag.isEmpty() ? verifier(fromFlag.toCharArray()) : verifier(context, name);
        print(context, printer, AuthCommand.addUser(name, verifier), name, "");
    }

    private void get(final Context context, final Printer printer, final String name)
    {
        try (NodeLink node = context.connect())
        {
            final AuthAnswer user = node.auth(AuthCommand.ofUser(operation, name)).about(operation, name, "", null);
            if (!context.flags().is("detail"))
            {
                printer.auth(user);
                return;
            }
            context.out().print("User: " + name + "\n");
            for (final String role : user.names())
            {
                context.out().print("\n");
                printer.auth(node.auth(AuthCommand.ofRole(AuthOperation.ROLE_GET, role)).about(AuthOperation.ROLE_GET, "", role, null));
            }
        }
    }

    private static byte[] verifier(final Context context, final String user)
    {
        return verifier(
            context.flags().is("interactive") ? context.passwords().askTwice(user) : context.passwords().line());
    }

    private static byte[] verifier(final char[] password)
    {
        if (password.length == 0)
        {
            throw Words.badArgs("empty password");
        }
        try
        {
            return Scram.verifier(password, new SecureRandom());
        }
        catch (final IllegalArgumentException ex)
        {
            throw new CtlException(ExitCode.BAD_ARGS, ex.getMessage());
        }
        finally
        {
            Arrays.fill(password, '\0');
        }
    }

    private int argumentCount()
    {
        return switch (operation)
        {
            case USER_LIST -> 0;
            case USER_GRANT_ROLE, USER_REVOKE_ROLE -> 2;
            default -> 1;
        };
    }

    private String complaint()
    {
        return switch (operation)
        {
            case USER_ADD -> "user add command requires user name as its argument";
            case USER_DELETE -> "user delete command requires user name as its argument";
            case USER_GET -> "user get command requires user name as its argument";
            case USER_LIST -> "user list command requires no arguments";
            case USER_CHANGE_VERIFIER -> "user passwd command requires user name as its argument";
            case USER_GRANT_ROLE -> "user grant command requires user name and role name as its argument";
            default -> "user revoke-role requires user name and role name as its argument";
        };
    }
}
