package io.tourbillon.transport.aeron;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The version of this build. */
public final class NodeVersion
{
    /** As in the project file: semantic versioning. */
    public static final String VERSION = read();

    private NodeVersion()
    {
    }

    private static String read()
    {
        try (InputStream in = NodeVersion.class.getResourceAsStream("version.txt"))
        {
            return new String(in.readAllBytes(), UTF_8).trim();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
