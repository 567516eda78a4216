package io.tourbillon.tools.etcd;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Where members serve their own protocol: each somewhere else, and where a socket can be bound. */
class NativeEndpointTest
{
    private static String host(final String url)
    {
        final String address = NativeEndpoint.of(EtcdUrl.parse(url)).address();
        return address.substring(0, address.indexOf(':'));
    }

    @Test
    void shouldRepeatThePort()
    {
        assertEquals("127.1.9.75", host("http://127.0.0.1:2379"));
    }

    @Test
    void shouldGiveEachPortAnAddressThatCanBeBound() throws IOException
    {
        final Set<String> hosts = new HashSet<>();
        for (final String name : new String[]{"127.0.0.1", "10.1.2.3"})
        {
            for (int port = 1; port <= 65_535; port++)
            {
                final String host = host("http://" + name + ":" + port);
                assertTrue(hosts.add(host), () -> host + " again");
            }
        }
        for (final String host : hosts)
        {
            if (host.endsWith(".255") || host.startsWith("127.254."))
            {
                try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(host), 0)))
                {
                    assertEquals(host, socket.getLocalAddress().getHostAddress());
                }
            }
        }
    }
}
