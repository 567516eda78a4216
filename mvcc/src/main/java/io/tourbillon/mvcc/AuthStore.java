package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Users and roles in their trees, and what is made of them in memory. Apply thread, but for {@link #auth}. After each change all are
 * read back from the trees: that takes milliseconds at the limits, and changes are rare.
 */
final class AuthStore
{
    private final Tree users;
    private final Tree roles;
    private final MvccHeader header;
    private final AuthRecord record = new AuthRecord();
    /** What users with the same roles may do: they share it, and it is the same as before a change that did not change it. */
    private Map<List<String>, Grants[]> grantsOfRoles = Map.of();
    private volatile Auth auth = Auth.EMPTY;

    AuthStore(final Tree users, final Tree roles, final MvccHeader header)
    {
        this.users = users;
        this.roles = roles;
        this.header = header;
        load();
    }

    /** As of the last entry that has ended; any thread. */
    Auth auth()
    {
        return auth;
    }

    /** Again, when another state has taken the place of what the store held, or after a change. */
    void load()
    {
        final Map<String, List<Permission>> rolesByName = new LinkedHashMap<>();
        final Cursor role = roles.cursor();
        for (boolean isThere = role.first(); isThere; isThere = role.next())
        {
            rolesByName.put(name(role.key()), List.copyOf(AuthRecord.permissions(role.value())));
        }
        final Map<String, AuthUser> usersByName = new LinkedHashMap<>();
        final Map<List<String>, Grants[]> before = grantsOfRoles;
        grantsOfRoles = new HashMap<>();
        final Cursor user = users.cursor();
        for (boolean isThere = user.first(); isThere; isThere = user.next())
        {
            final String name = name(user.key());
            final List<String> its = List.copyOf(AuthRecord.roles(user.value()));
            final Grants[] grants = grantsOfRoles.computeIfAbsent(its, names -> grantsOf(names, rolesByName, before.get(names)));
            usersByName.put(name, new AuthUser(name, AuthRecord.id(user.value()), AuthRecord.credential(user.value()),
                AuthRecord.verifier(user.value()), its, grants[0], grants[1]));
        }
        auth = new Auth(header.isAuthEnabled(), header.authRevision(),
            Collections.unmodifiableMap(usersByName), Collections.unmodifiableMap(rolesByName));
    }

    private static Grants[] grantsOf(
        final List<String> names, final Map<String, List<Permission>> rolesByName, final Grants[] before)
    {
        if (names.contains(Auth.ROOT))
        {
            return new Grants[]{Grants.ALL, Grants.ALL};
        }
        final List<Permission> all = names.stream().flatMap(name -> rolesByName.getOrDefault(name, List.of()).stream()).toList();
        final Grants reads = Grants.of(all.stream().filter(Permission::isRead).toList());
        final Grants writes = Grants.of(all.stream().filter(Permission::isWrite).toList());
        return new Grants[]{
            before != null && before[0].isSame(reads) ? before[0] : reads, before != null && before[1].isSame(writes) ? before[1] : writes};
    }

    private static String name(final DirectBuffer key)
    {
        final byte[] bytes = new byte[key.capacity()];
        key.getBytes(0, bytes);
        return new String(bytes, UTF_8);
    }

    // ---- changes: reserve first; nobody sees them before changed()

    /** Pages that the change of one user, or of one role, may need. */
    int pagesForChange()
    {
        return users.pagesForPut(Limits.USER_LENGTH_MAX) + roles.pagesForPut(Limits.ROLE_LENGTH_MAX);
    }

    void putUser(final String name, final long credential, final long id, final byte[] verifier, final List<String> roleNames)
    {
        record.ofUser(credential, id, verifier, roleNames);
        put(users, name);
    }

    void putRole(final String name, final List<Permission> permissions)
    {
        record.ofRole(permissions);
        put(roles, name);
    }

    void removeUser(final String name)
    {
        remove(users, name);
    }

    void removeRole(final String name)
    {
        remove(roles, name);
    }

    /** Enables or disables. */
    void enable(final boolean isEnabled)
    {
        header.authEnabled(isEnabled);
        header.stateHash(Bytes.mix(header.stateHash(), isEnabled ? 1 : 2));
    }

    /** All that an entry changes has been changed: it is in force from now on. */
    void changed(final boolean isCounted)
    {
        if (isCounted)
        {
            header.authRevision(header.authRevision() + 1);
            header.stateHash(Bytes.mix(header.stateHash(), header.authRevision()));
        }
        load();
    }

    private void put(final Tree tree, final String name)
    {
        final UnsafeBuffer key = new UnsafeBuffer(name.getBytes(UTF_8));
        tree.put(key, 0, key.capacity(), record.buffer(), 0, record.length());
        header.stateHash(Bytes.hash(hash(tree, key), record.buffer(), 0, record.length()));
    }

    private void remove(final Tree tree, final String name)
    {
        final UnsafeBuffer key = new UnsafeBuffer(name.getBytes(UTF_8));
        tree.remove(key, 0, key.capacity());
        header.stateHash(Bytes.mix(hash(tree, key), -1));
    }

    private long hash(final Tree tree, final UnsafeBuffer name)
    {
        return Bytes.hash(Bytes.mix(header.stateHash(), tree == users ? 1 : 2), name, 0, name.capacity());
    }
}
