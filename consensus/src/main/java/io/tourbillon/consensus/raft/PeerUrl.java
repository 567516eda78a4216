package io.tourbillon.consensus.raft;

/** Addresses of members as people write them. */
public final class PeerUrl
{
    private static final int PORT_MAX = 65_535;
    private static final int LENGTH_MAX = 128;

    private PeerUrl()
    {
    }

    /**
     * @param url {@code host:port}, perhaps behind a scheme as in {@code http://host:port} or {@code aeron:udp?endpoint=host:port}.
     * @return {@code host:port}, or null if it is none.
     */
    public static String address(final String url)
    {
        final String address = url.substring(Math.max(url.lastIndexOf('/'), url.lastIndexOf('=')) + 1);
        final int colon = address.lastIndexOf(':');
        final boolean isSound = address.length() <= LENGTH_MAX && colon > 0 && address.substring(colon + 1).matches("[0-9]{1,5}") &&
            address.substring(0, colon).matches("[0-9A-Za-z.-]+|\\[[0-9a-fA-F:.]+]");
        if (!isSound)
        {
            return null;
        }
        final int port = Integer.parseInt(address.substring(colon + 1));
        return port > 0 && port <= PORT_MAX ? address : null;
    }
}
