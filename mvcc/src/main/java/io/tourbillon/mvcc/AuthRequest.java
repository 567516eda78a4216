package io.tourbillon.mvcc;

import io.tourbillon.codecs.ScramVerifier;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.AuthRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A request about users and roles, taken out of its message. Allocates: such requests are rare. Never to be printed: it has a verifier. */
final class AuthRequest
{
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final AuthRequestDecoder decoder = new AuthRequestDecoder();

    AuthOperation operation;
    String name;
    String role;
    byte[] verifier;
    Permission permission;
    /** Names that are not UTF-8 could not be told from others. */
    boolean isText;

    /** Reads a checked message. */
    void read(final DirectBuffer buffer, final int offset)
    {
        decoder.wrapAndApplyHeader(buffer, offset, messageHeader);
        operation = AuthOperation.get(decoder.operationRaw());
        final int type = decoder.permission();
        final byte[] nameBytes = new byte[decoder.nameLength()];
        decoder.getName(nameBytes, 0, nameBytes.length);
        final byte[] roleBytes = new byte[decoder.roleLength()];
        decoder.getRole(roleBytes, 0, roleBytes.length);
        verifier = new byte[decoder.verifierLength()];
        decoder.getVerifier(verifier, 0, verifier.length);
        final byte[] key = new byte[decoder.keyLength()];
        decoder.getKey(key, 0, key.length);
        final byte[] rangeEnd = new byte[decoder.rangeEndLength()];
        decoder.getRangeEnd(rangeEnd, 0, rangeEnd.length);
        permission = new Permission(type, key, rangeEnd);
        name = new String(nameBytes, UTF_8);
        role = new String(roleBytes, UTF_8);
        isText = Arrays.equals(nameBytes, name.getBytes(UTF_8)) && Arrays.equals(roleBytes, role.getBytes(UTF_8));
    }

    /** Whether the verifier is one, or says that the user has no password. */
    boolean isVerifierSound()
    {
        return verifier.length == 0 || ScramVerifier.isSound(new UnsafeBuffer(verifier), 0, verifier.length);
    }

    static boolean isTooLong(final String name)
    {
        return name.getBytes(UTF_8).length > Limits.AUTH_NAME_LENGTH_MAX;
    }
}
