package io.tourbillon.transport.http;

/** What answers requests for pages. Any thread, several at once; may block for seconds. */
public interface PageSource
{
    /**
     * @param request what is asked.
     * @return the answer.
     */
    PageReply reply(PageRequest request);
}
