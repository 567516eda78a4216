package io.tourbillon.tools.ctl;

import io.tourbillon.tools.Version;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Help texts in etcdctl's form. */
final class Help
{
    private Help()
    {
    }

    static void printAll(final PrintStream out)
    {
        out.printf("NAME:%n\ttbctl - A simple command line client for Tourbillon, with etcdctl's words.%n%n");
        out.printf("USAGE:%n\ttbctl [flags] <command> [flags] [arguments]%n%nVERSION:%n\t%s%n%nCOMMANDS:%n", Version.text());
        printNames(out, Commands.NAMES);
        out.printf("%nOPTIONS (each also from the environment, as TBCTL_ENDPOINTS):%n");
        printGlobals(out);
        out.printf("%nEXIT CODES:%n\t0 done; 1 error from the node, or no answer; 2 no connection; 3 invalid input; 4 no such%n" +
            "\toutput form or value of a flag; 5 watch ended by the node; 6 file or terminal; 128 wrong arguments%n");
    }

    /** The commands that begin with the same word. */
    static void printGroup(final PrintStream out, final String first)
    {
        out.printf("NAME:%n\t%s - What there is of it%n%nUSAGE:%n\ttbctl %s <subcommand> [flags]%n%nCOMMANDS:%n", first, first);
        printNames(out, Commands.NAMES.stream().filter(name -> name.startsWith(first + ' ')).toList());
        out.printf("%nGLOBAL OPTIONS:%n");
        printGlobals(out);
    }

    private static void printNames(final PrintStream out, final List<String> names)
    {
        final int width = Commands.NAMES.stream().mapToInt(String::length).max().orElse(0) + 2;
        for (final String name : names)
        {
            out.printf("\t%-" + width + "s%s%n", name, Commands.of(name).summary());
        }
    }

    static void printGlobals(final PrintStream out)
    {
        printFlags(out, GlobalFlags.declare(new Flags()));
    }

    static void printOf(final PrintStream out, final String name, final Command command)
    {
        out.printf("NAME:%n\t%s - %s%n%nUSAGE:%n\ttbctl %s %s%n%nOPTIONS:%n", name, command.summary(), name, command.usage());
        final Flags own = new Flags();
        command.declare(own);
        printFlags(out, own);
        out.printf("%nGLOBAL OPTIONS:%n");
        printGlobals(out);
    }

    private static void printFlags(final PrintStream out, final Flags flags)
    {
        final List<Flag> sorted = new ArrayList<>();
        flags.all().forEach(sorted::add);
        sorted.sort(Comparator.comparing(flag -> flag.name));
        final int width = sorted.stream().mapToInt(flag -> flag.label().length()).max().orElse(0) + 2;
        sorted.forEach(flag -> out.printf("  %-" + width + "s%s%n", flag.label(), flag.help));
    }
}
