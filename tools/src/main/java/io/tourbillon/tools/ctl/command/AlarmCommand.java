package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.AlarmAnswer;
import io.tourbillon.tools.ctl.output.Printer;

import java.util.ArrayList;
import java.util.List;

/** {@code alarm list} and {@code alarm disarm}: the latter asks for the list and disarms each of it. */
public final class AlarmCommand implements Command
{
    private final boolean isDisarm;

    /** @param isDisarm false: list them. */
    public AlarmCommand(final boolean isDisarm)
    {
        this.isDisarm = isDisarm;
    }

    @Override
    public String usage()
    {
        return "[flags]";
    }

    @Override
    public String summary()
    {
        return isDisarm ? "Disarms all alarms" : "Lists all alarms";
    }

    @Override
    public int run(final Context context)
    {
        if (!context.arguments().isEmpty())
        {
            throw Words.badArgs("alarm " + (isDisarm ? "disarm" : "list") + " command accepts no arguments");
        }
        final Printer printer = context.printer();
        try (NodeLink node = context.connect())
        {
            final AlarmAnswer all = node.alarm(MaintenanceOperation.ALARM_GET, 0, AlarmType.NONE);
            printer.alarms(isDisarm ? disarm(node, all) : all);
        }
        return ExitCode.SUCCESS;
    }

    private static AlarmAnswer disarm(final NodeLink node, final AlarmAnswer all)
    {
        final List<AlarmAnswer.Item> gone = new ArrayList<>();
        for (final AlarmAnswer.Item alarm : all.alarms())
        {
            gone.addAll(node.alarm(MaintenanceOperation.ALARM_DEACTIVATE, alarm.memberId(), alarm.type()).alarms());
        }
        return new AlarmAnswer(null, gone);
    }
}
