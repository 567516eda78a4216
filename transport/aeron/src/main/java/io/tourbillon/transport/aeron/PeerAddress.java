package io.tourbillon.transport.aeron;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What may stand as host:port for a member. */
final class PeerAddress
{
    /** What passes through most networks in one piece: a datagram in several is lost with any of them. */
    private static final int NETWORK_MTU_LENGTH = 1408;

    private PeerAddress()
    {
    }

    /**
     * @param address host:port.
     * @param hasKey  whether members prove their messages to each other.
     * @return whether members may be there.
     */
    static boolean isAllowed(final String address, final boolean hasKey)
    {
        final InetAddress host = hostOf(address);
        return host != null && (host.isLoopbackAddress() || (hasKey && !host.isAnyLocalAddress() && !host.isMulticastAddress()));
    }

    static boolean isLoopback(final String address)
    {
        final InetAddress host = hostOf(address);
        return host != null && host.isLoopbackAddress();
    }

    /** Whether a host is an IP address, or the name that means this host. */
    static boolean isLiteral(final String host)
    {
        return hostOf(host + ":") != null;
    }

    /** Whether a host is an IP address that means all of this host's, so nobody can be told of it. */
    static boolean isWildcard(final String host)
    {
        final InetAddress address = hostOf(host + ":");
        return address != null && address.isAnyLocalAddress();
    }

    /** Of datagrams to an address, in bytes: loopback carries longer ones, which costs less. */
    static int mtuLength(final String address)
    {
        return isLoopback(address) ? EmbeddedDriver.UDP_MTU_LENGTH : NETWORK_MTU_LENGTH;
    }

    /** Only literals: a name would have to be looked up, and could later mean another address. Null for anything else. */
    private static InetAddress hostOf(final String address)
    {
        final String host = address.substring(0, Math.max(0, address.lastIndexOf(':')));
        try
        {
            if ("localhost".equals(host))
            {
                return InetAddress.getLoopbackAddress();
            }
            return host.matches("[0-9.]+") || host.matches("\\[[0-9a-fA-F:.]+]") ? InetAddress.getByName(host) : null;
        }
        catch (final UnknownHostException ignore)
        {
            return null; // what asks tells of the fault
        }
    }
}
