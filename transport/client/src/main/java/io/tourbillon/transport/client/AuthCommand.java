package io.tourbillon.transport.client;

import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.AuthRequestEncoder;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A request about users, roles and permissions, for {@link ClientSession#auth}. It holds verifiers, never passwords. Immutable. */
public final class AuthCommand
{
    private static final byte[] NONE = {};

    private final AuthOperation operation;
    private final byte[] name;
    private final byte[] role;
    private PermissionType permission = PermissionType.READ;
    private byte[] verifier = NONE;
    private byte[] key = NONE;
    private byte[] rangeEnd = NONE;

    private AuthCommand(final AuthOperation operation, final String name, final String role)
    {
        this.operation = operation;
        this.name = name.getBytes(UTF_8);
        this.role = role.getBytes(UTF_8);
    }

    /** @return asks everybody who he is from now on; there must be a user root with a role root. */
    public static AuthCommand enable()
    {
        return new AuthCommand(AuthOperation.ENABLE, "", "");
    }

    /** @return asks nobody any more. */
    public static AuthCommand disable()
    {
        return new AuthCommand(AuthOperation.DISABLE, "", "");
    }

    /** @return whether users are asked who they are. */
    public static AuthCommand status()
    {
        return new AuthCommand(AuthOperation.STATUS, "", "");
    }

    /**
     * @param name     of the new user.
     * @param verifier of the password: see {@link io.tourbillon.codecs.Scram#verifier}, which takes its time; empty = it cannot log in.
     * @return the addition.
     */
    public static AuthCommand addUser(final String name, final byte[] verifier)
    {
        return new AuthCommand(AuthOperation.USER_ADD, name, "").verifier(verifier);
    }

    /**
     * @param name     of the user; its sessions have to log in again.
     * @param verifier of the new password.
     * @return the change.
     */
    public static AuthCommand changeVerifier(final String name, final byte[] verifier)
    {
        return new AuthCommand(AuthOperation.USER_CHANGE_VERIFIER, name, "").verifier(verifier);
    }

    /**
     * @param operation USER_GET or USER_DELETE.
     * @param name      of the user.
     * @return the request.
     */
    public static AuthCommand ofUser(final AuthOperation operation, final String name)
    {
        return new AuthCommand(operation, name, "");
    }

    /**
     * @param operation USER_LIST or ROLE_LIST.
     * @return the request.
     */
    public static AuthCommand list(final AuthOperation operation)
    {
        return new AuthCommand(operation, "", "");
    }

    /**
     * @param operation USER_GRANT_ROLE or USER_REVOKE_ROLE.
     * @param name      of the user.
     * @param role      that it gets or loses.
     * @return the change.
     */
    public static AuthCommand ofUserAndRole(final AuthOperation operation, final String name, final String role)
    {
        return new AuthCommand(operation, name, role);
    }

    /**
     * @param operation ROLE_ADD, ROLE_GET or ROLE_DELETE.
     * @param role      the role.
     * @return the request.
     */
    public static AuthCommand ofRole(final AuthOperation operation, final String role)
    {
        return new AuthCommand(operation, "", role);
    }

    /**
     * @param role     that may do more from now on.
     * @param type     what it may.
     * @param key      first of the keys.
     * @param rangeEnd as of a range: empty = the one key.
     * @return the change.
     */
    public static AuthCommand grantPermission(final String role, final PermissionType type, final byte[] key, final byte[] rangeEnd)
    {
        final AuthCommand command = new AuthCommand(AuthOperation.ROLE_GRANT_PERMISSION, "", role).range(key, rangeEnd);
        command.permission = type;
        return command;
    }

    /**
     * @param role     that may do less from now on.
     * @param key      first of the keys, as it was granted.
     * @param rangeEnd as it was granted.
     * @return the change.
     */
    public static AuthCommand revokePermission(final String role, final byte[] key, final byte[] rangeEnd)
    {
        return new AuthCommand(AuthOperation.ROLE_REVOKE_PERMISSION, "", role).range(key, rangeEnd);
    }

    /** @return asks for a token of the session's own user; see {@link ClientSession#requestToken}. */
    public static AuthCommand token()
    {
        return new AuthCommand(AuthOperation.TOKEN, "", "");
    }

    private AuthCommand verifier(final byte[] value)
    {
        verifier = value;
        return this;
    }

    private AuthCommand range(final byte[] first, final byte[] end)
    {
        key = first;
        rangeEnd = end;
        return this;
    }

    boolean isRead()
    {
        return switch (operation)
        {
            case STATUS, USER_GET, USER_LIST, ROLE_GET, ROLE_LIST, TOKEN -> true;
            default -> false;
        };
    }

    /** Bytes behind the SBE header. */
    int length()
    {
        return AuthRequestEncoder.BLOCK_LENGTH + 5 * Integer.BYTES + name.length + role.length + verifier.length + key.length +
            rangeEnd.length;
    }

    /** All but the head. */
    void encode(final AuthRequestEncoder request)
    {
        request.operation(operation).permission(permission.number())
            .putName(name, 0, name.length).putRole(role, 0, role.length).putVerifier(verifier, 0, verifier.length)
            .putKey(key, 0, key.length).putRangeEnd(rangeEnd, 0, rangeEnd.length);
    }

    @Override
    public String toString()
    {
        return operation + " " + new String(name, UTF_8) + " " + new String(role, UTF_8);
    }
}
