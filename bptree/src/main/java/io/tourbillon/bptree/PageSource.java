package io.tourbillon.bptree;

/** Where pages are read from: the writer's own view of them all, or a snapshot's. Each is one thread's. */
interface PageSource
{
    /** Where a page is in memory. Checks it, once, when it comes from the file. */
    long address(int number, int treeId);

    /** Rises when addresses taken before may be another page's by now. */
    long releaseCount();
}
