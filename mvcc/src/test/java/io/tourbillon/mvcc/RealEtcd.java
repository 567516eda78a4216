package io.tourbillon.mvcc;

import io.grpc.StatusRuntimeException;

/** An etcd of its own. */
final class RealEtcd implements AutoCloseable
{
    private final EtcdProcess process = new EtcdProcess();
    private final GrpcStore store;

    RealEtcd()
    {
        try
        {
            store = new GrpcStore(process.host(), process.port());
        }
        catch (final StatusRuntimeException ex)
        {
            final String output = process.output();
            process.close();
            throw new IllegalStateException("etcd does not serve:\n" + output, ex);
        }
    }

    /** What it is asked by. */
    GrpcStore store()
    {
        return store;
    }

    @Override
    public void close()
    {
        store.close();
        process.close();
    }
}
