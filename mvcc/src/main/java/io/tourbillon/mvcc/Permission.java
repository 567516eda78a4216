package io.tourbillon.mvcc;

/**
 * What a role may do with a range of keys.
 *
 * @param type     {@link #READ}, {@link #WRITE} or {@link #READWRITE}.
 * @param key      first key.
 * @param rangeEnd as in any request: empty = the one key, a zero byte = no end.
 */
record Permission(int type, byte[] key, byte[] rangeEnd)
{
    /** As in etcd's protocol. */
    static final int READ = 0;
    static final int WRITE = 1;
    static final int READWRITE = 2;

    boolean isRead()
    {
        return type != WRITE;
    }

    boolean isWrite()
    {
        return type != READ;
    }
}
