package io.tourbillon.mvcc;

/** Thrown where ours answers otherwise than the model or an etcd. */
final class Difference extends AssertionError
{
    private static final long serialVersionUID = 1L;

    /** Nobody but an etcd knows that it is one. */
    final boolean isOfEtcd;
    /** Who said what. */
    final String answers;

    Difference(final boolean isOfEtcd, final String answers, final String transcript)
    {
        super(answers + transcript);
        this.isOfEtcd = isOfEtcd;
        this.answers = answers;
    }
}
