package io.tourbillon.tools.ctl;

/** {@code completion bash}: a script by which bash completes tbctl's words: {@code source <(tbctl completion bash)}. */
final class CompletionCommand implements Command
{
    @Override
    public String usage()
    {
        return "bash";
    }

    @Override
    public String summary()
    {
        return "Generate completion script";
    }

    @Override
    public int run(final Context context)
    {
        if (context.arguments().size() != 1 || !"bash".equals(context.arguments().get(0)))
        {
            throw new CtlException(ExitCode.BAD_ARGS, "completion command needs one argument: bash");
        }
        final StringBuilder cases = new StringBuilder();
        final StringBuilder firsts = new StringBuilder();
        for (final String name : Commands.NAMES)
        {
            final int space = name.indexOf(' ');
            final String first = space < 0 ? name : name.substring(0, space);
            if ((' ' + firsts.toString() + ' ').contains(' ' + first + ' '))
            {
                continue;
            }
            firsts.append(firsts.isEmpty() ? "" : " ").append(first);
            if (space > 0)
            {
                cases.append("    ").append(first).append(") words=\"").append(seconds(first)).append("\" ;;\n");
            }
        }
        context.out().print("_tbctl()\n{\n  local words=\"\"\n  case \"${COMP_WORDS[COMP_CWORD-1]}\" in\n" +
            "    tbctl|*/tbctl) words=\"" + firsts + "\" ;;\n" + cases +
            "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n" +
            "complete -o default -F _tbctl tbctl\n");
        return ExitCode.SUCCESS;
    }

    private static String seconds(final String first)
    {
        final StringBuilder words = new StringBuilder();
        for (final String name : Commands.NAMES)
        {
            if (name.startsWith(first + ' '))
            {
                words.append(words.isEmpty() ? "" : " ").append(name.substring(first.length() + 1));
            }
        }
        return words.toString();
    }
}
