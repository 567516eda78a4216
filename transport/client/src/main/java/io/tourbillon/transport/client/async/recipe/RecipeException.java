package io.tourbillon.transport.client.async.recipe;

import java.util.concurrent.CompletionException;

/** A recipe cannot do what it was asked for. The texts are those of etcd's recipes where it has one. */
public final class RecipeException extends RuntimeException
{
    /** The mutex is somebody else's, and was not to be waited for. */
    public static final String MUTEX_LOCKED = "mutex: Locked by another session";
    /** The session ended before the mutex was had. */
    public static final String MUTEX_EXPIRED = "mutex: session is expired";
    /** The mutex is not held. */
    public static final String MUTEX_RELEASED = "mutex: lock has already been released";
    /** Nobody leads. */
    public static final String NO_LEADER = "election: no leader";
    /** Another one leads, or nobody, but not who asks. */
    public static final String NOT_LEADER = "election: not leader";
    /** A software transaction met so many conflicts that it was given up. */
    public static final String TOO_MANY_CONFLICTS = "stm: too many conflicts";

    private static final long serialVersionUID = 1L;

    RecipeException(final String message)
    {
        super(message);
    }

    /** What a future failed with, without what futures wrap it in. */
    static Throwable cause(final Throwable error)
    {
        return error instanceof CompletionException && null != error.getCause() ? error.getCause() : error;
    }
}
