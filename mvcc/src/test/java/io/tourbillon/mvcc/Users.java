package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.ScramVerifier;
import io.tourbillon.codecs.client.AuthOperation;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/** Makes users and roles in a rig, and lets the rig ask as one of them. */
final class Users
{
    static final String DENIED = error(ErrorCode.PERMISSION_DENIED);
    static final String NO_USER = error(ErrorCode.USER_EMPTY);
    static final String BAD_TOKEN = error(ErrorCode.INVALID_AUTH_TOKEN);
    static final Permission NONE = permission(Permission.READ, "", "");
    private static final byte[] NO_VERIFIER = new byte[0];

    private final Rig rig;

    Users(final Rig rig)
    {
        this.rig = rig;
    }

    static String error(final ErrorCode code)
    {
        return "error " + code.number();
    }

    static Permission permission(final int type, final String key, final String end)
    {
        return new Permission(type, Requests.bytes(key), Requests.bytes(end));
    }

    /** One that differs from others. */
    static byte[] verifier(final int number)
    {
        final byte[] salt = new byte[ScramVerifier.SALT_LENGTH_MIN];
        final byte[] key = new byte[ScramVerifier.KEY_LENGTH];
        salt[0] = (byte)number;
        key[0] = (byte)(number + 1);
        final byte[] verifier = new byte[ScramVerifier.LENGTH_MAX];
        return Arrays.copyOf(verifier, encode(verifier, salt, key));
    }

    private static int encode(final byte[] target, final byte[] salt, final byte[] key)
    {
        return ScramVerifier.encode(new UnsafeBuffer(target), 0, ScramVerifier.ITERATIONS_MIN, salt, key, key);
    }

    String ask(final AuthOperation operation, final String name, final String role)
    {
        return rig.auth(operation, name, role, NO_VERIFIER, NONE);
    }

    String add(final String name)
    {
        return rig.auth(AuthOperation.USER_ADD, name, "", verifier(1), NONE);
    }

    String changeVerifier(final String name, final int number)
    {
        return rig.auth(AuthOperation.USER_CHANGE_VERIFIER, name, "", verifier(number), NONE);
    }

    String grant(final String name, final String role)
    {
        return ask(AuthOperation.USER_GRANT_ROLE, name, role);
    }

    String revoke(final String name, final String role)
    {
        return ask(AuthOperation.USER_REVOKE_ROLE, name, role);
    }

    String permit(final String role, final int type, final String key, final String end)
    {
        return rig.auth(AuthOperation.ROLE_GRANT_PERMISSION, "", role, NO_VERIFIER, permission(type, key, end));
    }

    String forbid(final String role, final String key, final String end)
    {
        return rig.auth(AuthOperation.ROLE_REVOKE_PERMISSION, "", role, NO_VERIFIER, permission(0, key, end));
    }

    /** A user with a role of the same name that may do one thing. */
    void addWith(final String name, final int type, final String key, final String end)
    {
        add(name);
        ask(AuthOperation.ROLE_ADD, "", name);
        permit(name, type, key, end);
        grant(name, name);
    }

    /** Makes root and enables; the rig asks as root from now on. */
    void enable()
    {
        add(Auth.ROOT);
        grant(Auth.ROOT, Auth.ROOT);
        as(Auth.ROOT);
        ask(AuthOperation.ENABLE, "", "");
    }

    /** The rig asks as this user from now on, with what that logs in with now. */
    void as(final String name)
    {
        rig.credential = rig.mvcc.auth().user(name).credential();
    }

    void asNobody()
    {
        rig.credential = Auth.NOBODY;
    }
}
