package io.tourbillon.transport.client.async;

import io.tourbillon.transport.client.TourbillonClient;
import org.agrona.concurrent.Agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The client's thread: one connection, or two if reads that need no leader go elsewhere. */
final class ClientAgents implements Agent
{
    private final ClientIdle idle;
    private final TourbillonClient client;
    private final ClientAgent main;
    /** Of serializable reads and watches; may be the same. */
    private final ClientAgent readers;

    ClientAgents(final ClientOptions options, final ClientIdle idle)
    {
        this.idle = idle;
        client = TourbillonClient.launch(options.context());
        main = new ClientAgent(options, client, options.endpoint(), options.route() != Route.ANY);
        readers = options.route() == Route.SPREAD ? new ClientAgent(options, client, shuffled(options.endpoint()), false) : main;
    }

    private static String shuffled(final String endpoints)
    {
        final List<String> all = new ArrayList<>(Arrays.asList(endpoints.split(",", -1)));
        Collections.shuffle(all);
        return String.join(",", all);
    }

    ClientAgent main()
    {
        return main;
    }

    ClientAgent readers()
    {
        return readers;
    }

    @Override
    public String roleName()
    {
        return "tourbillon-client";
    }

    @Override
    public int doWork()
    {
        int workCount = main.doWork();
        if (readers != main)
        {
            workCount += readers.doWork();
        }
        workCount += client.poll();
        idle.isExpecting(main.isExpecting() || readers.isExpecting());
        return workCount;
    }

    @Override
    public void onClose()
    {
        client.close();
        main.onClose();
        if (readers != main)
        {
            readers.onClose();
        }
    }

    /** Fails what is queued; after the thread has ended, any thread. */
    void failQueued(final String why)
    {
        main.failQueued(why);
        readers.failQueued(why);
    }
}
