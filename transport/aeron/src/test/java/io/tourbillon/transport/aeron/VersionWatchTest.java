package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.record.ClusterVersionSetEncoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.codecs.record.MemberPublishedEncoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import io.tourbillon.mvcc.ApplyVersion;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccSettings;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

class VersionWatchTest
{
    private final TreeStore store = TreeStore.open(TreeStoreContext.inMemory());
    private final Mvcc mvcc = new Mvcc(store, new MvccSettings(), null);
    private final List<String> warnings = new ArrayList<>();
    private final VersionWatch watch = new VersionWatch(mvcc, new NodeEvents()
    {
        @Override
        public void onWarning(final String message)
        {
            warnings.add(message);
        }
    });
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[256]);

    @AfterEach
    void close()
    {
        store.close();
    }

    private void publish(final long memberId, final int applyVersion)
    {
        final MemberPublishedEncoder said = new MemberPublishedEncoder().wrapAndApplyHeader(message, 0, new MessageHeaderEncoder());
        apply(said.memberId(memberId).applyVersion(applyVersion).name("").clientUrls("").limit());
    }

    private void apply(final int length)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[EntryFrame.frameLength(length)]);
        final EntryFrame frame = new EntryFrame();
        frame.encode(buffer, 0, 1, mvcc.appliedIndex() + 1, 1, 0, 0, 0, message, 0, length);
        assertEquals(Mvcc.DONE, mvcc.onEntry(frame, false));
    }

    /** Builds of the first version do not know that there are others, and so do not stop. */
    @Test
    void shouldWarnOnceOfAMemberWhoseBuildIsTooOldForTheCluster()
    {
        publish(0x10, ApplyVersion.NEWEST);
        publish(0x20, ApplyVersion.FIRST);
        watch.doWork();
        assertEquals(List.of(), warnings, "it holds the cluster back");
        publish(0x20, ApplyVersion.NEWEST);
        final ClusterVersionSetEncoder set = new ClusterVersionSetEncoder().wrapAndApplyHeader(message, 0, new MessageHeaderEncoder());
        apply(set.clusterVersion(ApplyVersion.NEWEST).limit());
        watch.doWork();
        assertEquals(List.of(), warnings);
        publish(0x30, ApplyVersion.FIRST);
        publish(0x10, ApplyVersion.NEWEST);
        watch.doWork();
        watch.doWork();
        assertEquals(List.of("member 30 runs a build that is too old for cluster version 2: its state may differ; " +
            "stop it, remove it, and add a member of a newer build"), warnings);
        publish(0x30, ApplyVersion.NEWEST);
        watch.doWork();
        publish(0x30, ApplyVersion.FIRST);
        watch.doWork();
        assertEquals(2, warnings.size(), "again, as it went back");
    }
}
