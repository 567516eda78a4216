package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ChallengeDecoder;
import io.tourbillon.codecs.client.ChallengeResponseEncoder;
import io.tourbillon.codecs.client.ConnectEncoder;
import io.tourbillon.codecs.client.ConnectedDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpenSessionEncoder;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A node that lets in only who proves that it knows the connections' key. */
@Timeout(60)
class ConnectionKeyTest
{
    private static final String SECRET = "a secret of more than thirty-two bytes";

    private static final byte[] NOTHING = new byte[0];

    @TempDir
    private Path directory;

    private static TourbillonAsyncClient connect(final String endpoint, final String secret)
    {
        final ClientOptions options = new ClientOptions().endpoint(endpoint).mediaKind(MediaKind.UDP)
            .connectTimeout(Duration.ofSeconds(secret.equals(SECRET) ? 20 : 2));
        options.context().connectionKey(secret.isEmpty() ? null : new ConnectionKey(secret.getBytes(US_ASCII)));
        return TourbillonAsyncClient.connect(options);
    }

    @Test
    void shouldServeWhoKnowsTheKeyAndNobodyElse() throws Exception
    {
        final NodeConfig config = TestConfig.in(directory);
        final Path file = Files.writeString(directory.resolve("key"), SECRET + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        config.set(NodeOption.CONNECTION_KEY_FILE, file.toString());
        try (Node node = Node.launch(config))
        {
            assertTrue(node.awaitReady(30_000));
            final String endpoint = config.text(NodeOption.LISTEN_CLIENT);
            try (TourbillonAsyncClient client = connect(endpoint, SECRET))
            {
                client.put("a", "1").get();
                assertEquals("1", client.get("a").get().first().valueText());
            }
            assertThrows(TourbillonException.class, () -> connect(endpoint, "").close());
            assertEquals(0, node.ingressCounters().keysWrong.getAcquire());
            assertThrows(TourbillonException.class, () -> connect(endpoint, SECRET + ".").close());
            assertTrue(node.ingressCounters().keysWrong.getAcquire() > 0);
            refuseReplaysAndImpatience(node);
        }
    }

    /** A proof is good once, on the connection that it was made for, and nothing is done before it. */
    private static void refuseReplaysAndImpatience(final Node node)
    {
        final byte[] clientNonce = new byte[ConnectionKey.NONCE_LENGTH];
        final ConnectionKey key = new ConnectionKey(SECRET.getBytes(US_ASCII));
        final byte[] proof;
        try (RawClient first = new RawClient(node.driverDirectory()))
        {
            proof = key.clientProof(challenge(first), clientNonce);
            final OpenSessionEncoder open = new OpenSessionEncoder();
            open.wrapAndApplyHeader(first.buffer, 0, first.header).eventCredit(0).userName("").putProof(NOTHING, 0, 0);
            RawClient.head(open.request(), 0, 7);
            first.send(open.encodedLength());
            assertEquals(ErrorCode.NOT_CONNECTED.number(), first.awaitError(7));
            respond(first, proof, clientNonce);
            first.await(ConnectedDecoder.TEMPLATE_ID);
        }
        try (RawClient second = new RawClient(node.driverDirectory()))
        {
            challenge(second);
            respond(second, proof, clientNonce);
            assertEquals(ErrorCode.CONNECTION_KEY_WRONG.number(), second.awaitError(8));
        }
    }

    private static byte[] challenge(final RawClient client)
    {
        final ConnectEncoder connect = new ConnectEncoder();
        connect.wrapAndApplyHeader(client.buffer, 0, client.header).protocolVersion(Protocol.VERSION).clientName("raw");
        RawClient.head(connect.request(), 0, 1);
        client.send(connect.encodedLength());
        final ChallengeDecoder challenge =
            new ChallengeDecoder().wrapAndApplyHeader(client.await(ChallengeDecoder.TEMPLATE_ID), 0, new MessageHeaderDecoder());
        final byte[] nonce = new byte[challenge.nonceLength()];
        challenge.getNonce(nonce, 0, nonce.length);
        return nonce;
    }

    private static void respond(final RawClient client, final byte[] proof, final byte[] clientNonce)
    {
        final ChallengeResponseEncoder response = new ChallengeResponseEncoder();
        response.wrapAndApplyHeader(client.buffer, 0, client.header).putMac(proof, 0, proof.length)
            .putNonce(clientNonce, 0, clientNonce.length);
        RawClient.head(response.request(), 0, 8);
        client.send(response.encodedLength());
    }
}
