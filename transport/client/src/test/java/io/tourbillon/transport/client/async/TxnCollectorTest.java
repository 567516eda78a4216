package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.ItemKind;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyEncoder;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;

import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

class TxnCollectorTest
{
    @Test
    void shouldBuildTheTreeFromTheFlatListAcrossParts()
    {
        final TxnCollector collector = new TxnCollector();
        part(collector, "RANGE 0", "KV 1 a", "KV 1 b", "TXN 0", "PUT 1", "PREV_KV 2 c", "TXN 1");
        part(collector, "DELETE_RANGE 2", "PREV_KV 3 d", "PUT 0");
        final List<TxnResult.OpResult> responses = collector.responses();
        assertEquals(3, responses.size());
        assertEquals("b", assertInstanceOf(TxnResult.Range.class, responses.get(0)).kvs().get(1).keyText());
        final TxnResult.Txn nested = assertInstanceOf(TxnResult.Txn.class, responses.get(1));
        assertEquals("c", assertInstanceOf(TxnResult.Put.class, nested.responses().get(0)).prevKv().keyText());
        final TxnResult.Txn inner = assertInstanceOf(TxnResult.Txn.class, nested.responses().get(1));
        assertEquals("d", assertInstanceOf(TxnResult.Delete.class, inner.responses().get(0)).prevKvs().get(0).keyText());
        assertNull(assertInstanceOf(TxnResult.Put.class, responses.get(2)).prevKv());
    }

    @Test
    void shouldFindTheEndOfAPrefix()
    {
        assertEquals("b", new String(Keys.prefixEnd("a".getBytes(UTF_8)), UTF_8));
        assertEquals(1, Keys.prefixEnd(new byte[] {5, (byte)0xFF}).length);
        assertEquals(6, Keys.prefixEnd(new byte[] {5, (byte)0xFF})[0]);
        assertEquals(0, Keys.prefixEnd(new byte[] {(byte)0xFF})[0]);
    }

    private static void part(final TxnCollector collector, final String... items)
    {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final TxnReplyEncoder reply = new TxnReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        final TxnReplyEncoder.ItemsEncoder encoder = reply.itemsCount(items.length);
        for (final String item : items)
        {
            final String[] words = item.split(" ");
            final byte[] key = words.length > 2 ? words[2].getBytes(UTF_8) : new byte[0];
            encoder.next().kind(ItemKind.valueOf(words[0])).depth(Short.parseShort(words[1])).putKey(key, 0, key.length).putValue(key, 0,
                0);
        }
        for (final TxnReplyDecoder.ItemsDecoder item : new TxnReplyDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder())
            .items())
        {
            collector.onItem(item);
        }
    }
}
