package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * Users, roles and what they may do, as of some entry of the log. It never changes: each change of them leaves another one, so any thread
 * may look at it for as long as it likes. Questions by credential do not allocate.
 */
public final class Auth
{
    /** Name of the user and of the role that may do everything. */
    public static final String ROOT = "root";
    /** No users, no roles. */
    public static final Auth EMPTY = new Auth(false, 1, Map.of(), Map.of());
    /** The credential of a session that has not logged in. */
    public static final long NOBODY = 0;

    private final boolean isEnabled;
    private final long revision;
    /** Both in the order of the names' bytes. */
    private final Map<String, AuthUser> users;
    private final Map<String, List<Permission>> roles;
    private final Long2ObjectHashMap<AuthUser> byCredential;

    Auth(
        final boolean isEnabled, final long revision, final Map<String, AuthUser> users, final Map<String, List<Permission>> roles)
    {
        this.isEnabled = isEnabled;
        this.revision = revision;
        this.users = users;
        this.roles = roles;
        byCredential = new Long2ObjectHashMap<>(2 * users.size() + 8, 0.65f);
        users.values().forEach(user -> byCredential.put(user.credential(), user));
    }

    /** @return whether requests are refused to who may not do what they ask for. */
    public boolean isEnabled()
    {
        return isEnabled;
    }

    /** @return grows with each change of users and roles, and when it is disabled; 1 before any. */
    public long revision()
    {
        return revision;
    }

    /**
     * A user to log in.
     *
     * @param name of the user.
     * @return the user, or null if there is none of this name.
     */
    public AuthUser user(final String name)
    {
        return users.get(name);
    }

    /**
     * Who a session has logged in as.
     *
     * @param credential of the session.
     * @return the user, or null if it is nobody's, or nobody's any more.
     */
    public AuthUser user(final long credential)
    {
        return byCredential.get(credential);
    }

    /**
     * Whether a session may do everything: while authentication is not enabled, everybody may.
     *
     * @param credential of the session.
     * @return true if so.
     */
    public boolean isRoot(final long credential)
    {
        return refusalUnlessRoot(credential) == SOUND;
    }

    /**
     * For what any user may do.
     *
     * @param credential of the session that asks.
     * @return 0 if it may, else the number of the error to answer with.
     */
    public int refusalUnlessUser(final long credential)
    {
        if (!isEnabled || byCredential.containsKey(credential))
        {
            return SOUND;
        }
        return (credential == NOBODY ? ErrorCode.USER_EMPTY : ErrorCode.INVALID_AUTH_TOKEN).number();
    }

    /**
     * For what only users with the role {@link #ROOT} may do.
     *
     * @param credential of the session that asks.
     * @return 0 if it may, else the number of the error to answer with.
     */
    public int refusalUnlessRoot(final long credential)
    {
        final int refusal = refusalUnlessUser(credential);
        return refusal != SOUND || !isEnabled || byCredential.get(credential).isRoot() ? refusal : ErrorCode.PERMISSION_DENIED.number();
    }

    /** What a session may read; null = nothing at all: it is nobody's whom anything can be permitted to. */
    Grants reads(final long credential)
    {
        if (!isEnabled || credential == Mvcc.NODE_ITSELF)
        {
            return Grants.ALL;
        }
        final AuthUser user = byCredential.get(credential);
        return user == null ? null : user.reads();
    }

    /** Of the user who has logged in; 0 = there is none. */
    long idOf(final long credential)
    {
        final AuthUser user = byCredential.get(credential);
        return user == null ? 0 : user.id();
    }

    Collection<AuthUser> users()
    {
        return users.values();
    }

    Collection<String> roleNames()
    {
        return roles.keySet();
    }

    /** In the order of their keys; null if there is no such role. */
    List<Permission> role(final String name)
    {
        return roles.get(name);
    }

    @Override
    public String toString()
    {
        return "auth " + (isEnabled ? "enabled" : "disabled") + " at " + revision + ": " + users.size() + " users, " + roles.size() +
            " roles";
    }
}
