package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.Doorbell;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.FatalHandler;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.consensus.pipeline.IdleMode;
import io.tourbillon.consensus.pipeline.MembershipSettings;
import io.tourbillon.consensus.pipeline.Pipeline;
import io.tourbillon.consensus.pipeline.PipelineContext;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.consensus.pipeline.TransferSettings;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.consensus.raft.RaftSettings;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import io.tourbillon.mvcc.AuthUser;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccSettings;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Opens what a node is made of, in the order in which one needs the other, and closes it in the opposite order. The media driver is started
 * beside the rest: both take some hundred milliseconds of a core.
 */
final class NodeParts implements AutoCloseable
{
    /** A last checkpoint larger than this is left to the journal's replay: closing must not take long. */
    private static final int LAST_CHECKPOINT_PAGES_MAX = 16 * 1024;
    private static final int OWN_TOKEN_LENGTH = 32;
    private static final int ARENA_LENGTH_MIN = 16 << 20;
    private static final long DRIVER_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final NodeConfig config;
    private final RunMode mode;
    private final PipelineCounters pipelineCounters = new PipelineCounters();
    private final IngressCounters ingressCounters = new IngressCounters();
    private final SpaceCounters spaceCounters = new SpaceCounters();
    private final NodeEvents events;
    private final SessionHandover handover = new SessionHandover();
    private final ClientEgress egress;
    private final DriverPace driverPace;
    private final TransportAgent transport;
    private final byte[] ownToken = new byte[OWN_TOKEN_LENGTH];
    private ClusterKey clusterKey;
    private ConnectionKey connectionKey;
    private byte[] frontKey;
    private DataDirectory directory;
    private Identity identity;
    private NodeGauges gauges;
    private EmbeddedDriver driver;
    private TreeStore store;
    private Mvcc mvcc;
    private Configuration initialConfiguration;
    private StoreImages images;
    private SnapshotSaves saves;
    private Journal journal;
    private RequestRouter router;
    private final NearClients nearClients = new NearClients();
    private boolean isJournalHandedOver;
    private boolean hasPeers;
    private final Broadcasts broadcasts;
    private final PeerEgress peerEgress;
    private volatile boolean isStateOpen;

    NodeParts(final NodeConfig config, final NodeEvents events)
    {
        new SecureRandom().nextBytes(ownToken);
        this.config = config;
        this.events = events;
        this.mode = RunMode.of(config);
        this.egress = new ClientEgress(handover, config.newReplyMemory(), config.connectionTimeoutNs());
        this.broadcasts = new Broadcasts(egress, events);
        this.peerEgress = new PeerEgress(broadcasts);
        this.driverPace = new DriverPace(config.intNumber(NodeOption.TERM_BYTES));
        this.transport = new TransportAgent(ingressCounters, pipelineCounters, events, driverPace);
    }

    void open()
    {
        try
        {
            clusterKey = config.hasClusterKey() ? ClusterKey.read(Path.of(config.text(NodeOption.CLUSTER_KEY_FILE))) : null;
            connectionKey = config.readConnectionKey();
            frontKey = config.readFrontKey();
            directory = DataDirectory.open(config.dataDir());
            identity = Identity.open(directory, config);
            gauges = NodeGauges.open(directory.path(), identity);
            transport.errorLog(gauges::onError);
            hasPeers = isInCluster();
            final FutureTask<EmbeddedDriver> driverTask = new FutureTask<>(this::launchDriver);
            new Thread(driverTask, "tourbillon-start-driver").start();
            try
            {
                openState();
            }
            finally
            {
                isStateOpen = true;
                driver = await(driverTask);
                transport.driver(driver);
            }
        }
        catch (final RuntimeException ex)
        {
            close();
            throw ex instanceof NodeException ? ex : new NodeException("cannot start: " + ex.getMessage(), ex);
        }
    }

    /** Keeps it alive until somebody else does: the state may take longer to open than a driver may be silent. */
    private EmbeddedDriver launchDriver()
    {
        final EmbeddedDriver launched =
            EmbeddedDriver.launch(config, mode, hasPeers, transport::onTransportError);
        while (!isStateOpen)
        {
            launched.invoke();
            LockSupport.parkNanos(DRIVER_INTERVAL_NS);
        }
        return launched;
    }

    private static EmbeddedDriver await(final FutureTask<EmbeddedDriver> task)
    {
        try
        {
            return task.get();
        }
        catch (final ExecutionException ex)
        {
            throw ex.getCause() instanceof final RuntimeException cause ? cause : new NodeException("cannot start", ex.getCause());
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted while starting", ex);
        }
    }

    private void openState()
    {
        store = TreeStore.open(TreeStoreContext.file(directory.store()).poolBytes(config.number(NodeOption.POOL_BYTES)));
        initialConfiguration = identity.initialConfiguration(config.text(NodeOption.LISTEN_PEER));
        mvcc = new Mvcc(store, new MvccSettings()
            .clusterId(identity.clusterId())
            .memberId(identity.memberId())
            .applyVersion(config.applyVersion())
            .quotaBytes(config.number(NodeOption.QUOTA_BACKEND_BYTES))
            .autoCompaction(config.autoCompaction())
            .progressNotifyIntervalNs(config.progressNotifyIntervalNs())
            .electionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(config.number(NodeOption.ELECTION_TIMEOUT)))
            .initialMembers(ConfigurationRecord.encode(initialConfiguration, identity.clusterId())), peerEgress);
        if (mvcc.members().isRemoved(identity.memberId()))
        {
            throw new NodeException(MemberRemovedException.MESSAGE);
        }
        journal = Journal.open(new JournalContext()
            .directory(directory.journal())
            .segmentBytes(config.number(NodeOption.SEGMENT_BYTES))
            .maxEntryLength(Math.max(
                JournalContext.MAX_ENTRY_LENGTH_DEFAULT, EntryFrame.frameLength(config.intNumber(NodeOption.MAX_REQUEST_BYTES))))
            .checkpointIndex(mvcc.appliedIndex())
            .checkpointTerm(mvcc.appliedTerm())
            .isRepairable(isInCluster())
            .installedTerm(mvcc.isStateInstalled() ? mvcc.appliedTerm() : 0)
            .durability(config.durability())
            .forcer(config.forcer()));
        mvcc.onInstalledStateKept();
        images = new StoreImages(directory, store, identity.clusterId(), config.applyVersion(), config.number(NodeOption.POOL_BYTES));
        saves = new SnapshotSaves(directory.path().resolve("store.saving"), store, egress, identity);
    }

    Pipeline launchPipeline(final FatalHandler fatalHandler)
    {
        final NodeFacts facts = new NodeFacts(identity, pipelineCounters);
        final ConnectionVoice voice = new ConnectionVoice(facts, config);
        final SessionBook sessions = new SessionBook(identity, handover, voice, ingressCounters, config);
        final Logins logins = logins(sessions, voice);
        final Doorkeeper doorkeeper = new Doorkeeper(connectionKey);
        router = new RequestRouter(sessions, doorkeeper, logins, voice, ingressCounters, identity.memberId(), config);
        final ClientIngress ingress =
            new ClientIngress(driver, config, router, sessions, logins, voice, ingressCounters, driverPace, nearClients,
                transport::isReady);
        final NodeReplies replies = new NodeReplies(config, facts, pipelineCounters, mvcc.alarms(), journal, store, egress);
        gauges.mirror(new CounterMirror(gauges.file()).addPipeline(pipelineCounters).addIngress(ingressCounters)
            .addFields("space", spaceCounters).addFields("sessions", egress.slowSessions()).addJournal(journal));
        final SpaceWatch space = new SpaceWatch(mvcc, identity.memberId(), pipelineCounters, spaceCounters, events);
        ingress.listen();
        broadcasts.open(driver.aeron(), config, identity);
        final SocketWait socketWait = driver.socketWait();
        if (socketWait != null)
        {
            socketWait.isDeaf(ingress::hasSilentClient);
        }
        final AeronPeerLinks links = peerLinks();
        final boolean hasBroadcasts = !config.broadcasts().isEmpty();
        driverPace.hasSockets(() -> hasBroadcasts || links.isListening() || ingress.hasUdpClient());
        final int requestLengthMax = config.intNumber(NodeOption.MAX_REQUEST_BYTES);
        final PipelineContext context = new PipelineContext()
            .memberId(identity.memberId())
            .journal(journal)
            .durability(config.durability())
            .stateMachine(new MvccStateMachine(
                mvcc, store, images, saves, egress, replies, facts, new MemberAnnouncement(identity.memberId(), config), space,
                gauges, config.compactionClock()).with(broadcasts, peerEgress, new VersionWatch(mvcc, events)))
            .ingress(ingress)
            .companion(transport)
            .fatalHandler(fatalHandler)
            .mode(mode.pipelineMode())
            .idleMode(config.isBusy() ? IdleMode.BUSY : IdleMode.BACKOFF)
            .idleWait(socketWait)
            .counters(pipelineCounters)
            .ringCapacity(config.intNumber(NodeOption.RING_SLOTS))
            .arenaLength(Math.max(ARENA_LENGTH_MIN, 4 * EntryFrame.frameLength(requestLengthMax)))
            .requestLengthMax(Math.max(requestLengthMax, StateMachine.PROPOSAL_LENGTH_MAX))
            .readQueueLength(PipelineContext.readQueueLengthFor(requestLengthMax))
            .checkpointJournalBytes(config.number(NodeOption.CHECKPOINT_JOURNAL_BYTES))
            .checkpointIntervalNs(TimeUnit.SECONDS.toNanos(config.number(NodeOption.CHECKPOINT_SECONDS)))
            .runId(identity.memberId() << 32 | identity.starts())
            .electionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(config.number(NodeOption.ELECTION_TIMEOUT)))
            .heartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(config.number(NodeOption.HEARTBEAT_INTERVAL)))
            .clusterId(identity.clusterId());
        context.configuration(initialConfiguration).peerLinks(links).membership(membership())
            .transfer(new TransferSettings(images, links.stateMessages(), config.number(NodeOption.SNAPSHOT_RATE)));
        if (isInCluster())
        {
            context.catchUpBytes(config.number(NodeOption.CATCH_UP_BYTES));
        }
        final Pipeline pipeline = Pipeline.launch(context);
        isJournalHandedOver = true;
        nearClients.node(pipeline::wake);
        return pipeline;
    }

    private Logins logins(final SessionBook sessions, final ConnectionVoice voice)
    {
        final TicketKeys keys = new TicketKeys(new MembersSecret(clusterKey, "session tokens"), ownToken, frontKey);
        final Tickets tickets = new Tickets(mvcc::auth, keys, config, sessions, voice, ingressCounters);
        return new Logins(
            mvcc::auth, clusterKey, tickets, sessions, voice, ingressCounters, config.connectionTimeoutNs(), Logins.TOTAL_MAX);
    }

    /** Others are there from the beginning, or were when it was started last. */
    private boolean isInCluster()
    {
        final DirectBuffer applied = mvcc == null ? null : mvcc.members().configuration();
        final boolean hasOthers = applied != null && ConfigurationRecord.decode(applied, 0).members().size() > 1;
        return identity.members() != null || identity.hasJoined() || hasOthers;
    }

    private MembershipSettings membership()
    {
        final long driftMs = config.number(NodeOption.LEASE_READ_DRIFT);
        return new MembershipSettings(
            config.intNumber(NodeOption.MAX_LEARNERS),
            Boolean.parseBoolean(config.text(NodeOption.STRICT_RECONFIG_CHECK)),
            driftMs == 0 ? RaftSettings.NO_LEASE : TimeUnit.MILLISECONDS.toNanos(driftMs),
            Boolean.parseBoolean(config.text(NodeOption.INITIAL_ELECTION_TICK_ADVANCE)));
    }

    private AeronPeerLinks peerLinks()
    {
        final AeronPeerLinks links =
            new AeronPeerLinks(driver, config, identity, clusterKey, mvcc.members()::isRemoved, ingressCounters);
        if (isInCluster())
        {
            links.listen();
        }
        return links;
    }

    /** How long a leader that stops waits for another. */
    long handOverNs()
    {
        return TimeUnit.MILLISECONDS.toNanos(config.number(NodeOption.ELECTION_TIMEOUT));
    }

    Doorbell doorbell()
    {
        return nearClients;
    }

    /** From now on requests are refused. */
    void stopTaking()
    {
        router.stop();
    }

    /** The last one, after all threads have ended and the journal has forced everything. Bounded: what is too much is replayed instead. */
    void checkpoint() throws IOException
    {
        if ((store.dirtyPageCount() > 0 || mvcc.version().isUnsaved()) && store.poolPagesInUse() <= LAST_CHECKPOINT_PAGES_MAX)
        {
            final Checkpoint last = store.freeze();
            while (last != null && !last.step())
            {
                continue; // the next slice
            }
        }
    }

    Identity identity()
    {
        return identity;
    }

    ConnectionKey connectionKey()
    {
        return connectionKey;
    }

    Journal journal()
    {
        return journal;
    }

    EmbeddedDriver driver()
    {
        return driver;
    }

    RunMode mode()
    {
        return mode;
    }

    PipelineCounters pipelineCounters()
    {
        return pipelineCounters;
    }

    NodeGauges gauges()
    {
        return gauges;
    }

    SpaceCounters spaceCounters()
    {
        return spaceCounters;
    }

    List<Alarm> alarms()
    {
        return mvcc.alarms().list();
    }

    String userName(final long credential)
    {
        final AuthUser user = mvcc.auth().user(credential);
        return user == null ? "" : user.name();
    }

    ClientEgress egress()
    {
        return egress;
    }

    byte[] ownToken()
    {
        return ownToken;
    }

    IngressCounters ingressCounters()
    {
        return ingressCounters;
    }

    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(isJournalHandedOver ? null : journal, saves, images, store, driver, gauges, directory);
    }
}
