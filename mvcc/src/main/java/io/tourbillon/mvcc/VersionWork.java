package io.tourbillon.mvcc;

import io.tourbillon.codecs.record.ClusterVersionSetDecoder;
import io.tourbillon.codecs.record.LeaseTtlMinSetDecoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import org.agrona.concurrent.UnsafeBuffer;

/** Applies what the leader says of the cluster's version, and what its setting means for leases. Needs no pages. */
final class VersionWork implements EntryWork
{
    private final ClusterVersion version;
    private final LeaseTtlMin leaseTtlMin;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final ClusterVersionSetDecoder versionSet = new ClusterVersionSetDecoder();
    private final LeaseTtlMinSetDecoder leaseTtlMinSet = new LeaseTtlMinSetDecoder();

    VersionWork(final ClusterVersion version, final LeaseTtlMin leaseTtlMin)
    {
        this.version = version;
        this.leaseTtlMin = leaseTtlMin;
    }

    /** Whether a message of one of the two templates is as long as it must be. */
    static boolean isSound(final UnsafeBuffer message, final int templateId)
    {
        final int length =
            templateId == ClusterVersionSetDecoder.TEMPLATE_ID ? ClusterVersionSetDecoder.BLOCK_LENGTH : LeaseTtlMinSetDecoder.BLOCK_LENGTH;
        return message.capacity() >= MessageHeaderDecoder.ENCODED_LENGTH + length;
    }

    @Override
    public boolean step(final Entry entry)
    {
        if (messageHeader.wrap(entry.message(), 0).templateId() == ClusterVersionSetDecoder.TEMPLATE_ID)
        {
            version.set(versionSet.wrapAndApplyHeader(entry.message(), 0, messageHeader).clusterVersion());
        }
        else
        {
            leaseTtlMin.set(leaseTtlMinSet.wrapAndApplyHeader(entry.message(), 0, messageHeader).ttlMinMs());
        }
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        assert false : "nobody waits for what the leader says of versions";
    }
}
