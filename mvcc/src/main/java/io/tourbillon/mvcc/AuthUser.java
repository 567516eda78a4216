package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.List;

/** A user as of some entry of the log; never changes. Any thread. */
public final class AuthUser
{
    private final String name;
    private final long id;
    private final long credential;
    private final byte[] verifier;
    private final List<String> roles;
    private final boolean isRoot;
    private final Grants reads;
    private final Grants writes;

    AuthUser(
        final String name,
        final long id,
        final long credential,
        final byte[] verifier,
        final List<String> roles,
        final Grants reads,
        final Grants writes)
    {
        this.name = name;
        this.id = id;
        this.credential = credential;
        this.verifier = verifier;
        this.roles = List.copyOf(roles);
        isRoot = roles.contains(Auth.ROOT);
        this.reads = reads;
        this.writes = writes;
    }

    /** @return the user's name. */
    public String name()
    {
        return name;
    }

    /** @return Raft index of the entry that made the user: another user of the same name has another one. */
    public long id()
    {
        return id;
    }

    /** @return what a session carries that has logged in as this user: see {@code EntryFrame.credential}. */
    public long credential()
    {
        return credential;
    }

    /** @return whether it can log in by a password; if not, only who is trusted to say who it is can speak for it. */
    public boolean hasPassword()
    {
        return verifier.length > 0;
    }

    /** @return a view of the verifier, to be read by {@code ScramVerifier}; empty without a password. Allocates. */
    public DirectBuffer verifier()
    {
        return new UnsafeBuffer(verifier);
    }

    /** @return whether it may do everything. */
    public boolean isRoot()
    {
        return isRoot;
    }

    /** In the order of their bytes. */
    List<String> roles()
    {
        return roles;
    }

    byte[] verifierBytes()
    {
        return verifier;
    }

    Grants reads()
    {
        return reads;
    }

    Grants writes()
    {
        return writes;
    }

    @Override
    public String toString()
    {
        return "user " + name;
    }
}
