package io.tourbillon.perf.store;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.jmh.Wrong;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One get of an etcd over its JSON gateway: no client to set up, so that only the server's own time counts. */
final class EtcdGet
{
    private static final int TIMEOUT_MS = 10_000;
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");

    private EtcdGet()
    {
    }

    /** Reads a key and checks its value. Blocks. */
    static void check(final KeySpace keySpace, final String host, final int port, final int keyIndex)
    {
        final byte[] key = new byte[keySpace.keyLength()];
        keySpace.putKey(keyIndex, new UnsafeBuffer(key), 0);
        final String reply = post(host, port, "{\"key\":\"" + Base64.getEncoder().encodeToString(key) + "\"}");
        final Matcher matcher = VALUE.matcher(reply);
        Wrong.unless(matcher.find(), "no key: " + reply);
        final byte[] value = Base64.getDecoder().decode(matcher.group(1));
        Wrong.unless(keySpace.checkValue(keyIndex, new UnsafeBuffer(value), 0, value.length) == KeySpace.SOUND, "another value");
    }

    private static String post(final String host, final int port, final String body)
    {
        try
        {
            final HttpURLConnection connection = (HttpURLConnection)new URL("http://" + host + ":" + port + "/v3/kv/range").openConnection();
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = connection.getInputStream())
            {
                return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
