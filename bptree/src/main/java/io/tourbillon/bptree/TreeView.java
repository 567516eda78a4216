package io.tourbillon.bptree;

/** What a cursor goes over: the tree as the writer changes it, or as a snapshot has it. */
abstract class TreeView
{
    abstract int id();

    abstract PageSource pages();

    abstract int root();

    abstract int height();

    /** Rises with each write: a cursor knows by it that it is out of date. */
    abstract long changeCount();
}
