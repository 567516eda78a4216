package io.tourbillon.mvcc;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the bounds on users, roles and permissions say of a change, before it is made: see {@link Limits}. */
final class AuthLimits
{
    private AuthLimits()
    {
    }

    /** Whether a user would have too much with one role more, or all users together. Root is not asked for ranges. */
    static boolean isTooMuch(final Auth auth, final AuthUser user, final List<Permission> role)
    {
        final int its = rangesOf(auth, user.roles()) + (role == null ? 0 : role.size());
        return its > Limits.RANGES_PER_USER_MAX || total(auth) + its > Limits.RANGES_TOTAL_MAX;
    }

    /** Whether a role, or a user that has it, or all users together, would have too much with one permission more. */
    static boolean isTooMuch(final Auth auth, final String role, final Permission permission)
    {
        final List<Permission> before = auth.role(role);
        final int length = before.stream().mapToInt(AuthRecord::lengthOf).sum() + AuthRecord.lengthOf(permission) + Short.BYTES;
        if (before.size() >= Limits.PERMISSIONS_PER_ROLE_MAX || length > Limits.ROLE_LENGTH_MAX)
        {
            return true;
        }
        final List<List<String>> its = roleSets(auth).filter(names -> names.contains(role)).toList();
        return its.stream().anyMatch(names -> rangesOf(auth, names) >= Limits.RANGES_PER_USER_MAX) ||
            total(auth) + its.size() > Limits.RANGES_TOTAL_MAX;
    }

    /** Users with the same roles share what these may do. */
    private static Stream<List<String>> roleSets(final Auth auth)
    {
        return auth.users().stream().map(AuthUser::roles).distinct();
    }

    private static long total(final Auth auth)
    {
        return roleSets(auth).mapToLong(names -> rangesOf(auth, names)).sum();
    }

    private static int rangesOf(final Auth auth, final List<String> roleNames)
    {
        return roleNames.stream().map(auth::role).mapToInt(role -> role == null ? 0 : role.size()).sum();
    }

    /** The names with one more, in the order of their bytes, as they stand in the trees. */
    static List<String> sorted(final List<String> names, final String another)
    {
        final List<String> all = new ArrayList<>(names);
        all.add(another);
        all.sort(AuthRecord.BY_BYTES);
        return all;
    }
}
