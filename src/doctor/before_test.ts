import assert from "node:assert/strict";
import { parseSize } from "../system/units.ts";
import {
  checkMachine,
  checkNode,
  checkPair,
  checkRoom,
  checkSize,
  PACKAGE_ROOM,
} from "./before.ts";
import { type Facts, osRelease } from "../cluster/facts.ts";
import { seriesOf } from "../cluster/series.ts";

const GOOD: Facts = {
  root: true,
  os: { id: "debian", version: "11" },
  systemd: true,
  hostname: "node1",
  addresses: [
    { address: "127.0.0.1", prefix: 8, interface: "lo" },
    { address: "10.0.0.1", prefix: 24, interface: "eth0" },
    { address: "10.1.0.1", prefix: 24, interface: "eth1" },
  ],
  listening: [{ protocol: "tcp", port: 22, program: "sshd" }],
  free: { "/var/lib/mysql": 50 * 1024 ** 3 },
  linked: {},
  mysql: { uid: 860, gid: 860 },
  fuse: true,
  defaultRoute: true,
  missing: [],
};
const NODE = {
  own: ["10.0.0.1", "10.1.0.1"],
  vip: "10.0.0.100",
  networks: ["10.42.0.0/16", "10.43.0.0/16"],
  made: false,
};

Deno.test("checkNode() finds nothing on a good server", () => {
  assert.deepEqual(checkNode(GOOD, NODE), { problems: [], warnings: [] });
});

Deno.test.each([
  ["no root", { root: false }, /needs root/],
  [
    "another distribution",
    { os: { id: "fedora", version: "40" } },
    /distribution is fedora 40\..* Debian 11/,
  ],
  ["an old Ubuntu", { os: { id: "ubuntu", version: "18.04" } }, /ubuntu 18/],
  [
    "Debian without version (sid)",
    { os: { id: "debian", version: "" } },
    /is debian\./,
  ],
  ["no systemd", { systemd: false }, /systemd/],
  ["no MariaDB", { missing: ["mariadb-server"] }, /run "hakit prereq"/],
  ["no fuse", { fuse: false }, /\/dev\/fuse/],
  [
    "a link in the place of a folder",
    { linked: { "/srv/volume": "/data/srv/volume" } },
    /\/srv\/volume is \/data\/srv\/volume, .* real path by --storage/,
  ],
  [
    "a database folder that is a link",
    { linked: { "/var/lib/mysql": "/data/mysql" } },
    /"\/data\/mysql \/var\/lib\/mysql none bind 0 0"/,
  ],
  ["a full disk", { free: { "/x": 1024 ** 3 } }, /\/x: 1.0 GiB free/],
  [
    "no such address",
    { addresses: GOOD.addresses.slice(0, 2) },
    /10.1.0.1 is no address/,
  ],
  [
    "a port in use",
    { listening: [{ protocol: "tcp" as const, port: 9010, program: "nginx" }] },
    /9010\/tcp is used by nginx/,
  ],
  [
    "somebody else's database",
    {
      listening: [
        { protocol: "tcp" as const, port: 3306, program: "docker-proxy" },
      ],
    },
    /3306\/tcp is used by docker-proxy. It is needed for K3s' datastore/,
  ],
  [
    "an NFS server that is not the kernel's",
    {
      listening: [
        { protocol: "tcp" as const, port: 2049, program: "ganesha.nfsd" },
      ],
    },
    /2049\/tcp is used by ganesha.nfsd/,
  ],
  [
    "somebody else's kubelet",
    {
      listening: [
        { protocol: "tcp" as const, port: 10250, program: "kubelet" },
      ],
    },
    /10250\/tcp is used by kubelet/,
  ],
])("checkNode() refuses a server with %s", (_name, change, expected) => {
  const { problems } = checkNode({ ...GOOD, ...change }, NODE);
  assert.equal(problems.length, 1, problems.join("\n"));
  assert.match(problems[0]!, expected);
});

Deno.test("checkNode() refuses a virtual address outside this server's subnets", () => {
  const { problems } = checkNode(GOOD, { ...NODE, vip: "10.2.0.100" });
  assert.match(problems.join(), /10.2.0.100 is in no subnet/);
});

Deno.test("checkNode() refuses a server in the networks of pods and services, but not K3s' own interfaces", () => {
  const addresses = [
    ...GOOD.addresses,
    { address: "10.42.7.1", prefix: 24, interface: "eth2" },
    { address: "10.42.0.1", prefix: 24, interface: "cni0" },
  ];
  const { problems } = checkNode({ ...GOOD, addresses }, NODE);
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /^10\.42\.7\.1 on eth2 lies in 10\.42\.0\.0\/16/);
  const made = checkNode({ ...GOOD, addresses }, { ...NODE, made: true });
  assert.deepEqual(made.problems, []);
  const networks = ["172.28.0.0/16", "172.29.0.0/16"];
  const other = checkNode({ ...GOOD, addresses }, { ...NODE, networks });
  assert.deepEqual(other.problems, []);
});

Deno.test("checkNode() does not ask for free ports where the cluster runs already", () => {
  const busy: Facts = {
    ...GOOD,
    listening: [{ protocol: "udp", port: 4800, program: "hakit" }],
  };
  assert.equal(checkNode(busy, NODE).problems.length, 1);
  assert.equal(checkNode(busy, { ...NODE, made: true }).problems.length, 0);
});

Deno.test("checkNode() allows the distribution's own MariaDB and NFS: they are stopped", () => {
  const listening: Facts["listening"] = [
    { protocol: "tcp", port: 3306, program: "mariadbd" },
    { protocol: "tcp", port: 2049, program: "" },
  ];
  assert.deepEqual(checkNode({ ...GOOD, listening }, NODE).problems, []);
});

Deno.test("checkRoom() names each folder that is too full for what comes there", () => {
  const gib = 1024 ** 3;
  const free = {
    ...{ "/usr": 1.5 * gib, "/var/cache/apt/archives": 0.1 * gib },
    "/srv": 1.5 * gib,
  };
  assert.deepEqual(checkRoom(free, PACKAGE_ROOM), [
    "/var/cache/apt/archives: 0.1 GiB free, expected at least 0.5 GiB. Packages come there. Remedy: du -xsh /* 2>/dev/null; apt-get clean",
    "/srv: 1.5 GiB free, expected at least 2 GiB. The database and the first pods need it. Remedy: du -xsh /* 2>/dev/null; apt-get clean",
  ]);
});

Deno.test("checkNode() warns of a disk that is nearly full where the cluster runs already", () => {
  const full: Facts = { ...GOOD, free: { "/x": 1024 ** 3 } };
  const { problems, warnings } = checkNode(full, { ...NODE, made: true });
  assert.deepEqual(problems, []);
  assert.match(warnings.join(), /\/x: 1.0 GiB free/);
});

Deno.test("checkNode() warns of a single link", () => {
  const { problems, warnings } = checkNode(GOOD, {
    ...NODE,
    own: ["10.0.0.1"],
  });
  assert.equal(problems.length, 0);
  assert.match(warnings.join(), /Only one link/);
});

Deno.test("checkPair() wants one number for mysql and clocks within 30 s", () => {
  const kin = { architecture: "x86_64", mariadb: "10.11" };
  const mine = { mysql: { uid: 860, gid: 860 }, kin, time: 1_000_000 };
  assert.deepEqual(checkPair(mine, { ...mine, time: 1_020_000 }), []);
  const theirs = { mysql: { uid: 107, gid: 113 }, kin, time: 1_031_000 };
  const problems = checkPair(mine, theirs);
  assert.match(problems[0]!, /860:860 on this server and 107:113 on the other/);
  assert.match(problems[1]!, /differ by 31.0 s/);
  // The first node's numbers, which prereq would not choose.
  assert.match(
    problems[0]!,
    /groupadd --system --gid 113 mysql && useradd --system --uid 107 --gid 113 .*hakit prereq/,
  );
  assert.match(
    checkPair({ ...mine, mysql: null }, mine)[0]!,
    /missing on this server/,
  );
  assert.match(
    checkPair(mine, { ...mine, mysql: null })[0]!,
    /run "hakit prereq" on the other node/,
  );
});

Deno.test("checkPair() wants one kind of processor and one series of MariaDB: neither opens what the other left behind", () => {
  const kin = {
    architecture: "x86_64",
    mariadb: seriesOf("1:10.6.18-0ubuntu"),
  };
  const mine = { mysql: { uid: 1, gid: 1 }, kin, time: 0 };
  const with_ = (change: Partial<typeof kin>) =>
    checkPair(mine, { ...mine, kin: { ...kin, ...change } });
  assert.match(
    with_({ mariadb: "10.11" })[0]!,
    /10\.6 on this server, 10\.11 on/,
  );
  assert.match(with_({ architecture: "aarch64" })[0]!, /x86_64 on .*aarch64/);
  // What is not installed yet is asked for by another check.
  assert.deepEqual(with_({ mariadb: null }), []);
});

Deno.test("checkSize() warns when the volume may outgrow the disk", () => {
  const free = { free: { "/s": parseSize("10G") } };
  assert.deepEqual(checkSize({ size: "10G", storage: "/s" }, free), []);
  assert.equal(checkSize({ size: "1T", storage: "/s" }, free).length, 1);
});

Deno.test("osRelease() reads quoted and plain values", () => {
  const text = 'NAME="Debian"\nVERSION_ID="12"\nID=debian\n';
  assert.deepEqual(osRelease(text), { id: "debian", version: "12" });
  assert.deepEqual(checkMachine({ ...GOOD, os: osRelease(text) }).problems, []);
});
