package io.tourbillon.transport.client;

import io.tourbillon.codecs.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

class EndpointTest
{
    @Test
    void shouldTakeSeveralMembers()
    {
        assertEquals("[a:1, b:2, ipc:/c]", Endpoint.parseAll("a:1, b:2,ipc:/c").toString());
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parseAll("a:1,,b:2"));
    }

    @Test
    void shouldReadHostsPortsAndDirectories()
    {
        assertEquals(new Endpoint("127.0.0.1", 99, null), Endpoint.parse("127.0.0.1:99"));
        assertEquals(new Endpoint("localhost", Protocol.CLIENT_PORT, null), Endpoint.parse("localhost"));
        assertEquals(new Endpoint("[::1]", 2479, null), Endpoint.parse("[::1]:2479"));
        assertEquals(new Endpoint("[::1]", Protocol.CLIENT_PORT, null), Endpoint.parse("[::1]"));
        assertEquals(new Endpoint(null, 0, Path.of("/dev/shm/x")), Endpoint.parse("ipc:/dev/shm/x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {":1", "a:b", "a:0", "a:65534", "a:99999"})
    void shouldRefuseWhatIsNoEndpoint(final String text)
    {
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(text));
    }

    @Test
    void shouldUseIpcOnlyWhereANodesDriverLives()
    {
        assertNull(Endpoint.parse("127.0.0.1:3").ipcDirectory(MediaKind.AUTO));
        assertNull(Endpoint.parse("192.0.2.1:3").ipcDirectory(MediaKind.AUTO));
        assertEquals(Path.of("/x"), Endpoint.parse("ipc:/x").ipcDirectory(MediaKind.UDP));
    }
}
