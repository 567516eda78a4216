package io.tourbillon.codecs;

import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyEncoder;
import io.tourbillon.codecs.client.TxnRequestEncoder;
import io.tourbillon.codecs.client.WatchEventsEncoder;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.ir.Signal;
import uk.co.real_logic.sbe.ir.Token;
import uk.co.real_logic.sbe.xml.IrGenerator;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

import java.io.InputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

class MessageValidatorTest
{
    private static final int OFFSET = 24;

    private final MutableDirectBuffer buffer = new ExpandableArrayBuffer();
    /** Blocks up to this version of the schema are asked for in full. */
    private static final int SCHEMA_VERSION_WHOLE = 3;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    static Collection<List<Token>> messages() throws Exception
    {
        try (InputStream in = MessageValidator.class.getResourceAsStream("client.xml"))
        {
            final Ir ir = new IrGenerator().generate(XmlSchemaParser.parse(in, ParserOptions.DEFAULT));
            return ir.messages();
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldKnowEveryMessageAsTheSchemaDrawsIt(final List<Token> tokens)
    {
        final Shape shape = MessageValidator.shapeOf(tokens.get(0).id());
        assertNotNull(shape, () -> tokens.get(0).name() + " is not checked");
        assertEquals(shapeOf(tokens, 0).toString(), shape.toString(), tokens.get(0).name());
    }

    @Test
    void shouldAcceptAPutAndRefuseEveryTruncationOfIt()
    {
        assertEverySpanIsNeeded(encodePut());
    }

    @Test
    void shouldAcceptATxnAndRefuseEveryTruncationOfIt()
    {
        assertEverySpanIsNeeded(encodeTxn());
    }

    @Test
    void shouldAcceptNestedGroupsAndRefuseEveryTruncationOfThem()
    {
        assertEverySpanIsNeeded(encodeEvents());
    }

    @Test
    void shouldRefuseBytesBehindTheMessage()
    {
        assertEquals(ErrorCode.MALFORMED.number(), MessageValidator.check(buffer, OFFSET, encodePut() + 1));
    }

    @Test
    void shouldReadANewerMessageByWhatIsKnown()
    {
        final int length = encodePut();
        buffer.putShort(OFFSET + MessageHeaderDecoder.versionEncodingOffset(), (short)(MessageHeaderDecoder.SCHEMA_VERSION + 1));
        assertEquals(MessageValidator.SOUND, MessageValidator.check(buffer, OFFSET, length + 9));
    }

    @Test
    void shouldReadAnOlderStatusWithoutWhatCameLater()
    {
        final StatusReplyEncoder status = new StatusReplyEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        final int oldBlockLength = StatusReplyEncoder.clusterVersionEncodingOffset();
        header.wrap(buffer, OFFSET).blockLength(oldBlockLength).version(SCHEMA_VERSION_WHOLE);
        status.quotaBytes(7).limit(OFFSET + MessageHeaderEncoder.ENCODED_LENGTH + oldBlockLength);
        status.version("v").name("n").mode("m").errors("");
        final int length = status.limit() - OFFSET;
        assertEquals(MessageValidator.SOUND, MessageValidator.check(buffer, OFFSET, length));
        final StatusReplyDecoder read = new StatusReplyDecoder().wrapAndApplyHeader(buffer, OFFSET, new MessageHeaderDecoder());
        assertEquals(StatusReplyDecoder.clusterVersionNullValue(), read.clusterVersion());
        assertEquals("7vnm", read.quotaBytes() + read.version() + read.name() + read.mode());
    }

    /** Members of two builds must judge an entry alike. */
    @Test
    void shouldJudgeWhatIsNewerByTheVersionThatIsAskedFor()
    {
        final int length = encodePut() + 1;
        final int version = MessageHeaderDecoder.SCHEMA_VERSION;
        assertEquals(ErrorCode.MALFORMED.number(), MessageValidator.check(buffer, OFFSET, length, version));
        assertEquals(MessageValidator.SOUND, MessageValidator.check(buffer, OFFSET, length, version - 1));
    }

    @Test
    void shouldRefuseAnotherSchemaAnOldVersionAndAnUnknownTemplate()
    {
        final int length = encodePut();
        final int version = OFFSET + MessageHeaderDecoder.versionEncodingOffset();
        buffer.putShort(version, (short)0);
        assertEquals(ErrorCode.WRONG_VERSION.number(), MessageValidator.check(buffer, OFFSET, length));
        buffer.putShort(version, (short)MessageHeaderDecoder.SCHEMA_VERSION);

        final int template = OFFSET + MessageHeaderDecoder.templateIdEncodingOffset();
        for (final int unknown : new int[]{0, 99, 255, 256, 65535})
        {
            buffer.putShort(template, (short)unknown);
            assertEquals(ErrorCode.UNKNOWN_TEMPLATE.number(), MessageValidator.check(buffer, OFFSET, length));
        }
        buffer.putShort(OFFSET + MessageHeaderDecoder.schemaIdEncodingOffset(), (short)1);
        assertEquals(ErrorCode.WRONG_VERSION.number(), MessageValidator.check(buffer, OFFSET, length));
    }

    @Test
    void shouldRefuseALengthThatIsNegativeOrRunsBeyondTheMessage()
    {
        final int length = encodePut();
        final int keyLengthOffset = OFFSET + MessageHeaderDecoder.ENCODED_LENGTH + PutRequestEncoder.BLOCK_LENGTH;
        for (final int lie : new int[]{-1, Integer.MIN_VALUE, Integer.MAX_VALUE, length})
        {
            buffer.putInt(keyLengthOffset, lie);
            assertEquals(ErrorCode.MALFORMED.number(), MessageValidator.check(buffer, OFFSET, length), () -> "key length " + lie);
        }
    }

    @Property(tries = 2000)
    void shouldNeverLeaveTheMessageWhateverItsBytes(
        @ForAll @Size(max = 300) final byte[] noise,
        @ForAll @IntRange(max = 255) final int templateId)
    {
        final UnsafeBuffer exact = new UnsafeBuffer(Arrays.copyOf(noise, Math.max(noise.length, MessageHeaderDecoder.ENCODED_LENGTH)));
        header.wrap(exact, 0).blockLength(noise.length & 0x7F).templateId(templateId)
            .schemaId(MessageHeaderDecoder.SCHEMA_ID).version(MessageHeaderDecoder.SCHEMA_VERSION);
        MessageValidator.check(exact, 0, exact.capacity()); // bounds checks of the buffer throw if it does
    }

    private void assertEverySpanIsNeeded(final int length)
    {
        assertEquals(MessageValidator.SOUND, MessageValidator.check(buffer, OFFSET, length));
        for (int shorter = 0; shorter < length; shorter++)
        {
            assertNotEquals(MessageValidator.SOUND, MessageValidator.check(buffer, OFFSET, shorter), "length " + shorter);
        }
    }

    private int encodePut()
    {
        final PutRequestEncoder put = new PutRequestEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        put.request().sessionId(1).correlationId(2);
        put.lease(0).putKey(new byte[]{'f', 'o', 'o'}, 0, 3).putValue(new byte[]{'b', 'a', 'r'}, 0, 3);
        return MessageHeaderEncoder.ENCODED_LENGTH + put.encodedLength();
    }

    private int encodeTxn()
    {
        final TxnRequestEncoder txn = new TxnRequestEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        txn.comparesCount(1).next().txnIndex(-1).putKey(new byte[]{'k'}, 0, 1).putRangeEnd(new byte[0], 0, 0).putValue(new byte[0], 0, 0);
        final TxnRequestEncoder.OpsEncoder ops = txn.opsCount(2);
        for (int i = 0; i < 2; i++)
        {
            ops.next().kind(OpKind.PUT).putKey(new byte[]{'k'}, 0, 1).putRangeEnd(new byte[0], 0, 0).putValue(new byte[]{'v'}, 0, 1);
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + txn.encodedLength();
    }

    private int encodeEvents()
    {
        final WatchEventsEncoder events = new WatchEventsEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        final WatchEventsEncoder.EventsEncoder event = events.eventsCount(1).next();
        event.watchersCount(2).next().watchId(1).next().watchId(2);
        event.putKey(new byte[]{'k'}, 0, 1).putValue(new byte[]{'v'}, 0, 1).putPrevValue(new byte[0], 0, 0);
        return MessageHeaderEncoder.ENCODED_LENGTH + events.encodedLength();
    }

    /** What an older sender does not send. */
    private static boolean isLateField(final Token token)
    {
        return token.signal() == Signal.BEGIN_FIELD && token.version() > SCHEMA_VERSION_WHOLE;
    }

    /** The shape that the schema gives to what begins at a token: a message or a group. */
    private static Shape shapeOf(final List<Token> tokens, final int begin)
    {
        final Token head = tokens.get(begin);
        final boolean isGroup = head.signal() == Signal.BEGIN_GROUP;
        int dataCount = 0;
        int i = begin + 1 + (isGroup ? tokens.get(begin + 1).componentTokenCount() : 0);
        final int end = begin + head.componentTokenCount() - 1;
        Shape shape = Shape.block(tokens.subList(i, end).stream().filter(MessageValidatorTest::isLateField).mapToInt(Token::offset)
            .min().orElse(head.encodedLength()));
        while (i < end)
        {
            final Token token = tokens.get(i);
            if (token.signal() == Signal.BEGIN_GROUP)
            {
                shape = shape.group(shapeOf(tokens, i));
            }
            dataCount += token.signal() == Signal.BEGIN_VAR_DATA ? 1 : 0;
            i += token.componentTokenCount();
        }
        return shape.data(dataCount);
    }
}
