package io.tourbillon.mvcc;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.ScramVerifier;
import io.tourbillon.codecs.client.AuthOperation;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static io.tourbillon.mvcc.Users.DENIED;
import static io.tourbillon.mvcc.Users.error;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Users and roles by etcd's rules; they are state like any other. */
class AuthTest
{
    private final Rig rig = new Rig();
    private final Users users = new Users(rig);

    @AfterEach
    void close()
    {
        rig.close();
    }

    @Test
    void shouldBeEnabledOnlyWithARootThatHasTheRootRole()
    {
        assertEquals(error(ErrorCode.ROOT_USER_NOT_EXIST), users.ask(AuthOperation.ENABLE, "", ""));
        users.add("root");
        assertEquals(error(ErrorCode.ROOT_ROLE_NOT_EXIST), users.ask(AuthOperation.ENABLE, "", ""));
        assertEquals("auth off at 3", users.grant("root", "root"), "the role need not be there");

        assertEquals("auth on at 3", users.ask(AuthOperation.ENABLE, "", ""), "enabling is no change of the revision");
        users.as("root");
        assertEquals("auth on at 3", users.ask(AuthOperation.ENABLE, "", ""), "once more is nothing");
        assertEquals("auth off at 4", users.ask(AuthOperation.DISABLE, "", ""));
        users.asNobody();
        assertEquals("auth off at 4", users.ask(AuthOperation.DISABLE, "", ""), "once more is nothing");
    }

    @Test
    void shouldKeepRootWhileItIsEnabled()
    {
        users.ask(AuthOperation.ROLE_ADD, "", "root");
        users.enable();

        final String refused = error(ErrorCode.INVALID_AUTH_MANAGEMENT);
        assertEquals(refused, users.ask(AuthOperation.USER_DELETE, "root", ""));
        assertEquals(refused, users.revoke("root", "root"));
        assertEquals(refused, users.ask(AuthOperation.ROLE_DELETE, "", "root"));
        users.ask(AuthOperation.DISABLE, "", "");
        assertEquals("auth off at 6", users.ask(AuthOperation.ROLE_DELETE, "", "root"));
        assertEquals("auth off at 7", users.ask(AuthOperation.USER_DELETE, "root", ""));
    }

    @Test
    void shouldCountEachChangeOfUsersAndRoles()
    {
        assertEquals("auth off at 1", users.ask(AuthOperation.STATUS, "", ""));
        assertEquals("auth off at 2", users.add("u"));
        assertEquals("auth off at 3", users.ask(AuthOperation.ROLE_ADD, "", "r"));
        assertEquals("auth off at 4", users.grant("u", "r"));
        assertEquals("auth off at 4", users.grant("u", "r"), "it has the role");
        assertEquals("auth off at 5", users.permit("r", Permission.READ, "a", "c"));
        assertEquals("auth off at 6", users.permit("r", Permission.READWRITE, "a", "c"));
        assertEquals("auth off at 6 +a,c", users.ask(AuthOperation.ROLE_GET, "", "r"), "the type of the same range is overwritten");
        assertEquals("auth off at 7", users.permit("r", Permission.WRITE, "a", ""));
        assertEquals("auth off at 7 Wa, +a,c", users.ask(AuthOperation.ROLE_GET, "", "r"));
        assertEquals("auth off at 8", users.forbid("r", "a", "c"));
        assertEquals("auth off at 9", users.changeVerifier("u", 2));
        assertEquals("auth off at 10", users.revoke("u", "r"));
        assertEquals("auth off at 10", users.ask(AuthOperation.USER_GET, "u", ""));
        assertEquals("auth off at 11", users.ask(AuthOperation.ROLE_DELETE, "", "r"));
        assertEquals("auth off at 12", users.ask(AuthOperation.USER_DELETE, "u", ""));
        assertEquals(1, rig.mvcc.revision(), "keys have not changed");
    }

    @Test
    void shouldSayEtcdsErrors()
    {
        users.add("u");
        users.ask(AuthOperation.ROLE_ADD, "", "r");
        final long revision = rig.mvcc.auth().revision();
        final long hash = rig.mvcc.stateHash();

        assertEquals(error(ErrorCode.USER_EMPTY), users.add(""));
        assertEquals(error(ErrorCode.USER_EXISTS), users.add("u"));
        assertEquals(error(ErrorCode.USER_NOT_FOUND), users.ask(AuthOperation.USER_GET, "n", ""));
        assertEquals(error(ErrorCode.USER_NOT_FOUND), users.ask(AuthOperation.USER_DELETE, "n", ""));
        assertEquals(error(ErrorCode.USER_NOT_FOUND), users.changeVerifier("n", 1));
        assertEquals(error(ErrorCode.USER_NOT_FOUND), users.grant("n", "r"));
        assertEquals(error(ErrorCode.USER_NOT_FOUND), users.revoke("n", "r"));
        assertEquals(error(ErrorCode.ROLE_EMPTY), users.ask(AuthOperation.ROLE_ADD, "", ""));
        assertEquals(error(ErrorCode.ROLE_EXISTS), users.ask(AuthOperation.ROLE_ADD, "", "r"));
        assertEquals(error(ErrorCode.ROLE_NOT_FOUND), users.grant("u", "n"));
        assertEquals(error(ErrorCode.ROLE_NOT_FOUND), users.ask(AuthOperation.ROLE_GET, "", "n"));
        assertEquals(error(ErrorCode.ROLE_NOT_FOUND), users.ask(AuthOperation.ROLE_DELETE, "", "n"));
        assertEquals(error(ErrorCode.ROLE_NOT_FOUND), users.permit("n", 0, "a", ""));
        assertEquals(error(ErrorCode.ROLE_NOT_FOUND), users.forbid("n", "a", ""));
        assertEquals(error(ErrorCode.ROLE_NOT_GRANTED), users.revoke("u", "r"));
        assertEquals(error(ErrorCode.PERMISSION_NOT_GRANTED), users.forbid("r", "a", ""));
        assertEquals(error(ErrorCode.PERMISSION_NOT_GIVEN), users.permit("r", 3, "a", ""));
        assertEquals(error(ErrorCode.INVALID_AUTH_MANAGEMENT), users.permit("r", 0, "b", "a"), "no key can be in it");
        assertEquals(error(ErrorCode.INVALID_AUTH_MANAGEMENT), users.permit("r", 0, "", "a"));

        assertEquals(revision, rig.mvcc.auth().revision());
        assertEquals(hash, rig.mvcc.stateHash(), "errors change nothing");
    }

    @Test
    void shouldKeepNamesInTheOrderOfTheirBytes()
    {
        final String tilde = "\uFF5E"; // three bytes
        final String face = "\uD83D\uDE00"; // four; its first char is below the tilde's
        for (final String name : new String[]{face, tilde})
        {
            users.add(latin(name));
            users.ask(AuthOperation.ROLE_ADD, "", latin(name));
        }
        for (int i = 0; i < 2; i++)
        {
            assertEquals(List.of(tilde, face), rig.mvcc.auth().users().stream().map(AuthUser::name).toList());
            assertEquals(List.of(tilde, face), List.copyOf(rig.mvcc.auth().roleNames()));
            rig.checkpoint();
            rig.crash();
        }
    }

    /** Requests are written in Latin-1: so that the bytes are those of a name in UTF-8. */
    private static String latin(final String name)
    {
        return new String(name.getBytes(UTF_8), ISO_8859_1);
    }

    @Test
    void shouldRefuseAVerifierThatIsNoneAndKeepAUserWithoutPassword()
    {
        final byte[] weak = Users.verifier(1);
        new UnsafeBuffer(weak).putInt(ScramVerifier.ITERATIONS_OFFSET, 1, LITTLE_ENDIAN);
        assertEquals(error(ErrorCode.BAD_VERIFIER), rig.auth(AuthOperation.USER_ADD, "u", "", weak, Users.NONE));
        assertEquals("auth off at 2", users.ask(AuthOperation.USER_ADD, "u", ""));
        assertFalse(rig.mvcc.auth().user("u").hasPassword());
        users.changeVerifier("u", 3);
        assertTrue(rig.mvcc.auth().user("u").hasPassword());
        assertArrayEquals(Users.verifier(3), rig.mvcc.auth().user("u").verifierBytes());
    }

    @Test
    void shouldTakeADeletedRoleFromThousandsOfUsersInStepsAndFromNoneInPart()
    {
        users.ask(AuthOperation.ROLE_ADD, "", "r");
        users.permit("r", Permission.READ, "a", "");
        for (int i = 0; i < 300; i++)
        {
            users.add("u" + i);
            users.grant("u" + i, "r");
        }
        final int[] steps = {0};
        rig.betweenSteps = () ->
        {
            steps[0]++;
            assertEquals(300, rig.mvcc.auth().users().stream().filter(user -> user.roles().contains("r")).count());
            rig.checkpoint();
            return steps[0] == 10; // and crash
        };
        assertNull(users.ask(AuthOperation.ROLE_DELETE, "", "r"), "stopped amid it");

        assertEquals(10, steps[0]);
        assertTrue(rig.mvcc.auth().users().stream().allMatch(user -> user.roles().isEmpty()));
        assertNull(rig.mvcc.auth().role("r"));
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldKeepUsersAcrossACheckpointAndACrash()
    {
        users.addWith("u", Permission.READWRITE, "a", "b");
        users.enable();
        rig.checkpoint();
        users.addWith("late", Permission.READ, "x", "\0");
        final String before = rig.mvcc.auth().toString();
        final long credential = rig.mvcc.auth().user("u").credential();
        rig.crash();

        assertEquals(before, rig.mvcc.auth().toString());
        assertEquals(credential, rig.mvcc.auth().user("u").credential());
        users.as("u");
        assertEquals("put at 2", rig.run(Op.put("a", "1")));
        assertEquals(DENIED, rig.run(Op.put("b", "1")));
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldKeepUsersInARestoredState()
    {
        users.addWith("u", Permission.READ, "a", "b");
        users.enable();
        rig.checkpoint();
        RestoredState.adopt(rig.store, 9, 100);
        try (TreeStore untouched = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Mvcc restored = new Mvcc(rig.store, new MvccSettings().clusterId(9), new RecordingEgress());
            assertTrue(restored.auth().isEnabled());
            assertEquals(rig.mvcc.auth().toString(), restored.auth().toString());
            assertEquals(rig.mvcc.auth().user("u").credential(), restored.auth().user("u").credential());
            assertEquals(0, untouched.tree(Mvcc.USERS_TREE).size());
        }
    }

    @Test
    void shouldHashUsersAndRoles()
    {
        final long empty = rig.mvcc.stateHash();
        users.add("u");
        final long withUser = rig.mvcc.stateHash();
        users.changeVerifier("u", 2);
        final long changed = rig.mvcc.stateHash();
        users.ask(AuthOperation.ROLE_ADD, "", "r");

        assertNotEquals(empty, withUser);
        assertNotEquals(withUser, changed);
        assertNotEquals(changed, rig.mvcc.stateHash());
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldHashWhatUsersAndRolesAreNotHowOftenTheyChanged()
    {
        assertNotEquals(hashAfter(1, "r", Permission.READ), hashAfter(2, "r", Permission.READ), "the verifier");
        assertNotEquals(hashAfter(1, "r", Permission.READ), hashAfter(1, "s", Permission.READ), "the name");
        assertNotEquals(hashAfter(1, "r", Permission.READ), hashAfter(1, "r", Permission.WRITE), "the permission");
        assertEquals(hashAfter(1, "r", Permission.READ), hashAfter(1, "r", Permission.READ));
    }

    private static long hashAfter(final int verifier, final String role, final int type)
    {
        final Rig other = new Rig();
        final Users others = new Users(other);
        others.add("u");
        others.changeVerifier("u", verifier);
        others.ask(AuthOperation.ROLE_ADD, "", role);
        others.permit(role, type, "a", "b");
        final long hash = other.mvcc.stateHash();
        other.close();
        return hash;
    }

    @Test
    void shouldLetUsersLookAtThemselvesAndTheirRolesAndRootAtAll()
    {
        users.addWith("u", Permission.READ, "a", "b");
        users.addWith("v", Permission.READ, "a", "b");
        users.enable();

        assertEquals("auth on at 11 root u v", users.ask(AuthOperation.USER_LIST, "", ""));
        assertEquals("auth on at 11 u v", users.ask(AuthOperation.ROLE_LIST, "", ""));
        users.as("u");
        assertEquals("auth on at 11 u", users.ask(AuthOperation.USER_GET, "u", ""));
        assertEquals("auth on at 11 Ra,b", users.ask(AuthOperation.ROLE_GET, "", "u"));
        assertEquals(DENIED, users.ask(AuthOperation.USER_GET, "v", ""));
        assertEquals(DENIED, users.ask(AuthOperation.USER_GET, "nobody", ""), "nor is it told who is there");
        assertEquals(DENIED, users.ask(AuthOperation.ROLE_GET, "", "v"));
        assertEquals(DENIED, users.ask(AuthOperation.USER_LIST, "", ""));
        assertEquals(DENIED, users.ask(AuthOperation.ROLE_LIST, "", ""));
        users.asNobody();
        assertEquals("auth on at 11", users.ask(AuthOperation.STATUS, "", ""), "anybody may ask that");
        assertEquals(Users.NO_USER, users.ask(AuthOperation.USER_GET, "u", ""));
    }

    @Test
    void shouldBoundUsersRolesAndWhatTheyMay()
    {
        final String limit = error(ErrorCode.AUTH_LIMIT);
        assertEquals(limit, users.add("n".repeat(Limits.AUTH_NAME_LENGTH_MAX + 1)));
        assertEquals(limit, users.ask(AuthOperation.ROLE_ADD, "", "n".repeat(Limits.AUTH_NAME_LENGTH_MAX + 1)));
        final String longest = "n".repeat(Limits.AUTH_NAME_LENGTH_MAX);
        assertEquals("auth off at 2", users.add(longest));
        for (int i = 0; i <= Limits.ROLES_PER_USER_MAX; i++)
        {
            users.ask(AuthOperation.ROLE_ADD, "", "r" + i);
            assertEquals(i == Limits.ROLES_PER_USER_MAX, limit.equals(users.grant(longest, "r" + i)), "role " + i);
        }
        users.ask(AuthOperation.ROLE_ADD, "", "large");
        final String key = "k".repeat(Limits.KEY_LENGTH_MAX - 1);
        assertNotEquals(limit, users.permit("large", 0, key + 1, key + 2));
        assertEquals(limit, users.permit("large", 0, key + 2, key + 3), "more bytes than fit one answer");
        users.ask(AuthOperation.ROLE_ADD, "", "many");
        for (int i = 0; i <= Limits.PERMISSIONS_PER_ROLE_MAX; i++)
        {
            assertEquals(i == Limits.PERMISSIONS_PER_ROLE_MAX, limit.equals(users.permit("many", 0, "k" + i, "")), "permission " + i);
        }
        assertTrue(users.ask(AuthOperation.ROLE_GET, "", "many").contains(" Rk255,"));
    }

    @Test
    void shouldTellLongListsInParts()
    {
        for (int i = 0; i < 1000; i++)
        {
            users.add("a user with a rather long name " + (1000 + i));
        }
        final int partsBefore = rig.egress.partCount;
        final String answer = users.ask(AuthOperation.USER_LIST, "", "");

        assertTrue(answer.endsWith("name 1999"), answer.substring(answer.length() - 40));
        assertEquals(1000, answer.split("rather").length - 1);
        assertEquals(2, rig.egress.partCount - partsBefore);
        assertTrue(rig.egress.longestPart <= Limits.PART_LENGTH_MAX);
    }

    @Test
    void shouldPrintNoVerifier()
    {
        users.add("u");
        final String told = rig.mvcc.auth() + " " + rig.mvcc.auth().user("u") + " " + rig.egress.log + rig.egress.answers;
        assertFalse(told.contains("erifier"), told);
        assertEquals("auth disabled at 2: 1 users, 0 roles user u []{}", told);
    }
}
