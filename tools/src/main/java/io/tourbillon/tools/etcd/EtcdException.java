package io.tourbillon.tools.etcd;

/** A start that cannot be: what etcd says of it, and with which code it exits. */
final class EtcdException extends RuntimeException
{
    /** A word that is no flag, or a value that no flag takes: etcd also prints its usage. */
    static final int EXIT_FLAG = 2;
    /** Flags that do not go together, or a file that cannot be read. */
    static final int EXIT_VERIFY = 1;

    private static final long serialVersionUID = 1L;
    private final int exitCode;

    EtcdException(final int exitCode, final String message)
    {
        super(message);
        this.exitCode = exitCode;
    }

    static EtcdException ofFlag(final String message)
    {
        return new EtcdException(EXIT_FLAG, message);
    }

    static EtcdException ofVerify(final String message)
    {
        return new EtcdException(EXIT_VERIFY, message);
    }

    int exitCode()
    {
        return exitCode;
    }
}
