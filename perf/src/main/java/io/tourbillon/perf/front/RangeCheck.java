package io.tourbillon.perf.front;

import com.google.protobuf.ByteString;
import io.tourbillon.perf.KeySpace;
import org.agrona.concurrent.UnsafeBuffer;

/** Whether a read of a whole key space, however it came, brought each key once, in order, as it was put, all of one revision. */
final class RangeCheck
{
    private final KeySpace keys;
    private ByteString lastKey = ByteString.EMPTY;
    private int entryCount;
    private long revision;
    private String fault;

    RangeCheck(final KeySpace keys)
    {
        this.keys = keys;
    }

    void onEntry(final ByteString key, final ByteString value)
    {
        if (fault != null)
        {
            return;
        }
        final UnsafeBuffer valueBytes = new UnsafeBuffer(value.toByteArray());
        final UnsafeBuffer keyBytes = new UnsafeBuffer(key.toByteArray());
        final int keyIndex = valueBytes.capacity() == keys.valueLength() ? KeySpace.keyIndexOf(valueBytes, 0) : -1;
        if (ByteString.unsignedLexicographicalComparator().compare(lastKey, key) >= 0)
        {
            fault = "key " + entryCount + " is not behind the one before";
        }
        else if (!keys.isKey(keyIndex, keyBytes, 0, keyBytes.capacity()))
        {
            fault = "key " + entryCount + " is not its value's";
        }
        else if (keys.checkValue(keyIndex, valueBytes, 0, valueBytes.capacity()) != KeySpace.SOUND)
        {
            fault = "the value of key " + entryCount + " is not what was put";
        }
        entryCount++;
        lastKey = key;
    }

    /** What an answer says of itself. Of pages the first one counts all keys, the others what is left. */
    void onHead(final long itsRevision, final long itsCount)
    {
        if (revision == 0)
        {
            revision = itsRevision;
            fault = fault == null && itsCount != keys.keyCount() ? itsCount + " keys were counted" : fault;
        }
        else if (revision != itsRevision && fault == null)
        {
            fault = "revision " + itsRevision + " after " + revision;
        }
    }

    void onEnd()
    {
        if (fault == null && entryCount != keys.keyCount())
        {
            fault = entryCount + " keys of " + keys.keyCount();
        }
    }

    ByteString lastKey()
    {
        return lastKey;
    }

    long revision()
    {
        return revision;
    }

    /** Null if all is well. */
    String fault()
    {
        return fault;
    }
}
