// What a program does with the npm client etcd3, against the member whose URL is the argument, by TLS if a root certificate follows. A line for each thing; "ok" or "FAIL".
const { Etcd3 } = require('etcd3');

const hosts = process.argv[2];
const server = { hosts, ...(process.argv[3] && { credentials: { rootCertificate: require('fs').readFileSync(process.argv[3]) } }) };
const check = (holds, what) => console.log((holds ? 'ok ' : 'FAIL ') + what);

async function refusal(request) {
  try {
    await request;
    return 'not refused';
  } catch (error) {
    return error.constructor.name + ': ' + error.message;
  }
}

async function keys(client) {
  await client.put('n/a').value('1');
  check(await client.get('n/a').string() === '1', 'put and get');
  await client.put('n/b').value('2');
  check(Object.keys(await client.getAll().prefix('n/').strings()).length === 2, 'prefix');
  const txn = client.if('n/a', 'Value', '==', '1').then(client.put('n/a').value('3')).else(client.get('n/a'));
  check((await txn.commit()).succeeded, 'transaction');
  const before = await client.stm().transact(async (tx) => {
    const value = await tx.get('n/a').string();
    await tx.put('n/a').value(value + '!');
    return value;
  });
  check(await client.get('n/a').string() === before + '!', 'software transaction');
  await client.namespace('ns/').put('k').value('v');
  check(await client.get('ns/k').string() === 'v', 'namespace');
  check(/OutOfRange.*future revision/.test(await refusal(client.get('n/a').revision(99999).exec())), 'future revision');
}

async function watching(client) {
  const watcher = await client.watch().prefix('n/').create();
  const heard = [];
  const both = new Promise((resolve) => watcher.on('delete', (kv) => resolve(heard.push('-' + kv.key))));
  watcher.on('put', (kv) => heard.push('+' + kv.key));
  await client.put('n/c').value('x');
  await client.delete().key('n/c');
  await both;
  check(heard.join() === '+n/c,-n/c', 'watch ' + heard);
  await watcher.cancel();
}

async function leases(client) {
  const lease = client.lease(10);
  await lease.put('n/leased').value('1');
  check(await client.get('n/leased').string() === '1', 'lease');
  await lease.revoke();
  check(await client.get('n/leased').string() === null, 'revoke');
  await client.lock('lock').ttl(10).do(async () => check(true, 'lock'));
  const election = client.election('election', 10);
  const campaign = election.campaign('me');
  await new Promise((resolve, reject) => campaign.on('elected', resolve).on('error', reject));
  check(await election.leader() === 'me', 'election');
  await campaign.resign();
}

async function cluster(client) {
  check((await client.cluster.memberList({})).members.length === 1, 'members');
  check(/^3\.[0-9]+\.[0-9]+$/.test((await client.maintenance.status({})).version), 'status');
}

async function users(client) {
  await client.user('root').create('rootpw');
  await client.role('root').create();
  await client.user('root').addRole('root');
  await client.role('reader').create();
  await client.role('reader').grant({ permission: 'Read', range: { start: Buffer.from('n/'), end: Buffer.from('n0') } });
  await client.user('ann').create('pw');
  await client.user('ann').addRole('reader');
  await client.auth.authEnable();
  const ann = new Etcd3({ ...server, auth: { username: 'ann', password: 'pw' } });
  check(await ann.get('n/b').string() === '2', 'as a user');
  check(/EtcdPermissionDenied/.test(await refusal(ann.put('n/b').value('9').exec())), 'denied');
  await new Etcd3({ ...server, auth: { username: 'root', password: 'rootpw' } }).auth.authDisable();
  check(await client.get('n/b').string() === '2', 'as nobody again');
}

(async () => {
  const client = new Etcd3(server);
  for (const part of [keys, watching, leases, cluster, users]) {
    await part(client);
  }
  process.exit(0);
})().catch((error) => {
  console.log('FAIL', error);
  process.exit(1);
});
