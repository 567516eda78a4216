package io.tourbillon.tools.etcd;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URL as etcd's flags take them: a scheme, a host, a port, no path.
 *
 * @param scheme http, https, unix or unixs.
 * @param host   a name or a literal; one of IPv6 in brackets.
 * @param port   0: any. -1: it is not a number, as that of a Unix socket.
 * @param text   as it was given.
 */
record EtcdUrl(String scheme, String host, int port, String text)
{
    private static final String LOCALHOST = "localhost";
    private static final List<String> SCHEMES = List.of("http", "https", "unix", "unixs");
    private static final Pattern URL = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#]*)(.*)");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^:]*):([^:]+)");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

    /** @throws IllegalArgumentException in etcd's words. */
    static EtcdUrl parse(final String text)
    {
        final Matcher url = URL.matcher(text);
        if (!url.matches() || !SCHEMES.contains(url.group(1)))
        {
            throw new IllegalArgumentException("URL scheme must be http, https, unix, or unixs: " + text);
        }
        final Matcher authority = AUTHORITY.matcher(url.group(2));
        final boolean isUnix = url.group(1).startsWith("unix");
        if (!authority.matches() || !isUnix && !PORT.matcher(authority.group(2)).matches())
        {
            throw new IllegalArgumentException("URL address does not have the form \"host:port\": " + text);
        }
        if (!url.group(3).isEmpty())
        {
            throw new IllegalArgumentException("URL must not contain a path: " + text);
        }
        final int port = PORT.matcher(authority.group(2)).matches() ? Integer.parseInt(authority.group(2)) : -1;
        return new EtcdUrl(url.group(1), authority.group(1), port, text);
    }

    /** The parts between commas; none of an empty text. */
    static List<EtcdUrl> parseAll(final String texts)
    {
        final List<EtcdUrl> urls = new ArrayList<>();
        for (final String text : texts.isEmpty() ? new String[0] : texts.split(",", -1))
        {
            urls.add(parse(text.trim()));
        }
        return urls;
    }

    /** Without a host it means all of them, as in etcd. */
    boolean isAnyHost()
    {
        return host.isEmpty() || "0.0.0.0".equals(host) || "[::]".equals(host);
    }

    /** The same elsewhere. */
    EtcdUrl at(final String otherHost)
    {
        return new EtcdUrl(scheme, otherHost, port, scheme + "://" + otherHost + ':' + port);
    }

    /** An address of this host that others may reach; that of loopback if it has none. */
    static String ownHost()
    {
        try
        {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter((address) -> address instanceof Inet4Address && !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .map(InetAddress::getHostAddress).findFirst().orElse("127.0.0.1");
        }
        catch (final SocketException ignore)
        {
            return "127.0.0.1"; // it does not say where it is: this much is true
        }
    }

    /** Whether it is this host alone that can reach it. Asks for the host's address if it is a name. */
    boolean isLoopback()
    {
        return !isAnyHost() && resolve().isLoopbackAddress();
    }

    /** As members are told of it, and tell of it: localhost as it is, for any other host its address, with the port. */
    String address()
    {
        return LOCALHOST.equals(host) ? host + ':' + port : literal();
    }

    /** Whether two texts host:port mean the same, where localhost is an address of loopback. */
    static boolean isSame(final String address, final String other)
    {
        return parse("http://" + address).literal().equals(parse("http://" + other).literal());
    }

    /** The host's address, with the port: members reach each other by literals. Asks for it if the host is a name. */
    String literal()
    {
        final InetAddress address = resolve();
        final String literal = address.getHostAddress();
        return (address instanceof Inet6Address ? '[' + literal.replaceAll("%.*", "") + ']' : literal) + ':' + port;
    }

    private InetAddress resolve()
    {
        try
        {
            return InetAddress.getByName(host);
        }
        catch (final UnknownHostException ignore)
        {
            throw EtcdException.ofVerify("could not resolve host of " + text + ": no such host");
        }
    }
}
