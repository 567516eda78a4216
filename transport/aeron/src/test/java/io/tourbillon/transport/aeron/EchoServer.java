package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.PutReplyEncoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.mvcc.Auth;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The server ends alone, on one thread, with an admission that answers each put with its own value as the previous one, and nothing else:
 * what is behind
 * the real one is tested with it.
 */
final class EchoServer implements Admission, AutoCloseable
{
    /** Logins under way of connections that have more than one. */
    static final int LOGINS_MAX = Logins.CONNECTION_MAX + 8;
    /** Of the node's own process, and of fronts. */
    static final byte[] OWN_TOKEN = "the own token, of thirty-two byte".substring(0, 32).getBytes(StandardCharsets.US_ASCII);
    static final byte[] FRONT_KEY = "the key of fronts, of more than thirty-two bytes".getBytes(StandardCharsets.US_ASCII);

    final NodeConfig config;
    final IngressCounters counters = new IngressCounters();
    final ClientEgress egress;
    final EmbeddedDriver driver;
    final NearClients nearClients = new NearClients();
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final long memberId = 77;
    volatile int answersPerPut = 1;
    volatile long admission;
    volatile boolean isAnswering = true;
    volatile long replyBytes;
    volatile boolean hasSilentClient;

    private final PipelineCounters pipelineCounters = new PipelineCounters();
    private final TransportAgent transport;
    private final ClientIngress ingress;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final PutRequestDecoder put = new PutRequestDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final PutReplyEncoder reply = new PutReplyEncoder();
    private final MessageHeaderEncoder replyHeader = new MessageHeaderEncoder();
    private final ExpandableDirectByteBuffer scratch = new ExpandableDirectByteBuffer(4096);
    volatile Auth auth = Auth.EMPTY;
    volatile long lastCredential;
    private volatile boolean isRunning = true;

    EchoServer(final NodeConfig config)
    {
        assert config.faults().isEmpty() : config.faults();
        this.config = config;
        final Identity identity = new Identity("echo", 55, memberId, 1, null, false);
        final NodeFacts facts = new NodeFacts(identity, pipelineCounters);
        final SessionHandover handover = new SessionHandover();
        final ConnectionVoice voice = new ConnectionVoice(facts, config);
        final SessionBook sessions = new SessionBook(identity, handover, voice, counters, config);
        final TicketKeys keys = new TicketKeys(new MembersSecret(null, "session tokens"), OWN_TOKEN, FRONT_KEY);
        final Tickets tickets = new Tickets(() -> auth, keys, config, sessions, voice, counters);
        final Logins logins =
            new Logins(() -> auth, null, tickets, sessions, voice, counters, config.connectionTimeoutNs(), LOGINS_MAX);
        final RequestRouter router = new RequestRouter(sessions, new Doorkeeper(null), logins, voice, counters, memberId, config);
        egress = new ClientEgress(handover, config.newReplyMemory(), config.connectionTimeoutNs());
        final DriverPace pace = new DriverPace(config.intNumber(NodeOption.TERM_BYTES));
        transport = new TransportAgent(counters, pipelineCounters, NodeEvents.NONE, pace);
        driver = EmbeddedDriver.launch(config, RunMode.FOLDED, false, transport::onTransportError);
        transport.driver(driver);
        ingress = new ClientIngress(driver, config, router, sessions, logins, voice, counters, pace, nearClients, () -> true);
        ingress.listen();
        ingress.onStart(this);
        new Thread(this::run, "echo-server").start();
    }

    private void run()
    {
        final IdleStrategy idle = new BackoffIdleStrategy(10, 10, 1000, 200_000);
        try
        {
            while (isRunning)
            {
                idle.idle(transport.doWork() + ingress.poll(System.nanoTime()) + egress.doWork(System.nanoTime()));
                egress.tellNear();
                replyBytes = egress.replyBytes();
                hasSilentClient = ingress.hasSilentClient();
                while (egress.pollEnded() != 0)
                {
                    continue; // there is no state machine to tell
                }
            }
            ingress.onClose();
        }
        catch (final Throwable ex)
        {
            failure.set(ex);
        }
        finally
        {
            ended.countDown();
        }
    }

    @Override
    public long propose(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final long timeoutMs,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        lastCredential = credential;
        if (admission < 0)
        {
            return admission;
        }
        if (header.wrap(buffer, offset).templateId() == PutRequestDecoder.TEMPLATE_ID && isAnswering)
        {
            put.wrapAndApplyHeader(buffer, offset, header);
            put.skipKey();
            final int valueLength = put.valueLength();
            final int valueOffset = put.limit() + PutRequestDecoder.valueHeaderLength();
            reply.wrapAndApplyHeader(scratch, 0, replyHeader).putPrevValue(buffer, valueOffset, valueLength);
            reply.reply().sessionId(sessionId).correlationId(correlationId).clusterId(55).memberId(memberId).revision(1).raftTerm(1);
            for (int i = 0; i < answersPerPut; i++)
            {
                egress.reply(sessionId, scratch, 0, MessageHeaderEncoder.ENCODED_LENGTH + reply.encodedLength());
            }
        }
        return 1;
    }

    @Override
    public long read(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long timeoutMs,
        final ReadLevel level,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        return 0;
    }

    @Override
    public void close()
    {
        isRunning = false;
        Await.until("the server's thread to end", () -> ended.getCount() == 0);
        driver.close();
        if (failure.get() != null)
        {
            throw new AssertionError("the server's thread failed", failure.get());
        }
    }
}
