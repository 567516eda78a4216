package io.tourbillon.transport.client;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.tourbillon.codecs.Protocol;
import org.agrona.CloseHelper;

/**
 * The stream pair of one attempt to connect: response subscription first, then the request publication that names it, by which the driver
 * ties the
 * node's answers to this subscription and to no other. Nothing here waits: {@link #step} asks the driver and looks later.
 */
final class Link implements AutoCloseable
{
    private final Endpoint endpoint;
    private final ClientContext context;
    private final Media media;
    private final boolean isIpc;
    private final long subscriptionId;
    private Subscription subscription;
    private ExclusivePublication publication;
    private long publicationId = Aeron.NULL_VALUE;
    private boolean hadImage;

    /** @param isIpc true if the media is the node's own: it is then closed with the link. */
    Link(final Endpoint endpoint, final ClientContext context, final Media media, final boolean isIpc)
    {
        this.endpoint = endpoint;
        this.context = context;
        this.media = media;
        this.isIpc = isIpc;
        final String channel = isIpc ? Endpoint.ipcResponseChannel() : endpoint.responseChannel(context);
        subscriptionId = media.aeron().asyncAddSubscription(channel, Protocol.RESPONSE_STREAM_ID);
    }

    /** @return true once both streams exist here. */
    boolean step()
    {
        final Aeron aeron = media.aeron();
        if (null == subscription)
        {
            subscription = aeron.getSubscription(subscriptionId);
            if (null != subscription)
            {
                final long id = subscription.registrationId();
                final String channel = isIpc ? Endpoint.ipcRequestChannel(context, id) : endpoint.requestChannel(context, id);
                publicationId = aeron.asyncAddExclusivePublication(channel, Protocol.REQUEST_STREAM_ID);
            }
        }
        if (null == publication && Aeron.NULL_VALUE != publicationId)
        {
            publication = aeron.getExclusivePublication(publicationId);
            if (null != publication && hasBell())
            {
                context.doorbell().open(publication.sessionId());
            }
        }
        return null != publication;
    }

    /** What is sent is not heard, so it is to be rung for. */
    boolean hasBell()
    {
        return isIpc && null != context.doorbell();
    }

    /** Runs the Aeron client, unless it is shared and run by its owner. */
    int pollMedia()
    {
        return isIpc ? media.poll() : 0;
    }

    ExclusivePublication publication()
    {
        return publication;
    }

    boolean isConnected()
    {
        return null != publication && publication.isConnected();
    }

    boolean isIpc()
    {
        return isIpc;
    }

    int poll(final FragmentHandler handler, final int fragmentLimit)
    {
        return null == subscription ? 0 : subscription.poll(handler, fragmentLimit);
    }

    /** A lost image means that messages may be missing, so it is the connection's end. */
    boolean isLost()
    {
        if (media.isClosed())
        {
            return true;
        }
        final boolean hasImage = null != subscription && subscription.imageCount() > 0;
        hadImage |= hasImage;
        return hadImage && !hasImage;
    }

    @Override
    public void close()
    {
        if (null != publication && hasBell())
        {
            context.doorbell().close(publication.sessionId());
        }
        if (isIpc)
        {
            media.close();
        }
        else if (!media.isClosed())
        {
            CloseHelper.quietCloseAll(publication, subscription);
        }
    }
}
