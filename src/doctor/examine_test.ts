import assert from "node:assert/strict";
import { isSaid } from "../../tests/console/is_said.ts";
import { healthy } from "../../tests/doctor_facts.ts";
import { PHRASES } from "../console/text/en/phrases.ts";
import { sayIn } from "../console/text/phrases.ts";
import { examineNode, examinePair, together } from "./examine.ts";
import type { DoctorFacts, Finding } from "./facts.ts";
import { fullFrame } from "./gather_network.ts";
import { existingFindings } from "./storage_rules.ts";

type Spoil = (facts: DoctorFacts) => void;

/** Facts with one thing wrong. */
function spoiled(spoil: Spoil, base = healthy()): DoctorFacts {
  const copy = structuredClone(base);
  spoil(copy);
  return copy;
}

// deno-lint-ignore no-explicit-any -- tests write what the type calls read-only
const any = (value: unknown) => value as any;

/** Each is one fault and what must be found of it: code and level, nothing else. */
const FAULTS: { readonly [expected: string]: Spoil } = {
  "warning root": (f) => any(f.node).root = false,
  "warning late": (f) => f.node.late.push("df"),
  "problem distribution": (f) => any(f.system).version = "10",
  "problem architecture": (f) => any(f.system).architecture = "riscv64",
  "problem kernel": (f) => any(f.system).kernel = "5.3.9",
  "warning kernel.nfs": (f) => any(f.system).kernel = "5.4.0-216-generic",
  "problem systemd": (f) => any(f.system).systemd = false,
  "warning container": (f) => any(f.node).container = true,
  "warning modules.unloaded": (f) => f.system.modules["xfs"] = "available",
  "problem modules.missing": (f) => f.system.modules["nfsd"] = "missing",
  "warning modules.k3s": (f) => f.system.modules["vxlan"] = "missing",
  "problem fuse": (f) => any(f.system).fuse = false,
  "warning packages": (f) => f.system.missingPackages.push("xfsprogs"),
  "warning packages.free": (f) => {
    any(f.existing).ours = true;
    f.system.units["hakit"] = { active: "active", enabled: "enabled" };
    f.system.freePackages.push("mariadb-server");
  },
  "warning files.changed": (f) => {
    any(f.existing).ours = true;
    f.system.units["hakit"] = { active: "active", enabled: "enabled" };
    any(f.existing).changed = ["/etc/systemd/system/k3s.service", "/etc/x"];
  },
  "problem openssl": (f) => f.system.openssl.length = 0,
  "warning memory": (f) => any(f.system).memory = 2 * 1024 ** 3,
  "warning cpus": (f) => any(f.system).cpus = 1,
  "warning swap": (f) => any(f.system).swap = 1024 ** 3,
  "problem cgroups": (f) => any(f.system).controllers = ["cpu", "pids"],
  "warning clock.unsynchronized": (f) => any(f.system).timeSynchronized = false,
  "warning watchdog": (f) => any(f.system).watchdog = "none",
  "warning boot.network": (f) => any(f.system).waitOnline = false,
  "problem address.missing": (f) =>
    any(f.wanted).own = ["10.0.0.9", "10.1.0.1"],
  "warning address.dynamic": (f) => any(f.network.addresses[1]).dynamic = true,
  "problem link.down": (f) => any(f.network.interfaces[2]).up = false,
  "warning iptables": (f) =>
    f.system.versions["iptables"] = "v1.8.4 (nf_tables)",
  "warning link.slow": (f) => any(f.network.interfaces[2]).speed = 100,
  "warning link.single": (f) => any(f.wanted).own = ["10.0.0.1"],
  "warning route": (f) => any(f.network).defaultRoute = false,
  "warning name.unknown": (f) => any(f.network).resolvesMs = null,
  "warning name.slow": (f) => any(f.network).resolvesMs = 5000,
  "problem peer.silent": (f) => any(f.network.trips[0]).averageMs = null,
  "problem peer.loss": (f) => any(f.network.trips[0]).lostPercent = 10,
  "warning peer.far": (f) => any(f.network.trips[0]).averageMs = 9,
  "problem peer.mtu": (f) => any(f.network.trips[0]).fullSize = false,
  "problem firewall": (f) => f.network.firewall.blocked.push("4800/udp"),
  "problem vip.far": (f) => any(f.wanted).vip = "10.9.0.100/24",
  "problem address.overlap": (f) =>
    f.network.addresses.push({
      address: "10.42.0.7",
      prefix: 24,
      interface: "eth2",
      dynamic: false,
    }),
  "problem port.used": (f) =>
    f.network.listening.push({ protocol: "tcp", port: 6443, program: "api" }),
  "warning port.web": (f) =>
    f.network.listening.push({ protocol: "tcp", port: 80, program: "nginx" }),
  "problem disk.full": (f) => any(f.disks[0]).free = 1024 ** 3,
  "problem disk.memory": (f) => any(f.disks[0]).type = "tmpfs",
  "warning disk.type": (f) => any(f.disks[0]).type = "nfs4",
  "warning disk.sync": (f) => any(f.disks[0]).syncMs = 50,
  "problem disk.sync": (f) => any(f.disks[0]).syncMs = 500,
  "warning disk.slow": (f) => any(f.disks[0]).bytesPerSecond = 1024 ** 2,
  "warning boot.waits": (f) =>
    f.system.units["systemd-networkd-wait-online"] = {
      active: "failed",
      enabled: "enabled",
    },
  "problem existing.k3s": (f) => any(f.existing).k3s = "/etc/systemd/k3s",
  "problem existing.mysql": (f) =>
    f.existing.mysqlPackages.push("mysql-server"),
  "problem existing.datadir": (f) => any(f.existing).datadir = "/data/mysql",
  "problem existing.datastore": (f) => any(f.existing).datastore = true,
  "problem existing.databases": (f) => f.existing.databases.push("shop"),
  "problem existing.exports": (f) => f.existing.exports.push("/home *(rw)"),
  "problem existing.storage": (f) => f.existing.storage.push("mine"),
  "warning existing.rival": (f) => f.existing.rivals.push("keepalived"),
};

/** An address of this node in the network of the pods. */
const AMONG_PODS = {
  address: "10.42.0.7",
  prefix: 24,
  interface: "eth2",
  dynamic: false,
};

Deno.test("examineNode() finds nothing on a healthy server, and each fault by its own code", () => {
  const sound = examineNode(healthy());
  assert.deepEqual(sound.findings, []);
  assert(sound.well.length > 15);
  for (const [expected, spoil] of Object.entries(FAULTS)) {
    const { findings } = examineNode(spoiled(spoil));
    assert.deepEqual(
      findings.map(({ level, code }) => `${level} ${code}`),
      [expected],
    );
    for (const { what, why, node } of findings) {
      assert.equal(node, "node1");
      // Sentences that a person can read: what and why, no stray value.
      assert(what.length > 8 && why.length > 15, what);
      assert(!/undefined|null|NaN|\[object/.test(what + why), what + why);
    }
  }
});

Deno.test("examineNode() takes no tool's silence for a fault of the server", () => {
  const facts = spoiled((f) => {
    any(f.existing).ours = true;
    f.system.units["hakit"] = { active: "unknown", enabled: "enabled" };
    f.disks.length = 0;
    f.network.trips.length = 0;
    f.node.late.push("df", "ping", "systemctl");
  });
  assert.deepEqual(examineNode(facts).findings.map(({ code }) => code), [
    "late",
  ]);
});

Deno.test("examineNode() finds the module's ports taken by strangers, and not by what the module takes over", () => {
  const found = (protocol: "tcp" | "udp", port: number, program: string) =>
    examineNode(
      spoiled((f) => f.network.listening.push({ protocol, port, program })),
    ).findings.map(({ what }) => what);
  for (
    const [protocol, port, own] of [
      ["tcp", 3306, "mariadbd"],
      ["tcp", 3306, "mysqld"],
      ["tcp", 2049, ""],
      ["tcp", 10250, "k3s-server"],
      ["udp", 8472, ""],
    ] as const
  ) {
    assert.deepEqual(found(protocol, port, own), []);
    assert.deepEqual(found(protocol, port, "ganesha"), [
      `Port ${port}/${protocol} is used by ganesha`,
    ]);
  }
});

Deno.test("examineNode() looks for room on K3s' own disk, and for nothing that a mirrored one needs", () => {
  const found = (free: number) =>
    examineNode(spoiled((f) => {
      const disk = { ...f.disks[0]!, folder: "/var/lib/rancher" };
      f.disks.push({ ...disk, type: "overlay", free });
      any(f.wanted).size = "100G";
    })).findings.map(({ what }) => what);
  assert.deepEqual(found(10 * 1024 ** 3), []);
  assert.match(found(1024 ** 3).join(), /^\/var\/lib\/rancher: 1.0 GiB free/);
});

Deno.test("examineNode() judges room by the volume's own size once it is made, and by what it does not take yet", () => {
  const gib = 1024 ** 3;
  const found = (volume: DoctorFacts["wanted"]["volume"]) =>
    examineNode(spoiled((f) => {
      // A storage folder may be called anything.
      f.disks.push({ ...f.disks[0]!, folder: "/data/k3s", free: 40 * gib });
      any(f.wanted).size = "100G";
      any(f.wanted).volume = volume;
    })).findings.map(({ what }) => what);
  assert.match(found(null)[0]!, /may grow to 100G and .* has 40 GiB free/);
  assert.deepEqual(found({ size: 100 * gib, onDisk: 70 * gib }), []);
  assert.match(
    found({ size: 200 * gib, onDisk: 70 * gib })[0]!,
    /may grow to 200 GiB and .* has 40 GiB free/,
  );
});

Deno.test("examineNode() of a member asks for its boot order and not for its own ports and data", () => {
  const member = spoiled((f) => {
    any(f.existing).ours = true;
    f.existing.databases.push("shop");
    f.network.listening.push({ protocol: "udp", port: 4800, program: "hakit" });
    f.system.units["hakit"] = { active: "active", enabled: "enabled" };
  });
  assert.deepEqual(examineNode(member).findings, []);
  const codes = (spoil: Spoil) =>
    examineNode(spoiled(spoil, member)).findings.map(({ code }) => code);
  assert.deepEqual(
    codes((f) => f.system.units["hakit"]!.enabled = "disabled"),
    ["boot.hakit"],
  );
  assert.deepEqual(
    codes((f) => f.system.units["hakit"]!.active = "failed"),
    ["boot.agent"],
  );
  assert.deepEqual(
    codes((f) => f.system.units["mariadb"]!.enabled = "enabled"),
    ["boot.service"],
  );
});

const PAIR_FAULTS: { readonly [expected: string]: Spoil } = {
  "problem mysql.ids": (f) => any(f.system).mysql = { uid: 105, gid: 113 },
  "problem pair.architecture": (f) => any(f.system).architecture = "aarch64",
  "problem pair.mariadb": (f) =>
    f.system.versions["mariadb-server"] = "1:10.5.23-0+deb11u1",
  "warning pair.distribution": (f) => any(f.system).version = "13",
  "warning pair.hakit": (f) => any(f.node).hakit = "0.2.0",
  "problem pair.clone": (f) => any(f.node).machine = "1".repeat(32),
  "warning pair.hostname": (f) => any(f.node).hostname = "node1",
  "problem pair.cluster": (f) => any(f.node).cluster = "b",
  "problem pair.mtu": (f) => any(f.network.interfaces[1]).mtu = 9000,
  "warning pair.disk": (f) => any(f.disks[0]).type = "xfs",
};

Deno.test("examinePair() sends nobody to dist-upgrade in a cluster, where MariaDB's packages are held", () => {
  const fix = (cluster: string | null) => {
    const mine = spoiled((f) => any(f.node).cluster = cluster);
    const theirs = spoiled((f) => {
      any(f.node).cluster = cluster;
      f.system.versions["mariadb-server"] = "1:10.5.23-0+deb11u1";
    }, healthy("node2", 2));
    const { findings } = examinePair({ mine, theirs, clockMs: 0 });
    return findings.find(({ code }) => code === "pair.mariadb")?.fix ?? "";
  };
  assert.match(
    fix("a"),
    /while it is SECOND: README, "Update MariaDB and NFS"/,
  );
  assert.match(fix(null), /dist-upgrade/);
});

Deno.test("examinePair() finds what differs and must not", () => {
  const mine = spoiled((f) => any(f.node).cluster = "a");
  const theirs = spoiled((f) => any(f.node).cluster = "a", healthy("node2", 2));
  assert.deepEqual(examinePair({ mine, theirs, clockMs: 20 }).findings, []);
  for (const [expected, spoil] of Object.entries(PAIR_FAULTS)) {
    const pair = { mine, theirs: spoiled(spoil, theirs), clockMs: 0 };
    assert.deepEqual(
      examinePair(pair).findings.map(({ level, code }) => `${level} ${code}`),
      [expected],
    );
  }
  // A patch level is no other series.
  const patched = spoiled(
    (f) => f.system.versions["mariadb-server"] = "1:10.11.9-0+deb12u1",
    theirs,
  );
  assert.deepEqual(
    examinePair({ mine, theirs: patched, clockMs: 0 }).findings,
    [],
  );
});

Deno.test("examinePair() and examineNode() ask of a cluster that is there for nothing that is refused there", () => {
  const pairFix = (code: string, cluster: string | null, spoil: Spoil) => {
    const sides = [healthy(), healthy("node2", 2)].map((facts) =>
      spoiled((f) => any(f.node).cluster = cluster, facts)
    );
    const theirs = spoiled(spoil, sides[1]!);
    return examinePair({ mine: sides[0]!, theirs, clockMs: 0 }).findings
      .find((each) => each.code === code)!.fix;
  };
  const other: Spoil = (f) => any(f.node).hakit = "0.2.0";
  // install.sh is for machines without an agent.
  assert.match(pairFix("pair.hakit", null, other)!, /^install the newer/);
  assert.match(pairFix("pair.hakit", "a", other)!, /^hakit upgrade FILE/);
  const differs = pairFix(
    "pair.cluster",
    "a",
    (f) => any(f.node).cluster = "b",
  );
  assert.match(differs!, /hakit upgrade --restart/);
  assert.doesNotMatch(differs!, /systemctl/);
  const fix = (code: string, ours: boolean) =>
    examineNode(spoiled((f) => {
      any(f.existing).ours = ours;
      any(f.wanted).own = ["10.0.0.1"];
      f.network.addresses.push(AMONG_PODS);
    })).findings.find((each) => each.code === code)!.fix!;
  for (const code of ["link.single", "address.overlap"]) {
    assert.match(fix(code, false), /hakit first/, code);
    assert.doesNotMatch(fix(code, true), /hakit first/, code);
  }
  assert.match(fix("link.single", true), /hakit witness add ADDRESS/);
});

Deno.test("examinePair() warns of clocks a second apart, and stops at half a minute; a file tells no clock", () => {
  const pair = { mine: healthy(), theirs: healthy("node2", 2) };
  const levels = (clockMs: number | null) =>
    examinePair({ ...pair, clockMs }).findings.map(({ level }) => level);
  assert.deepEqual(levels(999), []);
  assert.deepEqual(levels(-1500), ["warning"]);
  assert.deepEqual(levels(31_000), ["problem"]);
  assert.deepEqual(levels(null), []);
});

Deno.test("examineNode() says that swap may hold heartbeats up where the agent cannot be kept out of it", () => {
  const why = (controllers: readonly string[]) =>
    examineNode(spoiled((f) => {
      any(f.system).swap = 1e9;
      any(f.system).controllers = controllers;
    })).findings.find(({ code }) => code === "swap")!.why!;
  const two = ["cpuset", "cpu", "io", "memory", "pids"];
  assert.doesNotMatch(why(two), /heartbeats/);
  assert.match(why([...two, "devices", "freezer"]), /whose heartbeats wait/);
});

Deno.test("together() puts problems before warnings", () => {
  const one = examineNode(spoiled((f) => any(f.system).swap = 1e9));
  const two = examineNode(spoiled((f) => any(f.system).systemd = false));
  assert.deepEqual(
    together([one, two]).findings.map(({ level }) => level),
    ["problem", "warning"],
  );
});

Deno.test("examinePair() names the numbers that mysql must get on the node without data", () => {
  const other: Spoil = (f) => any(f.system).mysql = { uid: 105, gid: 113 };
  const member: Spoil = (f) => any(f.node).cluster = "a";
  const fix = (mine: DoctorFacts, theirs: DoctorFacts) =>
    examinePair({ mine, theirs, clockMs: 0 }).findings
      .find(({ code }) => code === "mysql.ids")!.fix!;
  const [one, two] = [healthy(), spoiled(other, healthy("node2", 2))];
  assert.match(
    fix(spoiled(member, one), two),
    /on node2.*--gid 860 mysql && useradd --system --uid 860 --gid 860 /,
  );
  assert.match(
    fix(one, spoiled(member, two)),
    /on node1.*--gid 113 mysql && useradd --system --uid 105 --gid 113 /,
  );
});

Deno.test("examineNode() knows an address by its value, not by how it is written", () => {
  const { findings } = examineNode(spoiled((f) => {
    any(f.wanted).own = ["10.0.0.1", "FD00:0::7"];
    f.network.addresses.push({
      address: "fd00::7",
      prefix: 64,
      interface: "eth0",
      dynamic: false,
    });
  }));
  assert.deepEqual(findings, []);
});

Deno.test("existingFindings() takes along what --adopt allows, and never a K3s or its datastore", () => {
  const existing = {
    ...healthy().existing,
    k3s: "/etc/systemd/system/k3s.service",
    datastore: true,
    databases: ["shop"],
    exports: ["/home"],
    storage: ["mine"],
  };
  const problems = (adopt: boolean) =>
    existingFindings(existing, { adopt })
      .filter(({ level }) => level === "problem").map(({ code }) => code);
  assert.deepEqual(problems(true), ["existing.k3s", "existing.datastore"]);
  assert.equal(problems(false).length, 5);
  // What is taken along is not served as before.
  const taken = existingFindings(existing, { adopt: true })
    .find(({ code }) => code === "existing.exports");
  assert.match(taken!.why!, /without version 3, and takes users' groups as/);
  assert.deepEqual(existingFindings({ ...existing, ours: true }), []);
});

Deno.test("remedies lead away from their finding: a smaller packet is asked for on a smaller link, an agent has its own script", () => {
  const links = [{ name: "eth0", mtu: 1400 }, { name: "eth1", mtu: 9000 }];
  assert.equal(fullFrame("10.0.0.2 dev eth0 src 10.0.0.1 uid 0", links), 1400);
  assert.equal(fullFrame("10.1.0.2 dev eth1 src 10.1.0.1 uid 0", links), 1500);
  assert.equal(fullFrame("RTNETLINK answers: unreachable", links), 1500);
  const fix = (spoil: Spoil, code: string) =>
    examineNode(spoiled(spoil)).findings.find((each) => each.code === code)!
      .fix!;
  assert.match(
    fix((f) => any(f.network.trips[0]).fullSize = false, "peer.mtu"),
    /mtu 1400/,
  );
  // It is found where softdog cannot be loaded: to load it is no remedy.
  const watchdog = (id: string) =>
    examineNode(
      spoiled((f) => Object.assign(any(f.system), { id, watchdog: "none" })),
    )
      .findings.find(({ code }) => code === "watchdog")!.fix;
  assert.match(watchdog("ubuntu")!, /^apt-get install linux-modules-extra-/);
  assert.equal(watchdog("debian"), null);
  const k3s = (sign: string) =>
    fix((f) => any(f.existing).k3s = sign, "existing.k3s");
  const units = "/etc/systemd/system/";
  assert.match(
    k3s(units + "k3s-agent.service"),
    /bin\/k3s-agent-uninstall\.sh/,
  );
  assert.match(k3s(units + "k3s.service"), /bin\/k3s-uninstall\.sh/);
});

/** With words of a language, and not a command alone. */
const PROSE = /\b(the|and|or|it|is|its|in|then|them|with|on)\b/;

Deno.test("every finding has its phrases in every language of the console: what, why, and what to do where that is no mere command", () => {
  const theirs = healthy("node2", 2);
  const pair = (spoil: Spoil, clockMs = 0) =>
    examinePair({
      mine: spoiled((f) => any(f.node).cluster = "a"),
      theirs: spoiled((f) => {
        any(f.node).cluster = "a";
        spoil(f);
      }, theirs),
      clockMs,
    });
  const member: Spoil = (f) => {
    any(f.existing).ours = true;
    f.system.units["hakit"] = { active: "failed", enabled: "enabled" };
    f.system.units["mariadb"]!.enabled = "enabled";
  };
  const unstarted: Spoil = (f) => any(f.existing).ours = true;
  const swapped: Spoil = (f) => {
    any(f.system).swap = 1e9;
    f.system.controllers.push("freezer");
  };
  const outgrown: Spoil = (f) => {
    f.disks.push({ ...f.disks[0]!, folder: "/data/k3s" });
    any(f.wanted).size = "100G";
  };
  const made: Spoil = (f) => {
    member(f);
    any(f.wanted).own = ["10.0.0.1"];
    f.network.addresses.push(AMONG_PODS);
  };
  const unwatched: Spoil = (f) => {
    any(f.system).watchdog = "none";
    any(f.system).id = "ubuntu";
    any(f.system).version = "22.04";
  };
  const more = [member, unstarted, swapped, outgrown, made, unwatched];
  const examined = [
    ...[...Object.values(FAULTS), ...more].map((spoil) =>
      examineNode(spoiled(spoil))
    ),
    ...Object.values(PAIR_FAULTS).map((spoil) => pair(spoil)),
    pair(() => {}, 5000),
    examinePair({
      mine: healthy(),
      theirs: spoiled((f) => any(f.node).hakit = "0.2.0", theirs),
      clockMs: 0,
    }),
  ];
  const { findings } = together(examined);
  const unsaid = findings.flatMap(({ what, why, fix }: Finding) => [
    ...[what, `${why}.`].filter((text) => !isSaid(text)),
    ...fix !== null && PROSE.test(fix) && sayIn("fr")(fix) === fix ? [fix] : [],
  ]);
  assert.deepEqual(unsaid, []);
  const titles = [examineNode(healthy()), pair(() => {})].flatMap(({ well }) =>
    well.map((title) => title.replace(" (node1)", ""))
  );
  assert.deepEqual(
    titles.filter((title) => !PHRASES.some((phrase) => phrase === title)),
    [],
  );
  // Nothing that a rule can find is forgotten above.
  const codes = new Set(findings.map(({ code }) => code));
  for (const file of ["common", "network", "pair", "storage", "system"]) {
    const rules = Deno.readTextFileSync(
      new URL(`${file}_rules.ts`, import.meta.url),
    );
    const known = rules.matchAll(
      /(?:problem|warning|taken)\)?\(\s*"([a-z0-9.]+)"/g,
    );
    for (const [, code] of known) assert(codes.has(code!), code);
  }
});

Deno.test("examineNode() warns of the versions of iptables that K3s names, and only where they use nf_tables", () => {
  const named = (version: string) =>
    examineNode(spoiled((f) => f.system.versions["iptables"] = version))
      .findings.some(({ code }) => code === "iptables");
  assert(named("v1.8.2 (nf_tables)"));
  for (
    const other of [
      "v1.8.4 (legacy)",
      "v1.8.7 (nf_tables)",
      "v1.8.10 (nf_tables)",
      "v1.6.1",
    ]
  ) assert(!named(other), other);
});
