package io.tourbillon.journal;

import java.nio.file.Path;

/**
 * One file of the journal. Immutable.
 *
 * @param number    rises by one a segment, gaps allowed; is Chronicle's cycle.
 * @param path      of the file.
 * @param lastIndex highest entry index that it holds, void or not; 0 if it holds none. Of the newest segment: unknown until it is rolled.
 */
record Segment(int number, Path path, long lastIndex)
{
    Segment(final int number, final Path path)
    {
        this(number, path, 0);
    }

    Segment withPath(final Path newPath)
    {
        return new Segment(number, newPath, lastIndex);
    }

    Segment withLastIndex(final long newLastIndex)
    {
        return new Segment(number, path, newLastIndex);
    }
}
