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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Users and roles in their trees, and what is made of them in memory. Apply thread, but for {@link #auth}. A change makes anew what it
 * changes, and copies the tables of names: a few milliseconds with 4,096 users.
 */
final class AuthStore
{
    /** What the users with some roles may do: they share it. */
    private record Rights(Grants reads, Grants writes)
    {
        /** What has stayed the same is the same. */
        Rights insteadOf(final Rights before)
        {
            return before == null ? this :
                new Rights(before.reads.isSame(reads) ? before.reads : reads, before.writes.isSame(writes) ? before.writes : writes);
        }
    }

    private final Tree users;
    private final Tree roles;
    private final MvccHeader header;
    private final AuthRecord record = new AuthRecord();
    private final Map<String, AuthUser> usersByName = new TreeMap<>(AuthRecord.BY_BYTES);
    private final Map<String, List<Permission>> rolesByName = new TreeMap<>(AuthRecord.BY_BYTES);
    private final Map<List<String>, Rights> rightsOfRoles = new HashMap<>();
    /** Changed in the trees by the entry under way. */
    private final Set<String> changedUsers = new TreeSet<>(AuthRecord.BY_BYTES);
    private final Set<String> changedRoles = new TreeSet<>(AuthRecord.BY_BYTES);
    private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
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

    /** All of it, at open or when another state has taken the place of what the store held. */
    void load()
    {
        rolesByName.clear();
        usersByName.clear();
        changedUsers.clear();
        changedRoles.clear();
        final Map<List<String>, Rights> before = new HashMap<>(rightsOfRoles);
        rightsOfRoles.clear();
        final Cursor role = roles.cursor();
        for (boolean isThere = role.first(); isThere; isThere = role.next())
        {
            rolesByName.put(name(role.key()), List.copyOf(AuthRecord.permissions(role.value())));
        }
        final Cursor user = users.cursor();
        for (boolean isThere = user.first(); isThere; isThere = user.next())
        {
            make(name(user.key()), user.value(), before);
        }
        publish();
    }

    private void make(final String name, final DirectBuffer its, final Map<List<String>, Rights> before)
    {
        final List<String> roleNames = List.copyOf(AuthRecord.roles(its));
        final Rights rights = rightsOfRoles.computeIfAbsent(roleNames, key -> rightsOf(key).insteadOf(before.get(key)));
        usersByName.put(name, new AuthUser(
            name, AuthRecord.id(its), AuthRecord.credential(its), AuthRecord.verifier(its), roleNames, rights.reads, rights.writes));
    }

    private void publish()
    {
        auth = new Auth(header.isAuthEnabled(), header.authRevision(),
            Collections.unmodifiableMap(new LinkedHashMap<>(usersByName)), Collections.unmodifiableMap(new LinkedHashMap<>(rolesByName)));
    }

    private Rights rightsOf(final List<String> names)
    {
        if (names.contains(Auth.ROOT))
        {
            return new Rights(Grants.ALL, Grants.ALL);
        }
        final List<Permission> all = names.stream().flatMap(name -> rolesByName.getOrDefault(name, List.of()).stream()).toList();
        return new Rights(
            Grants.of(all.stream().filter(Permission::isRead).toList()), Grants.of(all.stream().filter(Permission::isWrite).toList()));
    }

    private static String name(final DirectBuffer key)
    {
        final byte[] bytes = new byte[key.capacity()];
        key.getBytes(0, bytes);
        return new String(bytes, UTF_8);
    }

    /** What the entry has changed is made anew, and who has a role of which that is said. */
    private void apply()
    {
        final Map<List<String>, Rights> before = new HashMap<>();
        for (final String role : changedRoles)
        {
            if (find(roles, role))
            {
                rolesByName.put(role, List.copyOf(AuthRecord.permissions(value)));
            }
            else
            {
                rolesByName.remove(role);
            }
            usersByName.values().stream().filter(user -> user.roles().contains(role)).forEach(user -> changedUsers.add(user.name()));
            rightsOfRoles.forEach((names, rights) -> before.putAll(names.contains(role) ? Map.of(names, rights) : Map.of()));
        }
        rightsOfRoles.keySet().removeAll(before.keySet());
        for (final String user : changedUsers)
        {
            usersByName.remove(user);
            if (find(users, user))
            {
                make(user, value, before);
            }
        }
        if (rightsOfRoles.size() > 2 * usersByName.size() + 1)
        {
            rightsOfRoles.keySet().retainAll(usersByName.values().stream().map(AuthUser::roles).collect(Collectors.toSet()));
        }
        changedUsers.clear();
        changedRoles.clear();
    }

    private boolean find(final Tree tree, final String name)
    {
        final UnsafeBuffer key = new UnsafeBuffer(name.getBytes(UTF_8));
        return tree.get(key, 0, key.capacity(), value);
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
        changedUsers.add(name);
    }

    void putRole(final String name, final List<Permission> permissions)
    {
        record.ofRole(permissions);
        put(roles, name);
        changedRoles.add(name);
    }

    void removeUser(final String name)
    {
        remove(users, name);
        changedUsers.add(name);
    }

    void removeRole(final String name)
    {
        remove(roles, name);
        changedRoles.add(name);
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
        apply();
        publish();
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
