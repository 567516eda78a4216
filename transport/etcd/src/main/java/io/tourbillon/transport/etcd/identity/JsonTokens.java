package io.tourbillon.transport.etcd.identity;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.transport.client.AuthCommand;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeCall;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.rpc.TokenMaker;

import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * JSON web tokens, as etcd has them: who has logged in, at which revision of users and roles, until when. This front judges them and has
 * the node take its word for their users; a front with the public key alone makes none. Tokens of before a change of users are refused
 * within a second of it; what a user may do is judged by the node at once. Any thread.
 */
public final class JsonTokens implements TokenMaker
{
    private static final Status OLD_REVISION = Status.INVALID_ARGUMENT.withDescription("etcdserver: revision of auth store is old");
    private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder FROM_TEXT = Base64.getUrlDecoder();
    private static final String PREFIX = "jwt";
    private static final long TTL_SECONDS = 300;
    private static final int KNOWN_MAX = 10_000;
    private static final int TOKEN_LENGTH_MAX = 8_192;
    private static final int PARTS = 3;
    private static final int TICKS_PER_QUESTION = 10;
    private static final Claims NONE = new Claims("", 0, 0);

    private final JsonTokenKeys keys;
    private final long ttlSeconds;
    private final Map<String, Claims> known = new ConcurrentHashMap<>();
    private volatile long authRevision;
    private int tickCount;
    private boolean isAsking;

    /**
     * What a token says.
     *
     * @param userName      of the user.
     * @param revision      of users and roles when it was made.
     * @param expirySeconds until when it is good, in seconds of the epoch.
     */
    public record Claims(String userName, long revision, long expirySeconds)
    {
    }

    private JsonTokens(final JsonTokenKeys keys, final long ttlSeconds)
    {
        this.keys = keys;
        this.ttlSeconds = ttlSeconds;
    }

    /**
     * Reads etcd's option {@code auth-token}.
     *
     * @param option {@code jwt,sign-method=...,pub-key=...,priv-key=...,ttl=...}.
     * @return what it asks for.
     * @throws IOException              if a file cannot be read.
     * @throws IllegalArgumentException if it is not right; says why.
     */
    public static JsonTokens of(final String option) throws IOException
    {
        final String[] parts = option.split(",");
        final Map<String, String> options = new HashMap<>();
        for (int i = 1; i < parts.length; i++)
        {
            final int equals = parts[i].indexOf('=');
            if (equals < 1)
            {
                throw new IllegalArgumentException("auth-token=" + option + ": must be jwt,name=value,...");
            }
            options.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
        }
        if (!parts[0].equals(PREFIX))
        {
            throw new IllegalArgumentException("auth-token=" + option + ": must begin with jwt");
        }
        return new JsonTokens(JsonTokenKeys.read(options), seconds(options.getOrDefault("ttl", TTL_SECONDS + "s")));
    }

    private static long seconds(final String text)
    {
        if (!text.matches("[1-9][0-9]{0,8}[smh]"))
        {
            throw new IllegalArgumentException("ttl=" + text + ": must be a number of s, m or h");
        }
        final long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1))
        {
            case 's' -> number;
            case 'm' -> TimeUnit.MINUTES.toSeconds(number);
            default -> TimeUnit.HOURS.toSeconds(number);
        };
    }

    /** @return whether it makes tokens; else it only judges them. */
    public boolean makes()
    {
        return keys.canSign();
    }

    /** Looks once a second at which revision users and roles are. Before the link is started. */
    void follow(final NodeLink link)
    {
        link.onTick(() ->
        {
            if (++tickCount % TICKS_PER_QUESTION == 0 && !isAsking && link.isServing())
            {
                isAsking = true;
                link.nobody().submit(new Question());
            }
        });
    }

    static boolean isOne(final String token)
    {
        final int first = token.indexOf('.');
        return first > 0 && token.indexOf('.', first + 1) > 0;
    }

    @Override
    public String make(final String userName, final long revision)
    {
        final Struct head = Struct.newBuilder().putFields("alg", text(keys.method())).putFields("typ", text("JWT")).build();
        final Struct claims = Struct.newBuilder()
            .putFields("username", text(userName))
            .putFields("revision", Value.newBuilder().setNumberValue(revision).build())
            .putFields("exp", Value.newBuilder().setNumberValue(nowSeconds() + ttlSeconds).build())
            .build();
        final String signed = encode(head) + "." + encode(claims);
        return signed + "." + TO_TEXT.encodeToString(keys.sign(signed));
    }

    /** What a token says; null if nobody with the key has said it. */
    Claims verify(final String token)
    {
        final Claims before = known.get(token);
        if (before != null)
        {
            return before;
        }
        final Claims found = read(token);
        if (found == NONE)
        {
            return null; // not remembered: anybody can think of as many as he likes, and of long ones
        }
        if (known.size() >= KNOWN_MAX)
        {
            known.clear(); // they are judged anew
        }
        known.put(token, found);
        return found;
    }

    /** How many are remembered. */
    int knownCount()
    {
        return known.size();
    }

    /** Why it is not good any more; null if it is. */
    Status faultOf(final Claims claims)
    {
        return claims.expirySeconds() <= nowSeconds() ? Failures.of(ErrorCode.INVALID_AUTH_TOKEN) :
            claims.revision() < authRevision ? OLD_REVISION : null;
    }

    private Claims read(final String token)
    {
        if (token.length() > TOKEN_LENGTH_MAX)
        {
            return NONE;
        }
        final String[] parts = token.split("\\.", -1);
        if (parts.length != PARTS)
        {
            return NONE;
        }
        try
        {
            final String method = decode(parts[0]).getFieldsOrDefault("alg", text("")).getStringValue();
            final String signed = parts[0] + "." + parts[1];
            if (!method.equals(keys.method()) || !keys.isSigned(signed, FROM_TEXT.decode(parts[2])))
            {
                return NONE;
            }
            final Map<String, Value> claims = decode(parts[1]).getFieldsMap();
            final String userName = claims.containsKey("username") ? claims.get("username").getStringValue() : "";
            return userName.isEmpty() || !claims.containsKey("revision") || !claims.containsKey("exp") ? NONE : new Claims(userName,
                (long)claims.get("revision").getNumberValue(), (long)claims.get("exp").getNumberValue());
        }
        catch (final InvalidProtocolBufferException | IllegalArgumentException ignore)
        {
            return NONE; // it is no token
        }
    }

    private static Value text(final String value)
    {
        return Value.newBuilder().setStringValue(value).build();
    }

    private static String encode(final Struct part)
    {
        try
        {
            return TO_TEXT.encodeToString(JsonFormat.printer().omittingInsignificantWhitespace().print(part).getBytes(UTF_8));
        }
        catch (final InvalidProtocolBufferException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    private static Struct decode(final String part) throws InvalidProtocolBufferException
    {
        final Struct.Builder struct = Struct.newBuilder();
        JsonFormat.parser().merge(new String(FROM_TEXT.decode(part), UTF_8), struct);
        return struct.build();
    }

    private static long nowSeconds()
    {
        return TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
    }

    private final class Question extends NodeCall
    {
        @Override
        protected long send(final ClientSession via)
        {
            return via.auth(AuthCommand.status());
        }

        @Override
        protected void onAuth(final AuthReplyDecoder reply)
        {
            authRevision = reply.authRevision();
            isAsking = false;
        }

        @Override
        protected void onFailure(final Status status)
        {
            isAsking = false;
        }
    }
}
