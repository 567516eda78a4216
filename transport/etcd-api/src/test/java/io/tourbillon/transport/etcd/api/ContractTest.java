package io.tourbillon.transport.etcd.api;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.tourbillon.transport.etcd.api.authpb.Permission;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderKey;
import io.tourbillon.transport.etcd.api.v3lockpb.LockRequest;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Our schemas against those that jetcd carries: what both know has the same number, type and name. */
class ContractTest
{
    /** No etcd has it. */
    private static final String JETCDS_OWN = "etcdserverpb.Watch.Progress";

    private int fieldCount;
    private final Set<String> seen = new HashSet<>();

    @Test
    void shouldHaveTheNumbersAndTypesThatOthersKnow()
    {
        compare(RangeRequest.getDescriptor().getFile(), io.etcd.jetcd.api.RangeRequest.getDescriptor().getFile());
        compare(KeyValue.getDescriptor().getFile(), io.etcd.jetcd.api.KeyValue.getDescriptor().getFile());
        compare(Permission.getDescriptor().getFile(), io.etcd.jetcd.api.Permission.getDescriptor().getFile());
        compare(LeaderKey.getDescriptor().getFile(), io.etcd.jetcd.api.LeaderKey.getDescriptor().getFile());
        compare(LockRequest.getDescriptor().getFile(), io.etcd.jetcd.api.lock.LockRequest.getDescriptor().getFile());
        assertTrue(fieldCount > 200, () -> "only " + fieldCount + " fields were compared");
    }

    private void compare(final FileDescriptor ours, final FileDescriptor theirs)
    {
        for (final Descriptor their : theirs.getMessageTypes())
        {
            final Descriptor our = ours.findMessageTypeByName(their.getName());
            assertNotNull(our, their::getFullName);
            compare(our, their);
        }
        for (final ServiceDescriptor their : theirs.getServices())
        {
            final ServiceDescriptor our = ours.findServiceByName(their.getName());
            assertNotNull(our, their::getFullName);
            assertEquals(their.getFullName(), our.getFullName());
            for (final MethodDescriptor method : their.getMethods())
            {
                if (JETCDS_OWN.equals(method.getFullName()))
                {
                    continue;
                }
                final MethodDescriptor same = our.findMethodByName(method.getName());
                assertNotNull(same, method::getFullName);
                assertEquals(method.getInputType().getName(), same.getInputType().getName(), method::getFullName);
                assertEquals(method.getOutputType().getName(), same.getOutputType().getName(), method::getFullName);
                assertEquals(List.of(method.isClientStreaming(), method.isServerStreaming()),
                    List.of(same.isClientStreaming(), same.isServerStreaming()), method::getFullName);
            }
        }
    }

    private void compare(final Descriptor ours, final Descriptor theirs)
    {
        if (!seen.add(theirs.getFullName()))
        {
            return;
        }
        for (final FieldDescriptor their : theirs.getFields())
        {
            final FieldDescriptor our = ours.findFieldByName(their.getName());
            assertNotNull(our, their::getFullName);
            assertEquals(their.getNumber(), our.getNumber(), their::getFullName);
            assertEquals(their.getType(), our.getType(), their::getFullName);
            assertEquals(their.isRepeated(), our.isRepeated(), their::getFullName);
            assertEquals(their.getJsonName(), our.getJsonName(), their::getFullName);
            fieldCount++;
            if (their.getType() == FieldDescriptor.Type.ENUM)
            {
                compare(our.getEnumType(), their.getEnumType());
            }
        }
        for (final Descriptor their : theirs.getNestedTypes())
        {
            compare(ours.findNestedTypeByName(their.getName()), their);
        }
    }

    private static void compare(final EnumDescriptor ours, final EnumDescriptor theirs)
    {
        for (final EnumValueDescriptor their : theirs.getValues())
        {
            final EnumValueDescriptor our = ours.findValueByName(their.getName());
            assertNotNull(our, their::getFullName);
            assertEquals(their.getNumber(), our.getNumber(), their::getFullName);
        }
    }
}
