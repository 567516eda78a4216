package io.tourbillon.tools.ctl;

import io.tourbillon.tools.Version;

import java.io.PrintStream;

/** Help texts in etcdctl's form. */
final class Help
{
    private static final String COLUMN = "%-34s%s%n";

    private Help()
    {
    }

    static void printAll(final PrintStream out)
    {
        out.printf("NAME:%n\ttbctl - A simple command line client for Tourbillon, with etcdctl's words.%n%n");
        out.printf("USAGE:%n\ttbctl [flags] <command> [flags] [arguments]%n%nVERSION:%n\t%s%n%nCOMMANDS:%n", Version.text());
        final int width = Commands.NAMES.stream().mapToInt(String::length).max().orElse(0) + 2;
        for (final String name : Commands.NAMES)
        {
            out.printf("\t%-" + width + "s%s%n", name, Commands.of(name).summary());
        }
        out.printf("%nOPTIONS (each also from the environment, as TBCTL_ENDPOINTS):%n");
        printFlags(out, GlobalFlags.declare(new Flags()));
        out.printf("%nEXIT CODES:%n\t0 done; 1 error from the node, or no answer; 2 no connection; 3 invalid input; 4 no such%n" +
            "\toutput form or value of a flag; 5 watch ended by the node; 6 file or terminal; 128 wrong arguments%n");
    }

    static void printOf(final PrintStream out, final String name, final Command command)
    {
        out.printf("NAME:%n\t%s - %s%n%nUSAGE:%n\ttbctl %s %s%n%nOPTIONS:%n", name, command.summary(), name, command.usage());
        final Flags own = new Flags();
        command.declare(own);
        printFlags(out, own);
        out.printf("%nGLOBAL OPTIONS:%n");
        printFlags(out, GlobalFlags.declare(new Flags()));
    }

    private static void printFlags(final PrintStream out, final Flags flags)
    {
        for (final Flag flag : flags.all())
        {
            out.printf("  " + COLUMN, flag.label(), flag.help);
        }
    }
}
