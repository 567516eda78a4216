package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Values of the trees {@code users} and {@code roles}; their keys are the names in UTF-8. Little endian.
 * <pre>
 *  users: 0            8      16               18          20
 *         | credential | id   | verifierLength | roleCount | verifier ... | nameLength(2), name ... of each role, sorted |
 *
 *  roles: 0                 2
 *         | permissionCount | type(1), 0(1), keyLength(2), endLength(2), key ..., rangeEnd ... of each, sorted by key and end |
 * </pre>
 * Apply thread; allocates: users and roles change rarely.
 */
final class AuthRecord
{
    /** Names in the order of the trees, which is that of their bytes in UTF-8. */
    static final Comparator<String> BY_BYTES = (a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));

    private static final int CREDENTIAL_OFFSET = 0;
    private static final int ID_OFFSET = 8;
    private static final int VERIFIER_LENGTH_OFFSET = 16;
    private static final int ROLE_COUNT_OFFSET = 18;
    private static final int VERIFIER_OFFSET = 20;
    private static final int PERMISSIONS_OFFSET = Short.BYTES;
    private static final int PERMISSION_HEAD_LENGTH = 6;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(512);
    private int length;

    DirectBuffer buffer()
    {
        return buffer;
    }

    int length()
    {
        return length;
    }

    AuthRecord ofUser(final long credential, final long id, final byte[] verifier, final List<String> roles)
    {
        buffer.putLong(CREDENTIAL_OFFSET, credential, LITTLE_ENDIAN);
        buffer.putLong(ID_OFFSET, id, LITTLE_ENDIAN);
        buffer.putShort(VERIFIER_LENGTH_OFFSET, (short)verifier.length, LITTLE_ENDIAN);
        buffer.putShort(ROLE_COUNT_OFFSET, (short)roles.size(), LITTLE_ENDIAN);
        buffer.putBytes(VERIFIER_OFFSET, verifier);
        length = VERIFIER_OFFSET + verifier.length;
        for (final String role : roles)
        {
            final byte[] name = role.getBytes(UTF_8);
            buffer.putShort(length, (short)name.length, LITTLE_ENDIAN);
            buffer.putBytes(length + Short.BYTES, name);
            length += Short.BYTES + name.length;
        }
        return this;
    }

    AuthRecord ofRole(final List<Permission> permissions)
    {
        buffer.putShort(0, (short)permissions.size(), LITTLE_ENDIAN);
        length = PERMISSIONS_OFFSET;
        for (final Permission permission : permissions)
        {
            buffer.putShort(length, (short)permission.type(), LITTLE_ENDIAN);
            buffer.putShort(length + 2, (short)permission.key().length, LITTLE_ENDIAN);
            buffer.putShort(length + 4, (short)permission.rangeEnd().length, LITTLE_ENDIAN);
            buffer.putBytes(length + PERMISSION_HEAD_LENGTH, permission.key());
            buffer.putBytes(length + PERMISSION_HEAD_LENGTH + permission.key().length, permission.rangeEnd());
            length += lengthOf(permission);
        }
        return this;
    }

    /** Bytes that a permission takes in its role. */
    static int lengthOf(final Permission permission)
    {
        return PERMISSION_HEAD_LENGTH + permission.key().length + permission.rangeEnd().length;
    }

    static long credential(final DirectBuffer user)
    {
        return user.getLong(CREDENTIAL_OFFSET, LITTLE_ENDIAN);
    }

    static long id(final DirectBuffer user)
    {
        return user.getLong(ID_OFFSET, LITTLE_ENDIAN);
    }

    static byte[] verifier(final DirectBuffer user)
    {
        return bytes(user, VERIFIER_OFFSET, unsignedShort(user, VERIFIER_LENGTH_OFFSET));
    }

    static List<String> roles(final DirectBuffer user)
    {
        final List<String> roles = new ArrayList<>();
        int at = VERIFIER_OFFSET + unsignedShort(user, VERIFIER_LENGTH_OFFSET);
        for (int i = unsignedShort(user, ROLE_COUNT_OFFSET); i > 0; i--)
        {
            final int nameLength = unsignedShort(user, at);
            roles.add(new String(bytes(user, at + Short.BYTES, nameLength), UTF_8));
            at += Short.BYTES + nameLength;
        }
        return roles;
    }

    static List<Permission> permissions(final DirectBuffer role)
    {
        final List<Permission> permissions = new ArrayList<>();
        int at = PERMISSIONS_OFFSET;
        for (int i = unsignedShort(role, 0); i > 0; i--)
        {
            final int keyLength = unsignedShort(role, at + 2);
            final byte[] key = bytes(role, at + PERMISSION_HEAD_LENGTH, keyLength);
            final byte[] end = bytes(role, at + PERMISSION_HEAD_LENGTH + keyLength, unsignedShort(role, at + 4));
            permissions.add(new Permission(unsignedShort(role, at), key, end));
            at += PERMISSION_HEAD_LENGTH + keyLength + end.length;
        }
        return permissions;
    }

    private static int unsignedShort(final DirectBuffer source, final int offset)
    {
        return source.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
    }

    private static byte[] bytes(final DirectBuffer source, final int offset, final int count)
    {
        final byte[] copy = new byte[count];
        source.getBytes(offset, copy);
        return copy;
    }
}
