package io.tourbillon.mvcc;

/** One thing that is done to a member, an etcd and the model alike. It is all data, so steps can be left out and run again. */
sealed interface Step
{
    void on(Trial trial);

    /** A request to the key space; if it only reads it may yet be sent through the log. */
    record Request(Op op, boolean isLogged) implements Step
    {
        @Override
        public String toString()
        {
            return op + (isLogged ? " logged" : "");
        }

        @Override
        public void on(final Trial trial)
        {
            trial.request(this);
        }
    }

    record Compact(long revision, boolean isPhysical) implements Step
    {
        @Override
        public void on(final Trial trial)
        {
            trial.compact(this);
        }
    }

    /** A new watcher; id 0 = the next free one, flags are those of {@link Watcher}. */
    record Watch(long id, String key, String end, long start, int flags) implements Step
    {
        @Override
        public void on(final Trial trial)
        {
            trial.watch(this);
        }

        @Override
        public String toString()
        {
            return "Watch " + Op.interval(key, end) + (id == 0 ? "" : " as " + id) + " from " + start +
                ((flags & Watcher.PREV_KV) != 0 ? " prevKv" : "") +
                ((flags & Watcher.NO_PUT) != 0 ? " noPut" : "") + ((flags & Watcher.NO_DELETE) != 0 ? " noDelete" : "");
        }
    }

    /** Cancels one of the watchers there are, by its place among them. */
    record Cancel(int place) implements Step
    {
        @Override
        public void on(final Trial trial)
        {
            trial.cancel(this);
        }
    }

    record Grant(long id, long ttlS) implements Step
    {
        @Override
        public void on(final Trial trial)
        {
            trial.grant(this);
        }
    }

    record Revoke(long id) implements Step
    {
        @Override
        public void on(final Trial trial)
        {
            trial.revoke(this);
        }
    }

    /** Asks for a lease's granted time and keys. */
    record TimeToLive(long id) implements Step
    {
        @Override
        public void on(final Trial trial)
        {
            trial.timeToLive(this);
        }
    }

    /** Ours may remove so many changes that compaction has left. */
    record Tick(int budget) implements Step
    {
        @Override
        public void on(final Trial trial)
        {
            trial.tick(this);
        }
    }

    /** Ours makes a checkpoint, or stops and starts again, or both; all watchers end with a stop. */
    record Restart(boolean withCheckpoint, boolean withStop) implements Step
    {
        @Override
        public void on(final Trial trial)
        {
            trial.restart(this);
        }
    }
}
