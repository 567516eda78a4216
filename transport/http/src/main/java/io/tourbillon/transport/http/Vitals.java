package io.tourbillon.transport.http;

import java.util.List;

/** What a member can be asked about its health. Any thread; reads block, for some seconds at most. */
public interface Vitals
{
    /** @return names of the alarms that are raised, as etcd's: {@code NOSPACE}, {@code CORRUPT}. */
    List<String> alarms();

    /** @return whether this member knows who leads. */
    boolean hasLeader();

    /** @return whether it has no vote; true as well if it cannot tell. */
    boolean isLearner();

    /**
     * Reads a key. Blocks until that is answered or has taken too long.
     *
     * @param isSerializable false: the answer needs a majority of the members.
     * @return null if it was answered; else why not, in words.
     */
    String read(boolean isSerializable);
}
