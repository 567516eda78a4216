package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.client.AuthOperation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * Applies a change of users and roles, by etcd's rules. All is checked first; what a request changes is seen by nobody before it is over. A
 * role is taken from thousands of users in steps. Allocates: such requests are rare.
 */
final class AuthWork implements EntryWork
{
    private static final int USERS_PER_STEP = 16;

    private final AuthStore store;
    private final Writer writer;
    private final Compactor compactor;
    private final AuthReplies replies;
    private final AuthRequest request = new AuthRequest();
    /** Those that lose the role which is deleted, and how many have lost it. */
    private List<AuthUser> losers = List.of();
    private int loserCount;
    private boolean isChange;

    AuthWork(final AuthStore store, final Writer writer, final Compactor compactor, final AuthReplies replies)
    {
        this.store = store;
        this.writer = writer;
        this.compactor = compactor;
        this.replies = replies;
    }

    @Override
    public int begin(final Entry entry)
    {
        request.read(entry.message(), 0);
        losers = List.of();
        loserCount = 0;
        isChange = true;
        if (!request.isText)
        {
            return ErrorCode.MALFORMED.number();
        }
        final ErrorCode error = switch (request.operation)
        {
            case ENABLE -> checkEnable();
            case DISABLE -> checkDisable();
            case USER_ADD -> checkUserAdd();
            case USER_DELETE -> checkUser(request.name.equals(Auth.ROOT));
            case USER_CHANGE_VERIFIER -> request.isVerifierSound() ? checkUser(false) : ErrorCode.BAD_VERIFIER;
            case USER_GRANT_ROLE -> checkGrantRole();
            case USER_REVOKE_ROLE -> checkRevokeRole();
            case ROLE_ADD -> checkRoleAdd();
            case ROLE_DELETE -> checkRoleDelete();
            case ROLE_GRANT_PERMISSION -> checkGrantPermission();
            case ROLE_REVOKE_PERMISSION -> checkRevokePermission();
            default -> ErrorCode.NOT_SUPPORTED; // the others are reads
        };
        return error == null ? SOUND : error.number();
    }

    // ---- checks: null = sound

    private Auth auth()
    {
        return store.auth();
    }

    private AuthUser user()
    {
        return auth().user(request.name);
    }

    private ErrorCode checkEnable()
    {
        isChange = !auth().isEnabled();
        final AuthUser root = auth().user(Auth.ROOT);
        if (root == null)
        {
            return ErrorCode.ROOT_USER_NOT_EXIST;
        }
        return root.isRoot() ? null : ErrorCode.ROOT_ROLE_NOT_EXIST;
    }

    private ErrorCode checkDisable()
    {
        isChange = auth().isEnabled();
        return null;
    }

    private ErrorCode checkUserAdd()
    {
        if (request.name.isEmpty())
        {
            return ErrorCode.USER_EMPTY;
        }
        if (user() != null)
        {
            return ErrorCode.USER_EXISTS;
        }
        if (!request.isVerifierSound())
        {
            return ErrorCode.BAD_VERIFIER;
        }
        final boolean isTooMuch = AuthRequest.isTooLong(request.name) || auth().users().size() >= Limits.USERS_MAX;
        return isTooMuch ? ErrorCode.AUTH_LIMIT : null;
    }

    private ErrorCode checkUser(final boolean isRootsOwn)
    {
        if (auth().isEnabled() && isRootsOwn)
        {
            return ErrorCode.INVALID_AUTH_MANAGEMENT;
        }
        return user() == null ? ErrorCode.USER_NOT_FOUND : null;
    }

    /** The role root need not be there to be granted, as in etcd. */
    private ErrorCode checkGrantRole()
    {
        if (user() == null)
        {
            return ErrorCode.USER_NOT_FOUND;
        }
        if (!request.role.equals(Auth.ROOT) && auth().role(request.role) == null)
        {
            return ErrorCode.ROLE_NOT_FOUND;
        }
        isChange = !user().roles().contains(request.role);
        final boolean isTooMuch = isChange &&
            (user().roles().size() >= Limits.ROLES_PER_USER_MAX || AuthLimits.isTooMuch(auth(), user(), auth().role(request.role)));
        return isTooMuch ? ErrorCode.AUTH_LIMIT : null;
    }

    private ErrorCode checkRevokeRole()
    {
        final ErrorCode error = checkUser(request.name.equals(Auth.ROOT) && request.role.equals(Auth.ROOT));
        if (error != null)
        {
            return error;
        }
        return user().roles().contains(request.role) ? null : ErrorCode.ROLE_NOT_GRANTED;
    }

    private ErrorCode checkRoleAdd()
    {
        if (request.role.isEmpty())
        {
            return ErrorCode.ROLE_EMPTY;
        }
        if (auth().role(request.role) != null)
        {
            return ErrorCode.ROLE_EXISTS;
        }
        final boolean isTooMuch = AuthRequest.isTooLong(request.role) || auth().roleNames().size() >= Limits.ROLES_MAX;
        return isTooMuch ? ErrorCode.AUTH_LIMIT : null;
    }

    private ErrorCode checkRoleDelete()
    {
        if (auth().isEnabled() && request.role.equals(Auth.ROOT))
        {
            return ErrorCode.INVALID_AUTH_MANAGEMENT;
        }
        if (auth().role(request.role) == null)
        {
            return ErrorCode.ROLE_NOT_FOUND;
        }
        losers = auth().users().stream().filter(user -> user.roles().contains(request.role)).toList();
        return null;
    }

    private ErrorCode checkGrantPermission()
    {
        final Permission permission = request.permission;
        if (PermissionType.of(permission.type()) == null)
        {
            return ErrorCode.PERMISSION_NOT_GIVEN;
        }
        if (!permission.isSound())
        {
            return ErrorCode.INVALID_AUTH_MANAGEMENT;
        }
        final List<Permission> before = auth().role(request.role);
        if (before == null)
        {
            return ErrorCode.ROLE_NOT_FOUND;
        }
        return indexOf(before, permission) < 0 && AuthLimits.isTooMuch(auth(), request.role, permission) ? ErrorCode.AUTH_LIMIT : null;
    }

    private ErrorCode checkRevokePermission()
    {
        final List<Permission> before = auth().role(request.role);
        if (before == null)
        {
            return ErrorCode.ROLE_NOT_FOUND;
        }
        return indexOf(before, request.permission) < 0 ? ErrorCode.PERMISSION_NOT_GRANTED : null;
    }

    /** Of the permission for exactly this range; negative if there is none: see {@link List#indexOf}. */
    private static int indexOf(final List<Permission> permissions, final Permission wanted)
    {
        for (int i = 0; i < permissions.size(); i++)
        {
            final Permission here = permissions.get(i);
            if (Arrays.equals(here.key(), wanted.key()) && Arrays.equals(here.rangeEnd(), wanted.rangeEnd()))
            {
                return i;
            }
        }
        return -1;
    }

    // ---- changes

    @Override
    public boolean step(final Entry entry)
    {
        if (!isChange)
        {
            return true;
        }
        if (!writer.reserve((USERS_PER_STEP + 1) * store.pagesForChange() + compactor.pages()))
        {
            return false;
        }
        if (loserCount < losers.size())
        {
            takeRole();
            return false;
        }
        change(entry.index());
        store.changed(request.operation != AuthOperation.ENABLE);
        return true;
    }

    /** The role itself goes last: after a crash in between the rest is done then. */
    private void takeRole()
    {
        for (int i = 0; i < USERS_PER_STEP && loserCount < losers.size(); i++)
        {
            final AuthUser user = losers.get(loserCount++);
            putUser(user, without(user.roles(), request.role));
        }
    }

    private void change(final long index)
    {
        final AuthUser user = user();
        switch (request.operation)
        {
            case ENABLE, DISABLE -> store.enable(request.operation == AuthOperation.ENABLE);
            case USER_ADD -> store.putUser(request.name, index, index, request.verifier, List.of());
            case USER_DELETE -> store.removeUser(request.name);
            case USER_CHANGE_VERIFIER -> store.putUser(user.name(), index, user.id(), request.verifier, user.roles());
            case USER_GRANT_ROLE -> putUser(user, AuthLimits.sorted(user.roles(), request.role));
            case USER_REVOKE_ROLE -> putUser(user, without(user.roles(), request.role));
            case ROLE_ADD -> store.putRole(request.role, List.of());
            case ROLE_DELETE -> store.removeRole(request.role);
            case ROLE_GRANT_PERMISSION -> grantPermission();
            default -> revokePermission();
        }
    }

    private void putUser(final AuthUser user, final List<String> roles)
    {
        store.putUser(user.name(), user.credential(), user.id(), user.verifierBytes(), roles);
    }

    private static List<String> without(final List<String> roles, final String role)
    {
        return roles.stream().filter(each -> !each.equals(role)).toList();
    }

    /** For a range that the role has already, the new type takes the place of the old one. */
    private void grantPermission()
    {
        final List<Permission> permissions = new ArrayList<>(auth().role(request.role));
        final int before = indexOf(permissions, request.permission);
        if (before >= 0)
        {
            permissions.remove(before);
        }
        permissions.add(request.permission);
        permissions.sort(Permission.BY_RANGE);
        store.putRole(request.role, permissions);
    }

    private void revokePermission()
    {
        final List<Permission> permissions = new ArrayList<>(auth().role(request.role));
        permissions.remove(indexOf(permissions, request.permission));
        store.putRole(request.role, permissions);
    }

    @Override
    public boolean isRemembered()
    {
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        replies.status(entry.sessionId(), entry.correlationId(), auth());
    }
}
