package io.tourbillon.transport.client.async;

import java.util.List;

/**
 * What a request about users, roles and permissions answers.
 *
 * @param header       of the answer.
 * @param isEnabled    of a status: whether users are asked who they are.
 * @param authRevision counts the changes of users and roles.
 * @param names        of a list: its names; of a user: its roles; else empty.
 * @param permissions  of a role; else empty.
 */
public record AuthResult(
    ResponseHeader header, boolean isEnabled, long authRevision, List<String> names, List<Permission> permissions)
{
}
