package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * A transaction as etcdctl reads it from stdin: conditions, an empty line, requests if they hold, an empty line, requests if not, an empty
 * line.
 *
 * @param comparisons all must hold.
 * @param success     done if they do.
 * @param failure     done if they do not.
 */
public record TxnScript(List<Comparison> comparisons, List<Request> success, List<Request> failure)
{
    /**
     * @param reader in Latin-1, so that a line may be any bytes.
     * @param prompt told before each part.
     * @return the transaction.
     * @throws IOException  if the input cannot be read.
     * @throws CtlException if it is not a transaction.
     */
    static TxnScript read(final BufferedReader reader, final Prompt prompt) throws IOException
    {
        prompt.say("compares:");
        final List<Comparison> comparisons = new ArrayList<>();
        for (String line = nextLine(reader); !line.isEmpty(); line = nextLine(reader))
        {
            comparisons.add(Comparison.parse(line));
        }
        prompt.say("success requests (get, put, del):");
        final List<Request> success = requests(reader);
        prompt.say("failure requests (get, put, del):");
        return new TxnScript(comparisons, success, requests(reader));
    }

    private static List<Request> requests(final BufferedReader reader) throws IOException
    {
        final List<Request> requests = new ArrayList<>();
        for (String line = nextLine(reader); !line.isEmpty(); line = nextLine(reader))
        {
            requests.add(request(line));
        }
        return requests;
    }

    private static String nextLine(final BufferedReader reader) throws IOException
    {
        final String line = reader.readLine();
        if (line == null)
        {
            throw new CtlException(ExitCode.INVALID_INPUT, "EOF");
        }
        return line.trim();
    }

    private static Request request(final String line)
    {
        final List<String> words = ShellWords.split(line);
        if (words.size() < 2)
        {
            throw new CtlException(ExitCode.INVALID_INPUT, "invalid txn compare request: " + line);
        }
        final List<String> rest = words.subList(1, words.size());
        return switch (words.get(0))
        {
            case "get" -> Words.get(parse(Words.getFlags(new Flags()), rest, line), ISO_8859_1);
            case "put" -> Words.put(parse(Words.putFlags(new Flags()), rest, line), ISO_8859_1, TxnScript::noInput);
            case "del" -> Words.delete(parse(Words.delFlags(new Flags()), rest, line), ISO_8859_1);
            default -> throw new CtlException(ExitCode.INVALID_INPUT, "invalid txn request: " + line);
        };
    }

    private static Flags parse(final Flags flags, final List<String> words, final String line)
    {
        try
        {
            return flags.parse(words);
        }
        catch (final CtlException ex)
        {
            throw new CtlException(ExitCode.INVALID_INPUT, "invalid txn request: " + line);
        }
    }

    private static byte[] noInput()
    {
        throw Words.badArgs("put command needs 1 argument and input from stdin or 2 arguments");
    }

    /** Where the names of the parts go: a terminal, or nowhere. */
    interface Prompt
    {
        /**
         * @param text the next part's name.
         */
        void say(String text);
    }
}
