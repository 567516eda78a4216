package io.tourbillon.tools.ctl.tree;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Turns a key into a path below a directory, and refuses every key that could lead out of it. */
final class SafePath
{
    private SafePath()
    {
    }

    /**
     * @param root directory to stay in.
     * @param key  the rest of a key after the prefix; one leading slash is ignored.
     * @return the file.
     * @throws UnsafeKeyException if it is not a plain relative path of UTF-8 names.
     */
    static Path resolve(final Path root, final byte[] key) throws UnsafeKeyException
    {
        final String text = decode(key);
        final String relative = text.startsWith("/") ? text.substring(1) : text;
        if (relative.isEmpty())
        {
            throw new UnsafeKeyException("has no name after the prefix");
        }
        for (final String name : relative.split("/", -1))
        {
            if (name.isEmpty() || ".".equals(name) || "..".equals(name) || name.indexOf('\0') >= 0 || name.indexOf('\\') >= 0)
            {
                throw new UnsafeKeyException("is not a plain path: \"" + name + "\" cannot be a file's name");
            }
        }
        try
        {
            final Path path = root.resolve(relative).normalize();
            if (!path.startsWith(root))
            {
                throw new UnsafeKeyException("leads out of the directory");
            }
            return path;
        }
        catch (final InvalidPathException ex)
        {
            throw new UnsafeKeyException("cannot be a file's name: " + ex.getReason());
        }
    }

    private static String decode(final byte[] key) throws UnsafeKeyException
    {
        try
        {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
        }
        catch (final CharacterCodingException ex)
        {
            throw new UnsafeKeyException("is not UTF-8");
        }
    }

    /** Why a key cannot become a file. */
    static final class UnsafeKeyException extends Exception
    {
        private static final long serialVersionUID = 1L;

        UnsafeKeyException(final String reason)
        {
            super(reason, null, false, false);
        }
    }
}
