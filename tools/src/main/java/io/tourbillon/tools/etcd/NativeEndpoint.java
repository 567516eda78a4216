package io.tourbillon.tools.etcd;

import io.tourbillon.codecs.DriverDirectory;

import java.util.List;

/**
 * Where a member's own protocol is served, which etcd's flags have no word for: UDP, and the media driver's directory in shared memory. It
 * follows from the first client URL alone, so that a restart finds the same, and it is an address of loopback of its own for each port and
 * host: the port is repeated in the last two numbers of 127.n.n.n, but 127.n.n.255, which the JDK takes for a broadcast and does not
 * bind. So members on one machine cannot meet, whatever ports they were given: answers leave from the port two above, which may be another
 * member's. Who says 127.0.0.1 and the port reaches it by shared memory.
 *
 * @param address   127.n.n.n:port.
 * @param directory of the media driver; empty: where clients look for it.
 */
record NativeEndpoint(String address, String directory)
{
    private static final int PORT_MIN = 1024;
    private static final int PORT_MAX = 65_533;
    /** Ports that are none for us are told by others: rarely used, and never by clients that mean another member. */
    private static final int OTHER_PORTS = 60_000;
    private static final int OTHER_PORT_COUNT = 4_096;
    private static final List<String> USUAL_HOSTS = List.of("localhost", "127.0.0.1", "[::1]");
    private static final int USUAL = 1;
    private static final int OTHER_HOSTS = 252;
    private static final int BROADCAST = 255;
    private static final int INSTEAD_OF_BROADCAST = 254;

    /** @param url the first of the client URLs; its port is not 0. */
    static NativeEndpoint of(final EtcdUrl url)
    {
        final int number = url.port() > 0 ? url.port() : url.text().hashCode() & 0xFFFF;
        final int port = number >= PORT_MIN && number <= PORT_MAX ? number : OTHER_PORTS + number % OTHER_PORT_COUNT;
        final boolean isUsual = url.isAnyHost() || USUAL_HOSTS.contains(url.host());
        final int host = isUsual ? USUAL : USUAL + 1 + Math.floorMod(url.host().hashCode(), OTHER_HOSTS);
        final String numbers = (number & 0xFF) == BROADCAST ?
            INSTEAD_OF_BROADCAST + "." + (number >> 8) + '.' + host : host + "." + (number >> 8) + '.' + (number & 0xFF);
        return new NativeEndpoint("127." + numbers + ':' + port, isUsual && port == number ? "" : DriverDirectory.of(port) + "-" + host);
    }
}
