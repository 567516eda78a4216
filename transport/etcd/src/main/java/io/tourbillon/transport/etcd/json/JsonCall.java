package io.tourbillon.transport.etcd.json;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.tourbillon.transport.etcd.counts.MethodCounters;
import io.tourbillon.transport.etcd.http.Exchange;
import io.tourbillon.transport.etcd.http.HttpConnection;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A call by JSON. What comes of it may come on any thread and is printed and sent on the connection's event loop, on which all else of it
 * happens, too.
 *
 * @param <Q> its requests.
 * @param <A> its answers.
 */
final class JsonCall<Q, A> extends ServerCall<Q, A> implements Exchange
{
    private static final String JSON = "application/json";
    /** Messages of a stream of requests that wait for the service. */
    private static final int INBOX_MAX = 1024;
    /** Answers that wait for being sent, beyond which the service is asked to wait. */
    private static final int QUEUED_BYTES_MAX = 64 << 10;
    /** What JSON is longer than what it says; a guess, of base 64 most of all. */
    private static final int GROWTH = 2;
    private static final int FRAME_LENGTH = 16;
    /** Printed messages are bounded by what a buffer can be asked for at first. */
    private static final int ANSWER_BYTES_MAX = 512 << 20;

    private final MethodDescriptor<Q, A> method;
    private final MethodCounters counters;
    private final Attributes attributes;
    private final String authority;
    private final HttpConnection connection;
    private final JsonSplitter splitter;
    private final Context.CancellableContext context = Context.ROOT.withCancellation();
    private final ArrayDeque<Q> inbox = new ArrayDeque<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private Listener<Q> listener;
    private int requestedCount;
    private boolean isWhole;
    private boolean isHalfClosed;
    private boolean isAnyTaken;
    private boolean isBegun;
    private boolean isOver;
    private Message answer;
    private volatile boolean isCancelled;
    /** Somebody was told to wait, and hears when he need not. */
    private volatile boolean isAwaited;

    private JsonCall(
        final MethodDescriptor<Q, A> method, final MethodCounters counters, final Attributes attributes, final String authority,
        final HttpConnection connection, final int bytesMax)
    {
        this.method = method;
        this.counters = counters;
        this.attributes = attributes;
        this.authority = authority;
        this.connection = connection;
        splitter = new JsonSplitter(bytesMax);
    }

    static <Q, A> JsonCall<Q, A> start(
        final ServerMethodDefinition<Q, A> method, final MethodCounters counters, final Metadata headers, final Attributes attributes,
        final String authority, final HttpConnection connection, final int bytesMax)
    {
        final JsonCall<Q, A> call =
            new JsonCall<>(method.getMethodDescriptor(), counters, attributes, authority, connection, bytesMax);
        counters.onStarted();
        call.run(() ->
        {
            call.listener = method.getServerCallHandler().startCall(call, headers);
            call.listener.onReady();
        });
        return call;
    }

    /** Runs what is the service's: what it throws is its own fault, and ends this call alone. */
    private void run(final Runnable service)
    {
        final Context before = context.attach();
        try
        {
            service.run();
        }
        catch (final RuntimeException ex)
        {
            close(Status.fromThrowable(ex), new Metadata());
        }
        finally
        {
            context.detach(before);
        }
    }

    private boolean isStream()
    {
        return !method.getType().serverSendsOneMessage();
    }

    @Override
    public boolean isPatient()
    {
        return !method.getType().clientSendsOneMessage();
    }

    @Override
    public void onContent(final ByteBuf content)
    {
        if (!isOver && !splitter.take(content, this::accept))
        {
            connection.end();
            refuse(Status.RESOURCE_EXHAUSTED.withDescription("tourbillon: the request is longer than may be"));
        }
    }

    @Override
    public void onEnd()
    {
        splitter.end(this::accept);
        if (!isAnyTaken && method.getType().clientSendsOneMessage())
        {
            accept("");
        }
        isWhole = true;
        deliver();
    }

    /** One message. Of a call that has one, what follows the first is passed over, as etcd does. */
    private void accept(final String json)
    {
        if (isOver || isAnyTaken && method.getType().clientSendsOneMessage())
        {
            return;
        }
        isAnyTaken = true;
        try
        {
            inbox.add(parse(json));
        }
        catch (final InvalidProtocolBufferException ex)
        {
            refuse(Status.INVALID_ARGUMENT.withDescription(ex.getMessage()));
        }
        deliver();
        if (inbox.size() > INBOX_MAX)
        {
            refuse(Status.RESOURCE_EXHAUSTED.withDescription("tourbillon: too many requests at once in one stream"));
        }
    }

    @SuppressWarnings("unchecked")
    private Q parse(final String json) throws InvalidProtocolBufferException
    {
        final MethodDescriptor.PrototypeMarshaller<Q> marshaller =
            (MethodDescriptor.PrototypeMarshaller<Q>)method.getRequestMarshaller();
        return (Q)JsonForm.parse(json, (Message)marshaller.getMessagePrototype());
    }

    private void deliver()
    {
        while (!isOver && listener != null && requestedCount > 0 && !inbox.isEmpty())
        {
            requestedCount--;
            final Q request = inbox.poll();
            counters.onReceived(((Message)request).getSerializedSize());
            run(() -> listener.onMessage(request));
        }
        if (!isOver && listener != null && isWhole && inbox.isEmpty() && !isHalfClosed)
        {
            isHalfClosed = true;
            run(listener::onHalfClose);
        }
    }

    @Override
    public void request(final int count)
    {
        connection.execute(() ->
        {
            requestedCount = Math.max(requestedCount, requestedCount + count);
            deliver();
        });
    }

    @Override
    public void sendHeaders(final Metadata headers)
    {
        // nothing of them is for HTTP's clients
    }

    @Override
    public boolean isReady()
    {
        if (mayWrite())
        {
            return true;
        }
        isAwaited = true; // before it is looked again: else what has gone meanwhile would be told to nobody
        return mayWrite();
    }

    private boolean mayWrite()
    {
        return !isCancelled && queuedBytes.get() < QUEUED_BYTES_MAX && connection.isWritable();
    }

    @Override
    public void sendMessage(final A message)
    {
        final Message sent = (Message)message;
        final long bytes = sent.getSerializedSize();
        counters.onSent(bytes);
        queuedBytes.addAndGet(bytes);
        connection.execute(() ->
        {
            send(sent);
            queuedBytes.addAndGet(-bytes);
            onWritable();
        });
    }

    private void send(final Message message)
    {
        if (isOver)
        {
            return;
        }
        if (!isStream())
        {
            answer = message;
            return;
        }
        begin(HttpResponseStatus.OK);
        final ByteBuf line = connection.context().alloc().buffer(FRAME_LENGTH + GROWTH * message.getSerializedSize());
        ByteBufUtil.writeAscii(line, "{\"result\":");
        JsonForm.print(message, line);
        ByteBufUtil.writeAscii(line, "}\n");
        connection.stream(line);
    }

    private void begin(final HttpResponseStatus status)
    {
        if (!isBegun)
        {
            isBegun = true;
            connection.beginStream(status, JSON);
        }
    }

    @Override
    public void onWritable()
    {
        if (!isOver && isAwaited && mayWrite())
        {
            isAwaited = false;
            run(listener::onReady);
        }
    }

    @Override
    public void close(final Status status, final Metadata trailers)
    {
        connection.execute(() -> end(status));
    }

    private void end(final Status status)
    {
        if (isOver)
        {
            return;
        }
        if (!status.isOk())
        {
            fail(status);
        }
        else if (isStream())
        {
            begin(HttpResponseStatus.OK);
            over(Status.Code.OK);
            connection.endStream();
        }
        else if (answer == null || answer.getSerializedSize() > ANSWER_BYTES_MAX)
        {
            fail(answer == null ? Status.INTERNAL : Status.RESOURCE_EXHAUSTED.withDescription("tourbillon: the answer is too long"));
        }
        else
        {
            over(Status.Code.OK);
            final ByteBuf body = connection.context().alloc().buffer(GROWTH * answer.getSerializedSize());
            JsonForm.print(answer, body);
            connection.answer(HttpResponseStatus.OK, JSON, body);
        }
        if (listener != null)
        {
            run(listener::onComplete);
        }
        context.cancel(null);
    }

    /** The request is at fault: the service, which has begun, hears of it as if the client had gone. */
    private void refuse(final Status status)
    {
        if (!isOver)
        {
            fail(status);
            cancel();
        }
    }

    private void fail(final Status status)
    {
        final ByteBuf body = connection.context().alloc().buffer();
        over(status.getCode());
        if (isStream())
        {
            JsonForm.printStreamError(status, body);
            connection.beginStream(JsonForm.http(status.getCode()), JSON);
            connection.stream(body);
            connection.endStream();
        }
        else
        {
            JsonForm.printError(status, body);
            connection.answer(JsonForm.http(status.getCode()), JSON, body);
        }
    }

    private void cancel()
    {
        isCancelled = true;
        if (listener != null)
        {
            run(listener::onCancel);
        }
        context.cancel(null);
    }

    private void over(final Status.Code code)
    {
        counters.onHandled(code);
        isOver = true;
        inbox.clear();
    }

    @Override
    public void onClosed()
    {
        if (!isOver)
        {
            over(Status.Code.CANCELLED);
            cancel();
        }
    }

    @Override
    public boolean isCancelled()
    {
        return isCancelled;
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor()
    {
        return method;
    }

    @Override
    public Attributes getAttributes()
    {
        return attributes;
    }

    @Override
    public String getAuthority()
    {
        return authority;
    }
}
