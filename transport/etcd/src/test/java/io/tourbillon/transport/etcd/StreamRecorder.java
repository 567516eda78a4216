package io.tourbillon.transport.etcd;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps what a stream answers. Any thread may look.
 *
 * @param <R> of answers.
 */
final class StreamRecorder<R> implements StreamObserver<R>
{
    private final List<R> answers = new ArrayList<>();
    private Status status;

    @Override
    public synchronized void onNext(final R answer)
    {
        answers.add(answer);
    }

    @Override
    public synchronized void onError(final Throwable cause)
    {
        status = Status.fromThrowable(cause);
    }

    @Override
    public synchronized void onCompleted()
    {
        status = Status.OK;
    }

    synchronized int count()
    {
        return answers.size();
    }

    synchronized R get(final int index)
    {
        return answers.get(index);
    }

    synchronized List<R> all()
    {
        return new ArrayList<>(answers);
    }

    synchronized boolean isEnded()
    {
        return status != null;
    }

    /** How it ended; null = it has not. */
    synchronized Status status()
    {
        return status;
    }
}
