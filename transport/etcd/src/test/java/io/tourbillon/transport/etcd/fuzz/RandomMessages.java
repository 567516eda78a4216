package io.tourbillon.transport.etcd.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import java.util.List;
import java.util.Random;

import static com.google.protobuf.ByteString.copyFromUtf8;

/** Messages of any type, sound as such, with what makes a difference: keys of a few, numbers at the edges, enumerations' unknown ends. */
final class RandomMessages
{
    private static final long[] NUMBERS = {0, 1, 2, 3, 7, 77, 255, 256, 65_535, 1L << 31, Integer.MAX_VALUE, 1L << 53, Long.MAX_VALUE,
        Long.MIN_VALUE, -1, -2, 1_000_000_007};
    /** No name of root's: a cluster that asks who one is would not be asked much more. No address of anybody's. */
    private static final List<String> TEXTS = List.of("", "ann", "bob", "reader", "a/b", "\u0000", "\u20ac\ud83d\ude00",
        "http://127.0.0.1:9", "3.5.0", "k", "x".repeat(300), "http://" + "h".repeat(3_000) + ":1");
    private static final int LONG_TEXT = 70_000;
    private static final int DEPTH_MAX = 4;
    private static final int REPEATED_MAX = 4;
    private static final int CHANCES = 16;

    private final Random random;

    RandomMessages(final Random random)
    {
        this.random = random;
    }

    Message like(final Message prototype)
    {
        return like(prototype.newBuilderForType(), 0);
    }

    private Message like(final Message.Builder builder, final int depth)
    {
        for (final FieldDescriptor field : builder.getDescriptorForType().getFields())
        {
            if (random.nextInt(CHANCES) < CHANCES / 4 || depth > DEPTH_MAX && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
            {
                continue;
            }
            if (field.isRepeated())
            {
                for (int i = random.nextInt(REPEATED_MAX); i > 0; i--)
                {
                    builder.addRepeatedField(field, value(builder, field, depth));
                }
            }
            else if (field.getRealContainingOneof() == null || random.nextInt(field.getRealContainingOneof().getFieldCount()) == 0)
            {
                builder.setField(field, value(builder, field, depth));
            }
        }
        return builder.build();
    }

    private Object value(final Message.Builder builder, final FieldDescriptor field, final int depth)
    {
        return switch (field.getJavaType())
        {
            case INT -> (int)NUMBERS[random.nextInt(NUMBERS.length)];
            case LONG -> NUMBERS[random.nextInt(NUMBERS.length)];
            case BOOLEAN -> random.nextBoolean();
            case STRING -> random.nextInt(8 * CHANCES) == 0 ? "y".repeat(LONG_TEXT) : TEXTS.get(random.nextInt(TEXTS.size()));
            case BYTE_STRING -> bytes();
            case ENUM -> enumeration(field);
            case MESSAGE -> like(builder.newBuilderForField(field), depth + 1);
            default -> throw new IllegalStateException("a field is of type " + field.getJavaType());
        };
    }

    private ByteString bytes()
    {
        return switch (random.nextInt(CHANCES))
        {
            case 0 -> ByteString.EMPTY;
            case 1 -> ByteString.copyFrom(new byte[1]);
            case 2 -> ByteString.copyFrom(new byte[random.nextInt(5_000)]);
            case 3 -> ByteString.copyFrom(new byte[]{-1, -1});
            default -> copyFromUtf8("k/" + random.nextInt(CHANCES));
        };
    }

    private EnumValueDescriptor enumeration(final FieldDescriptor field)
    {
        final boolean isKnown = random.nextInt(CHANCES) > 0;
        final List<EnumValueDescriptor> known = field.getEnumType().getValues();
        return isKnown ? known.get(random.nextInt(known.size())) :
            field.getEnumType().findValueByNumberCreatingIfUnknown((int)NUMBERS[random.nextInt(NUMBERS.length)]);
    }
}
