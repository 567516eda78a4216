package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.transport.client.AuthCommand;

/** {@code auth enable}, {@code disable}, {@code status}. */
public final class AuthSwitchCommand implements Command
{
    private static final String ROOT = "root";

    private final AuthOperation operation;

    /** @param operation ENABLE, DISABLE or STATUS. */
    public AuthSwitchCommand(final AuthOperation operation)
    {
        this.operation = operation;
    }

    @Override
    public String usage()
    {
        return "[flags]";
    }

    @Override
    public String summary()
    {
        return switch (operation)
        {
            case ENABLE -> "Enables authentication";
            case DISABLE -> "Disables authentication";
            default -> "Returns authentication status";
        };
    }

    @Override
    public int run(final Context context)
    {
        final String word = operation.name().toLowerCase(java.util.Locale.ROOT);
        if (!context.arguments().isEmpty())
        {
            throw Words.badArgs("auth " + word + " command does not accept any arguments");
        }
        try (NodeLink node = context.connect())
        {
            switch (operation)
            {
                case ENABLE -> enable(context, node);
                case DISABLE ->
                {
                    node.auth(AuthCommand.disable());
                    context.out().print("Authentication Disabled\n");
                }
                default -> context.printer().auth(node.auth(AuthCommand.status()).about(operation, "", "", null));
            }
        }
        return ExitCode.SUCCESS;
    }

    /** As etcdctl: where only the role of root is missing, it is made and granted. */
    private static void enable(final Context context, final NodeLink node)
    {
        if (isRefused(node, AuthCommand.enable(), ErrorCode.ROOT_ROLE_NOT_EXIST))
        {
            isRefused(node, AuthCommand.ofRole(AuthOperation.ROLE_ADD, ROOT), ErrorCode.ROLE_EXISTS);
            node.auth(AuthCommand.ofUserAndRole(AuthOperation.USER_GRANT_ROLE, ROOT, ROOT));
            node.auth(AuthCommand.enable());
        }
        context.out().print("Authentication Enabled\n");
    }

    private static boolean isRefused(final NodeLink node, final AuthCommand command, final ErrorCode expected)
    {
        try
        {
            node.auth(command);
            return false;
        }
        catch (final CtlException ex)
        {
            if (expected.message().equals(ex.getMessage()))
            {
                return true;
            }
            throw ex;
        }
    }
}
