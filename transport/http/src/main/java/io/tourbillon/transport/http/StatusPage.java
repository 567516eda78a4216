package io.tourbillon.transport.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * {@code /status}, a page for people, and {@code /status.json}, which it reads again and again. The page is one file and needs nothing from
 * elsewhere: it may run its own script, by that script's hash, and ask this server, nothing else. Any thread; the JSON blocks as long as
 * its source does.
 */
public final class StatusPage
{
    static final String HTML = "/status";
    static final String JSON = "/status.json";
    private static final String HTML_TYPE = "text/html; charset=utf-8";
    private static final Map<String, String> NOT_KEPT = Map.of("Cache-Control", "no-store");

    private final PageReply html;
    private final Supplier<String> json;

    /** @param json what the page is fed with; asked each time. */
    public StatusPage(final Supplier<String> json)
    {
        this.json = json;
        final String page = resource();
        html = new PageReply(PageReply.OK, HTML_TYPE, Map.of(
            "Cache-Control", "no-store",
            "Content-Security-Policy", policyOf(page),
            "Referrer-Policy", "no-referrer"), page.getBytes(UTF_8));
    }

    /** @return null if the path is neither. */
    PageReply reply(final PageRequest request)
    {
        return switch (request.path())
        {
            case HTML -> html;
            case JSON -> new PageReply(PageReply.OK, PageReply.JSON, NOT_KEPT, json.get().getBytes(UTF_8));
            default -> null;
        };
    }

    private static String resource()
    {
        try (InputStream in = StatusPage.class.getResourceAsStream("status.html"))
        {
            return new String(in.readAllBytes(), UTF_8);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException("the status page is not in the jar", ex);
        }
    }

    /** Whatever should get into the page is not run, not shown as style, and reaches nobody. */
    private static String policyOf(final String page)
    {
        return "default-src 'none'; connect-src 'self'; script-src " + hashOf(page, "script") + "; style-src " + hashOf(page, "style") +
            "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /** Of what stands between the page's only two tags of that name. */
    private static String hashOf(final String page, final String tag)
    {
        final int from = page.indexOf('<' + tag + '>') + tag.length() + 2;
        final int to = page.indexOf("</" + tag + '>');
        assert from > tag.length() + 2 && to > from : tag;
        try
        {
            final byte[] hash = MessageDigest.getInstance("SHA-256").digest(page.substring(from, to).getBytes(UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException(ex); // each JDK has it
        }
    }
}
