package io.tourbillon.tools.ctl.output;

import java.util.List;

/** What a node answered, copied out of the message. */
public sealed interface Answer
{
    /** @return the answer's head. */
    Header header();

    /**
     * To a get.
     *
     * @param header of the answer.
     * @param kvs    in the order asked for.
     * @param more   true if the limit cut it.
     * @param count  keys in the range, whatever the limit.
     */
    record Range(Header header, List<KeyValue> kvs, boolean more, long count) implements Answer
    {
    }

    /**
     * To a put.
     *
     * @param header of the answer.
     * @param prevKv null unless asked for and there.
     */
    record Put(Header header, KeyValue prevKv) implements Answer
    {
    }

    /**
     * To a delete.
     *
     * @param header  of the answer.
     * @param deleted keys.
     * @param prevKvs empty unless asked for.
     */
    record Delete(Header header, long deleted, List<KeyValue> prevKvs) implements Answer
    {
    }

    /**
     * To a transaction.
     *
     * @param header    of the answer.
     * @param succeeded true if the compares held.
     * @param responses of the branch taken.
     */
    record Txn(Header header, boolean succeeded, List<Answer> responses) implements Answer
    {
    }
}
