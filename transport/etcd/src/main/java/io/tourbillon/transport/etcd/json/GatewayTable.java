package io.tourbillon.transport.etcd.json;

import java.util.HashMap;
import java.util.Map;

/** Which path is which method: etcd's own table. Any thread. */
final class GatewayTable
{
    private static final String[][] TABLE = {
        {"etcdserverpb.KV", "kv",
            "range=Range", "put=Put", "deleterange=DeleteRange", "txn=Txn", "compaction=Compact"},
        {"etcdserverpb.Watch", "", "watch=Watch"},
        {"etcdserverpb.Lease", "lease",
            "grant=LeaseGrant", "revoke=LeaseRevoke", "keepalive=LeaseKeepAlive", "timetolive=LeaseTimeToLive", "leases=LeaseLeases"},
        {"etcdserverpb.Lease", "kv/lease", "revoke=LeaseRevoke", "timetolive=LeaseTimeToLive", "leases=LeaseLeases"},
        {"etcdserverpb.Cluster", "cluster/member",
            "add=MemberAdd", "remove=MemberRemove", "update=MemberUpdate", "list=MemberList", "promote=MemberPromote"},
        {"etcdserverpb.Maintenance", "maintenance",
            "alarm=Alarm", "status=Status", "defragment=Defragment", "hash=Hash", "hashkv=HashKV", "snapshot=Snapshot",
            "transfer-leadership=MoveLeader", "downgrade=Downgrade"},
        {"etcdserverpb.Auth", "auth",
            "enable=AuthEnable", "disable=AuthDisable", "status=AuthStatus", "authenticate=Authenticate"},
        {"etcdserverpb.Auth", "auth/user",
            "add=UserAdd", "get=UserGet", "list=UserList", "delete=UserDelete", "changepw=UserChangePassword", "grant=UserGrantRole",
            "revoke=UserRevokeRole"},
        {"etcdserverpb.Auth", "auth/role",
            "add=RoleAdd", "get=RoleGet", "list=RoleList", "delete=RoleDelete", "grant=RoleGrantPermission",
            "revoke=RoleRevokePermission"},
        {"v3lockpb.Lock", "lock", "lock=Lock", "unlock=Unlock"},
        {"v3electionpb.Election", "election",
            "campaign=Campaign", "proclaim=Proclaim", "leader=Leader", "observe=Observe", "resign=Resign"},
    };

    private GatewayTable()
    {
    }

    /** Full names of methods by path. */
    static Map<String, String> methods()
    {
        final Map<String, String> methods = new HashMap<>();
        for (final String[] service : TABLE)
        {
            final String folder = service[1].isEmpty() ? "/v3/" : "/v3/" + service[1] + "/";
            for (int i = 2; i < service.length; i++)
            {
                final String[] pathAndName = service[i].split("=");
                methods.put(folder + pathAndName[0], service[0] + "/" + pathAndName[1]);
            }
        }
        return methods;
    }
}
