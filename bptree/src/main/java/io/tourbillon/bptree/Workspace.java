package io.tourbillon.bptree;

/** The writer's scratch memory, one for all trees of a store: a key that a cursor seeks, a separator on its way up, the page builder. */
final class Workspace implements AutoCloseable
{
    final KeyScratch key = new KeyScratch();
    final KeyScratch separator = new KeyScratch();
    final KeyScratch neighbour = new KeyScratch();
    final PageBuilder builder = new PageBuilder();

    @Override
    public void close()
    {
        key.close();
        separator.close();
        neighbour.close();
        builder.close();
    }
}
