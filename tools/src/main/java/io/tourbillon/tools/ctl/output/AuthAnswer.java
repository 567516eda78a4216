package io.tourbillon.tools.ctl.output;

import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.client.AuthOperation;

import java.util.List;

/**
 * What a request about users, roles and permissions answered.
 *
 * @param header       of the answer.
 * @param operation    that was asked for.
 * @param user         it was about, or empty.
 * @param role         it was about, or empty.
 * @param range        of a permission that was taken back, else null.
 * @param isEnabled    of a status.
 * @param authRevision of a status.
 * @param names        of a list; of a user its roles.
 * @param permissions  of a role.
 */
public record AuthAnswer(
    Header header, AuthOperation operation, String user, String role, Item range, boolean isEnabled, long authRevision,
    List<String> names, List<Item> permissions)
{
    /**
     * Keys, and what may be done with them.
     *
     * @param type     what.
     * @param key      first of them, as it was typed.
     * @param rangeEnd as of a range.
     */
    public record Item(PermissionType type, byte[] key, byte[] rangeEnd)
    {
        /** @return true if there is no last key. */
        public boolean isOpenEnded()
        {
            return rangeEnd.length == 1 && rangeEnd[0] == 0;
        }
    }

    /**
     * The same, with what the node need not say.
     *
     * @param asked       operation.
     * @param aboutUser   or empty.
     * @param aboutRole   or empty.
     * @param revokedKeys or null.
     * @return the answer to be printed.
     */
    public AuthAnswer about(final AuthOperation asked, final String aboutUser, final String aboutRole, final Item revokedKeys)
    {
        return new AuthAnswer(header, asked, aboutUser, aboutRole, revokedKeys, isEnabled, authRevision, names, permissions);
    }
}
