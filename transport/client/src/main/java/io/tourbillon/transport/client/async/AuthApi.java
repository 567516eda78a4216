package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.transport.client.AuthCommand;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Users, roles and permissions: {@link TourbillonAsyncClient#auth()}. Any thread. A password never leaves the client: what goes to the node
 * is its verifier, which a thread of the common pool makes, in some ten milliseconds.
 */
public final class AuthApi
{
    private static final byte[] NO_PASSWORD = {};

    private final TourbillonAsyncClient client;
    private final SecureRandom random = new SecureRandom();

    AuthApi(final TourbillonAsyncClient client)
    {
        this.client = client;
    }

    /** @return done once everybody is asked who he is; there must be a user root with a role root. */
    public CompletableFuture<AuthResult> enable()
    {
        return send(AuthCommand.enable());
    }

    /** @return done once nobody is asked any more. */
    public CompletableFuture<AuthResult> disable()
    {
        return send(AuthCommand.disable());
    }

    /** @return whether users are asked who they are, which anybody may know. */
    public CompletableFuture<AuthResult> status()
    {
        return send(AuthCommand.status());
    }

    /**
     * Adds a user.
     *
     * @param name     of the user.
     * @param password of [1, {@link Scram#PASSWORD_LENGTH_MAX}] characters; copied.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> addUser(final String name, final char[] password)
    {
        return withVerifier(password, verifier -> AuthCommand.addUser(name, verifier));
    }

    /**
     * Adds a user who cannot log in until a password is set.
     *
     * @param name of the user.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> addUserWithoutPassword(final String name)
    {
        return send(AuthCommand.addUser(name, NO_PASSWORD));
    }

    /**
     * Changes a password. Sessions of the user have to log in again.
     *
     * @param name     of the user.
     * @param password the new one; copied.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> changePassword(final String name, final char[] password)
    {
        return withVerifier(password, verifier -> AuthCommand.changeVerifier(name, verifier));
    }

    /**
     * Deletes a user. What its sessions ask for is refused from then on.
     *
     * @param name of the user.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> deleteUser(final String name)
    {
        return send(AuthCommand.ofUser(AuthOperation.USER_DELETE, name));
    }

    /**
     * Asks for a user's roles.
     *
     * @param name of the user.
     * @return its roles.
     */
    public CompletableFuture<AuthResult> user(final String name)
    {
        return send(AuthCommand.ofUser(AuthOperation.USER_GET, name));
    }

    /** @return the names of all users. */
    public CompletableFuture<AuthResult> users()
    {
        return send(AuthCommand.list(AuthOperation.USER_LIST));
    }

    /**
     * Gives a user a role.
     *
     * @param name of the user.
     * @param role that it gets.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> grantRole(final String name, final String role)
    {
        return send(AuthCommand.ofUserAndRole(AuthOperation.USER_GRANT_ROLE, name, role));
    }

    /**
     * Takes a role from a user.
     *
     * @param name of the user.
     * @param role that it loses.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> revokeRole(final String name, final String role)
    {
        return send(AuthCommand.ofUserAndRole(AuthOperation.USER_REVOKE_ROLE, name, role));
    }

    /**
     * Adds a role that may do nothing yet.
     *
     * @param role its name.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> addRole(final String role)
    {
        return send(AuthCommand.ofRole(AuthOperation.ROLE_ADD, role));
    }

    /**
     * Deletes a role, and takes it from all users.
     *
     * @param role its name.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> deleteRole(final String role)
    {
        return send(AuthCommand.ofRole(AuthOperation.ROLE_DELETE, role));
    }

    /**
     * Asks what a role may do.
     *
     * @param role its name.
     * @return its permissions.
     */
    public CompletableFuture<AuthResult> role(final String role)
    {
        return send(AuthCommand.ofRole(AuthOperation.ROLE_GET, role));
    }

    /** @return the names of all roles. */
    public CompletableFuture<AuthResult> roles()
    {
        return send(AuthCommand.list(AuthOperation.ROLE_LIST));
    }

    /**
     * Lets a role do something with keys; of the same keys as before: this instead.
     *
     * @param role     its name.
     * @param type     what it may.
     * @param key      first of the keys.
     * @param rangeEnd as of a range: empty = the one key.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> grantPermission(
        final String role, final PermissionType type, final byte[] key, final byte[] rangeEnd)
    {
        return send(AuthCommand.grantPermission(role, type, key, rangeEnd));
    }

    /**
     * Takes back what was granted for exactly these keys.
     *
     * @param role     its name.
     * @param key      first of the keys.
     * @param rangeEnd as of a range: empty = the one key.
     * @return the outcome.
     */
    public CompletableFuture<AuthResult> revokePermission(final String role, final byte[] key, final byte[] rangeEnd)
    {
        return send(AuthCommand.revokePermission(role, key, rangeEnd));
    }

    private CompletableFuture<AuthResult> withVerifier(final char[] password, final Function<byte[], AuthCommand> command)
    {
        Scram.requirePassword(password);
        final char[] copy = password.clone();
        return CompletableFuture.supplyAsync(() ->
        {
            final byte[] verifier = Scram.verifier(copy, random);
            Arrays.fill(copy, '\0');
            return command.apply(verifier);
        }).thenCompose(this::send);
    }

    private CompletableFuture<AuthResult> send(final AuthCommand command)
    {
        return client.send(new Requests.Auth(session -> session.auth(command)));
    }
}
