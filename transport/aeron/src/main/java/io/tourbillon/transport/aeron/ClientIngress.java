package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.Ingress;
import org.agrona.DirectBuffer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The server end for clients on the sequencer's thread: takes connections, polls their requests a bounded number at a time, times them out.
 * <pre>
 *   request images (UDP, IPC) --poll--> RequestRouter --> Admission.propose / read
 *                                            |
 *   response publications  &lt;-----------------+  handshakes, refusals (ConnectionVoice)
 *                          &lt;-- ClientEgress, on the apply thread
 * </pre>
 */
final class ClientIngress implements Ingress
{
    /** Fragments of one stream that nobody takes any more, in one sweep: its window in some seconds, if they are small. */
    private static final int DEPARTING_FRAGMENT_LIMIT = 1024;
    /** Connections beyond the limit that are told so; the streams of further ones are rejected. */
    private static final int REFUSED_MAX = 16;
    private static final long SWEEP_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Aeron aeron;
    private final NodeConfig config;
    private final int windowLength;
    private final RequestRouter router;
    private final SessionBook sessions;
    private final Logins logins;
    private final ConnectionVoice voice;
    private final IngressCounters counters;
    private final DriverPace driverPace;
    private final NearClients nearClients;
    private final FairShare fairShare;
    private final ChunkMemory chunkMemory;
    private final PollRounds rounds = new PollRounds();
    private final ArrayList<Connection> connections = rounds.all();
    private final ArrayDeque<Image> arrived = new ArrayDeque<>();
    /** Request streams of connections that are over, until the driver gives them up. */
    private final ArrayList<Image> departing = new ArrayList<>();
    private final FragmentHandler fragmentHandler = this::onFragment;
    private final FragmentHandler nowhere = (buffer, offset, length, header) -> { };
    private final long timeoutNs;
    private final int connectionsMax;
    private final int termLength;
    private final int requestLengthMax;
    private final BooleanSupplier isServing;
    private Subscription udp;
    private Subscription ipc;
    private Connection polled;
    private int firstIndex;
    private long lastConnectionId;
    /** Connected ones that ring. */
    private int nearCount;
    private long lastPollNs;
    private long nextSweepNs;

    ClientIngress(
        final EmbeddedDriver driver,
        final NodeConfig config,
        final RequestRouter router,
        final SessionBook sessions,
        final Logins logins,
        final ConnectionVoice voice,
        final IngressCounters counters,
        final DriverPace driverPace,
        final NearClients nearClients,
        final BooleanSupplier isServing)
    {
        this.nearClients = nearClients;
        this.driverPace = driverPace;
        this.isServing = isServing;
        this.aeron = driver.aeron();
        this.windowLength = driver.windowLength();
        this.config = config;
        this.router = router;
        this.sessions = sessions;
        this.logins = logins;
        this.voice = voice;
        this.counters = counters;
        this.fairShare = new FairShare(config.intNumber(NodeOption.MAX_SHARED_IN_FLIGHT));
        this.chunkMemory = new ChunkMemory(config.number(NodeOption.MAX_CHUNK_BYTES));
        this.connectionsMax = config.intNumber(NodeOption.MAX_CONNECTIONS);
        this.termLength = config.intNumber(NodeOption.TERM_BYTES);
        this.requestLengthMax = config.intNumber(NodeOption.MAX_REQUEST_BYTES);
        this.timeoutNs = config.connectionTimeoutNs();
    }

    /** Opens the request streams. Blocks; before the sequencer starts. Requests wait in them until it polls. */
    void listen()
    {
        final String channel = new ChannelUriStringBuilder()
            .media("udp")
            .endpoint(config.text(NodeOption.LISTEN_CLIENT))
            .socketRcvbufLength(windowLength)
            .receiverWindowLength(windowLength)
            .build();
        try
        {
            ipc = aeron.addSubscription("aeron:ipc", Protocol.REQUEST_STREAM_ID, arrived::add, this::onUnavailable);
            udp = aeron.addSubscription(channel, Protocol.REQUEST_STREAM_ID, arrived::add, this::onUnavailable);
        }
        catch (final RegistrationException ex)
        {
            throw new NodeException("cannot listen on " + config.text(NodeOption.LISTEN_CLIENT) + ": " + ex.getMessage(), ex);
        }
    }

    /** Whether a client sends requests through shared memory and does not ring. */
    boolean hasSilentClient()
    {
        return ipc.imageCount() > nearCount;
    }

    /** Whether a client sends requests by UDP. */
    boolean hasUdpClient()
    {
        return !udp.hasNoImages();
    }

    @Override
    public void onStart(final Admission admission)
    {
        router.admission(admission);
    }

    @Override
    public int poll(final long nowNs)
    {
        int workCount = isServing.getAsBoolean() ? accept(nowNs) : 0;
        workCount += sessions.doWork();
        logins.nowNs(nowNs);
        workCount += pollConnections(nowNs);
        if (nowNs - nextSweepNs >= 0)
        {
            nextSweepNs = nowNs + SWEEP_INTERVAL_NS;
            workCount += sweep(nowNs) + logins.judgeWaiting();
            readOut();
        }
        lastPollNs = nowNs;
        return workCount;
    }

    @Override
    public void onRejected(final long sessionId, final long correlationId, final int code)
    {
        counters.refused.addRelease(1);
        sessions.onRejected(sessionId, correlationId, ErrorCode.of(code));
    }

    @Override
    public void onDone(final long sessionId, final long correlationId, final long targetId)
    {
        sessions.onDone(sessionId, correlationId, targetId);
    }

    private int accept(final long nowNs)
    {
        int workCount = 0;
        Image image;
        while ((image = arrived.poll()) != null)
        {
            workCount++;
            final boolean isRefused = connections.size() >= connectionsMax;
            if (isRefused)
            {
                counters.connectionsRefused.addRelease(1);
            }
            if (connections.size() >= connectionsMax + REFUSED_MAX)
            {
                image.reject("too many connections"); // else its term buffers would stay for as long as it sends
                departing.add(image);
            }
            else if (!image.isClosed())
            {
                rounds.add(newConnection(image, isRefused, nowNs));
                counters.connections.setRelease(connections.size());
            }
        }
        return workCount;
    }

    private Connection newConnection(final Image image, final boolean isRefused, final long nowNs)
    {
        final ChannelUriStringBuilder channel = new ChannelUriStringBuilder()
            .controlMode("response")
            .responseCorrelationId(image.correlationId())
            .termLength(termLength);
        if (image.subscription() == ipc)
        {
            channel.media("ipc").mtu(EmbeddedDriver.ipcMtuLength(termLength));
        }
        else
        {
            channel.media("udp")
                .controlEndpoint(config.clientHost() + ":" + config.responsePort())
                .mtu(EmbeddedDriver.UDP_MTU_LENGTH)
                .socketSndbufLength(windowLength);
        }
        final long registrationId = aeron.asyncAddPublication(channel.build(), Protocol.RESPONSE_STREAM_ID);
        final ChunkAssembler chunks = new ChunkAssembler(chunkMemory, requestLengthMax);
        final Connection connection = new Connection(++lastConnectionId, image, registrationId, isRefused, chunks, nowNs);
        connection.nearClients(image.subscription() == ipc ? nearClients : null);
        return connection;
    }

    private int pollConnections(final long nowNs)
    {
        driverPace.connectionCount(connections.size());
        final ArrayList<Connection> looked = rounds.begin(nowNs);
        int workCount = 0;
        final int count = looked.size();
        firstIndex = firstIndex + 1 < count ? firstIndex + 1 : 0;
        fairShare.beginRound(nowNs);
        for (int i = firstIndex; i < count; i++)
        {
            workCount += pollConnection(looked.get(i), nowNs);
        }
        for (int i = 0; i < firstIndex; i++)
        {
            workCount += pollConnection(looked.get(i), nowNs);
        }
        rounds.end(workCount);
        for (int i = looked.size() - 1; i >= 0; i--)
        {
            if (looked.get(i).hasFailed())
            {
                close(connections.indexOf(looked.get(i)), null);
            }
        }
        return workCount;
    }

    private int pollConnection(final Connection connection, final long nowNs)
    {
        if (connection.state() == Connection.State.OPENING && !isOpen(connection))
        {
            return 0;
        }
        final int limit = fairShare.fragmentLimit(connection);
        if (limit == 0)
        {
            return voice.drain(connection);
        }
        polled = connection;
        final long admittedCount = connection.admittedCount();
        final int fragments = connection.image().poll(fragmentHandler, limit);
        connection.onPolled(nowNs, admittedCount);
        if (connection.isAsking(nowNs))
        {
            driverPace.onPolled(connection);
        }
        if (fragments > 0 && connection.state() == Connection.State.CONNECTED)
        {
            connection.lastHeardNs(nowNs); // who does not come to the point is not kept by talking
        }
        return fragments + voice.drain(connection);
    }

    /** Requests stay in their stream until somebody can hear the answers. */
    private boolean isOpen(final Connection connection)
    {
        if (connection.publication() == null)
        {
            try
            {
                connection.publication(aeron.getPublication(connection.registrationId()));
            }
            catch (final RegistrationException ex)
            {
                counters.transportErrors.incrementAndGet(); // a client that did not ask for a response stream, or is gone already
                connection.fail();
            }
        }
        final Publication publication = connection.publication();
        final boolean isOpen = publication != null && publication.isConnected();
        if (isOpen)
        {
            connection.state(Connection.State.LISTENING);
        }
        return isOpen;
    }

    private void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header frame)
    {
        if (polled.hasFailed())
        {
            return;
        }
        if ((frame.flags() & FrameDescriptor.UNFRAGMENTED) != FrameDescriptor.UNFRAGMENTED)
        {
            counters.fragments.addRelease(1);
            return;
        }
        router.onMessage(polled, buffer, offset, length);
    }

    private int sweep(final long nowNs)
    {
        final long stallNs = nowNs - lastPollNs;
        int workCount = 0;
        sessions.beginSweep();
        nearCount = 0;
        for (int i = connections.size() - 1; i >= 0; i--)
        {
            final Connection connection = connections.get(i);
            if (stallNs > timeoutNs / 2)
            {
                connection.lastHeardNs(nowNs); // it was us who were away: what they said meanwhile may still lie in the socket
                connection.chunks().forgive();
            }
            final int dropped = connection.chunks().sweep(nowNs, timeoutNs);
            if (dropped > 0)
            {
                workCount++;
                counters.chunkTimeouts.addRelease(dropped);
            }
            nearCount += connection.isNear() ? 1 : 0;
            sessions.sweep(connection);
            workCount += logins.sweep(connection);
            if (connection.image().isClosed())
            {
                workCount++;
                close(i, null);
            }
            else if (nowNs - connection.lastHeardNs() > timeoutNs)
            {
                workCount++;
                counters.timeouts.addRelease(1);
                close(i, connection.publication() == null ? null : ErrorCode.CONNECTION_TIMEOUT);
            }
        }
        return workCount;
    }

    /** The driver keeps the term buffers of a stream whose sender is gone until all that came was read. */
    private void readOut()
    {
        for (int i = departing.size() - 1; i >= 0; i--)
        {
            final Image image = departing.get(i);
            image.poll(nowhere, DEPARTING_FRAGMENT_LIMIT);
            if (image.isClosed())
            {
                final Image last = departing.remove(departing.size() - 1);
                if (last != image)
                {
                    departing.set(i, last);
                }
            }
        }
    }

    private void onUnavailable(final Image image)
    {
        for (int i = 0; i < connections.size(); i++)
        {
            if (connections.get(i).image() == image)
            {
                connections.get(i).fail(); // messages may be missing between this image and a next one
            }
        }
    }

    private void close(final int index, final ErrorCode reason)
    {
        final Connection connection = connections.get(index);
        logins.onClosed(connection);
        sessions.closeAll(connection, reason);
        connection.state(Connection.State.CLOSED);
        if (!connection.image().isClosed())
        {
            departing.add(connection.image());
        }
        if (connection.publication() != null)
        {
            connection.publication().close();
        }
        else
        {
            aeron.asyncRemovePublication(connection.registrationId());
        }
        rounds.remove(index);
        counters.connections.setRelease(connections.size());
    }

    @Override
    public void onClose()
    {
        for (int i = connections.size() - 1; i >= 0; i--)
        {
            close(i, connections.get(i).publication() == null ? null : ErrorCode.STOPPED);
        }
        if (udp != null)
        {
            udp.close();
        }
        if (ipc != null)
        {
            ipc.close();
        }
        chunkMemory.giveBack();
    }
}
