package io.tourbillon.mvcc;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** What the first answer to a write said: enough to say it again, with what history still shows. */
final class Outcome
{
    /** The kind of a request was not noted: a build before this one remembered it. */
    static final int ANY_KIND = 0;

    private int error;
    private long revision;
    private boolean hasChanged;
    private long extra;
    private int kind;

    /**
     * @param errorNumber  {@code SOUND}, or what the write was refused with.
     * @param headRevision that the answer showed.
     * @param isChange     whether that revision is the write's own.
     * @param what         keys that a delete deleted, the lease that was granted or revoked, or 0.
     * @param templateId   of the request, or {@link #ANY_KIND}.
     */
    Outcome of(final int errorNumber, final long headRevision, final boolean isChange, final long what, final int templateId)
    {
        assert errorNumber == SOUND || !isChange && what == 0 : "an error changes nothing";
        error = errorNumber;
        revision = headRevision;
        hasChanged = isChange;
        extra = what;
        kind = templateId;
        return this;
    }

    int error()
    {
        return error;
    }

    long revision()
    {
        return revision;
    }

    boolean hasChanged()
    {
        return hasChanged;
    }

    long extra()
    {
        return extra;
    }

    /** Template id of the request. */
    int kind()
    {
        return kind;
    }

    Outcome copyFrom(final Outcome other)
    {
        return of(other.error, other.revision, other.hasChanged, other.extra, other.kind);
    }
}
