package io.tourbillon.bptree;

/**
 * What a store held before {@link TreeStore#replaceBy(TreeStore)}: its file and memory, which readers and a checkpoint under way may still
 * use. Whoever replaced it closes it when these are done; any one thread.
 */
public final class RetiredStore implements AutoCloseable
{
    private final String name;
    private final PageFile file;
    private final Pages pages;
    private final Checkpoint checkpoint;

    RetiredStore(final String name, final PageFile file, final Pages pages, final Checkpoint checkpoint)
    {
        this.name = name;
        this.file = file;
        this.pages = pages;
        this.checkpoint = checkpoint;
    }

    /**
     * Whether nobody uses it any more: no root is pinned, and the checkpoint that was under way has ended.
     *
     * @return true if it may be closed.
     */
    public boolean isIdle()
    {
        return pages.pins().count() == 0 && (checkpoint == null || checkpoint.isDurable());
    }

    /**
     * Frees the memory, unmaps and closes the file, which may block in the disk. No other thread may be in here.
     *
     * @throws IllegalStateException if a root is still pinned.
     */
    @Override
    public void close()
    {
        if (pages.pins().count() > 0)
        {
            throw new IllegalStateException(name + " was replaced, is to be closed, and roots are still pinned");
        }
        pages.close();
        if (file != null)
        {
            file.close();
        }
    }

    /** Trees of the same name stay the same objects, whatever their ids; what the other store does not have is empty. */
    static void replaceTrees(
        final Tree[] trees, final Tree[] others, final Pages pages, final Workspace workspace, final MetaPage meta)
    {
        final Tree[] before = trees.clone();
        for (int id = 0; id < trees.length; id++)
        {
            final Tree other = others[id];
            trees[id] = other == null ? null : takeByName(before, other.name());
            if (other != null && trees[id] == null)
            {
                trees[id] = new Tree(id, other.name(), pages, workspace);
            }
            if (other != null)
            {
                trees[id].become(id, pages, other);
            }
        }
        for (final Tree tree : before)
        {
            if (tree != null)
            {
                final int id = firstFree(trees);
                trees[id] = tree;
                meta.name(id, tree.name());
                tree.become(id, pages, null);
            }
        }
    }

    private static Tree takeByName(final Tree[] trees, final String name)
    {
        for (int i = 0; i < trees.length; i++)
        {
            if (trees[i] != null && trees[i].name().equals(name))
            {
                final Tree found = trees[i];
                trees[i] = null;
                return found;
            }
        }
        return null;
    }

    private static int firstFree(final Tree[] trees)
    {
        for (int id = 1; id < trees.length; id++)
        {
            if (trees[id] == null)
            {
                return id;
            }
        }
        throw new StoreException("both stores together have more than " + TreeStore.MAX_TREES + " trees");
    }
}
