package io.tourbillon.tools.etcd;

import io.tourbillon.tools.etcd.EtcdFlag.Use;

/** What {@code etcd --help} prints, and the usage behind a complaint. */
final class EtcdHelp
{
    static final String USAGE = """
        Usage:

          etcd [flags]
            Start a member of a cluster that is used as an etcd server is.

          etcd --version
            Show the version of etcd whose behaviour it has.

          etcd -h | --help
            Show the help information.

          etcd --config-file
            Path to the server configuration file. If it is given, other flags and environment variables are ignored.

        """;
    private static final int WIDTH = 110;

    private EtcdHelp()
    {
    }

    static String text()
    {
        final StringBuilder text = new StringBuilder(USAGE);
        for (final Use use : new Use[]{Use.MEMBER, Use.NODE, Use.FRONT, Use.CLIENT_TLS, Use.LAUNCHER})
        {
            text.append(title(use)).append('\n');
            for (final EtcdFlag flag : EtcdFlags.all())
            {
                if (flag.use() == use)
                {
                    text.append("  --").append(flag.name()).append(" '").append(flag.byDefault()).append("'\n");
                    text.append(flag.note().isEmpty() ? "" : "    " + flag.note() + "\n");
                }
            }
            text.append('\n');
        }
        return text.append("Accepted with a warning, without effect:\n").append(list(Use.NO_EFFECT)).append(list(Use.PEER_TLS))
            .append("\nNot supported:\n").append(list(Use.REFUSED))
            .append("\nEach flag is also an environment variable, ETCD_NAME_STYLE; a flag wins.\n").toString();
    }

    private static String title(final Use use)
    {
        return switch (use)
        {
            case MEMBER -> "Member and cluster:";
            case NODE -> "Settings:";
            case FRONT -> "Clients, as far as this build has them:";
            case CLIENT_TLS -> "TLS of clients, as far as this build has it:";
            default -> "Logging and launcher:";
        };
    }

    private static String list(final Use use)
    {
        final StringBuilder text = new StringBuilder();
        int column = WIDTH;
        for (final EtcdFlag flag : EtcdFlags.all())
        {
            if (flag.use() == use)
            {
                final boolean isNew = column + flag.name().length() + 3 > WIDTH;
                text.append(isNew ? text.isEmpty() ? "  " : "\n  " : " ").append("--").append(flag.name());
                column = (isNew ? 0 : column) + flag.name().length() + 3;
            }
        }
        return text.append('\n').toString();
    }
}
