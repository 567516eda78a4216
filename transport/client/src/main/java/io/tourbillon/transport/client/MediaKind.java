package io.tourbillon.transport.client;

/** How a node is reached. */
public enum MediaKind
{
    /** By IPC through the node's own media driver if that is alive on this host, else by UDP. */
    AUTO,
    /** Through the media driver whose directory is known; no driver of one's own, no socket. */
    IPC,
    /** By UDP, through a media driver embedded in the client. */
    UDP
}
