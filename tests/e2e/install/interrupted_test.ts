/** prereq and first on a plain server, killed within and after every step: they end as where nothing went wrong. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../../../src/system/command.ts";
import { ADDRESS, PlainServer } from "./plain_server.ts";

const BUILT = join(import.meta.dirname!, "../../../dist/hakit");
const HAKIT = "/root/stick/hakit";
const PREREQ = [HAKIT, "prereq", "--packages", "/root/debs"];
const FIRST = [
  ...[HAKIT, "first", "--node1", ADDRESS, "--node2", "10.77.0.2"],
  ...["--name1", "node1", "--vip", "10.77.0.100/24", "--size", "1G"],
  ...["--k3s", "/root/k3s"],
];
/** The agent cannot run there: first ends at its step, in any case. */
const LAST_STEP = "hakit.service";
/** More runs than there are steps to be killed in and after. */
const MOST_RUNS = 60;
/** A step is killed within this time of its beginning. */
const WITHIN_MS = 400;

async function obstacle(): Promise<string | null> {
  if (Deno.uid() !== 0) return "needs root";
  for (const path of [BUILT, "/usr/sbin/mariadbd", "/usr/sbin/mkfs.xfs"]) {
    if (!await Deno.stat(path).catch(() => null)) return `${path} is missing`;
  }
  return null;
}

/** Real packages with the programs that are asked for, so that nothing is fetched. */
async function deb(server: PlainServer, name: string, program: string) {
  const tree = await Deno.makeTempDir();
  await Deno.chmod(tree, 0o755);
  await Deno.mkdir(join(tree, "DEBIAN"));
  await Deno.mkdir(join(tree, "usr/sbin"), { recursive: true });
  await Deno.writeTextFile(
    join(tree, "DEBIAN/control"),
    `Package: ${name}\nVersion: 9:99\nArchitecture: all\nMaintainer: T <t@example.org>\nDescription: test\n`,
  );
  await Deno.writeTextFile(join(tree, "usr/sbin", program), "#!/bin/sh\n", {
    mode: 0o755,
  });
  await command(
    ["dpkg-deb", "--root-owner-group", "-b", tree, server.path("/root/debs")],
    { timeoutMs: 60_000 },
  );
  await Deno.remove(tree, { recursive: true });
}

async function plainServer(): Promise<PlainServer> {
  const server = await PlainServer.make();
  await server.run(
    ...["bash", "-c"],
    // As after the removal of an earlier cluster's data; and as a package leaves its services.
    "rm -rf /var/lib/mysql/* /var/lib/mysql/.[!.]* /etc/hakit /var/lib/hakit* /srv/hakit* /var/log/hakit; " +
      "dpkg --remove --force-depends nfs-kernel-server nfs-common iptables kmod >/dev/null 2>&1; " +
      "mkdir -p /root/debs /root/k3s /root/stick; rm -f /usr/local/bin/hakit; systemctl enable mariadb; systemctl enable nfs-server",
  );
  await deb(server, "nfs-kernel-server", "exportfs");
  await deb(server, "nfs-common", "mount.nfs");
  await deb(server, "iptables", "iptables-none");
  await deb(server, "kmod", "modprobe");
  await command(["cp", BUILT, server.path(HAKIT)], { timeoutMs: 60_000 });
  await server.put("/root/k3s/k3s", "#!/bin/sh\n" + "k".repeat(100_000), 0o755);
  await server.put("/root/k3s/standin-images.tar", "i".repeat(50_000), 0o644);
  return server;
}

async function log(server: PlainServer): Promise<string[]> {
  const text = await Deno.readTextFile(
    server.path("/var/log/hakit/install.log"),
  )
    .catch(() => "");
  return text.split("\n").slice(0, -1);
}

/** Runs it and kills it, alone and without a word, at the first point of its log that is new; null: it came to its end. */
async function killed(
  server: PlainServer,
  argv: readonly string[],
  points: Set<string>,
): Promise<string | null> {
  const before = (await log(server)).length;
  const [program, ...args] = server.argv(...argv);
  const child = new Deno.Command(program!, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  const status = child.status.then(() => ended = true);
  let point: string | null = null;
  while (!ended && point === null) {
    for (const line of (await log(server)).slice(before)) {
      const found = /\d+ of \d+: (.*: (?:begins|done))/.exec(line)?.[1];
      if (!found || points.has(found) || found.startsWith(LAST_STEP)) continue;
      point = found;
      break;
    }
    if (point === null) await pause(2);
  }
  if (point !== null) {
    points.add(point);
    if (point.endsWith("begins")) await within(server, point);
    // What it has started lives on, as after a kill.
    try {
      Deno.kill(await childOf(child.pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  await status;
  return point;
}

/** Some time, but not until the step's end: what comes after it is to be killed, too. */
async function within(server: PlainServer, point: string): Promise<void> {
  const end = performance.now() + Math.random() * WITHIN_MS;
  const done = point.replace(/begins$/, "done");
  while (performance.now() < end) {
    if ((await log(server)).some((line) => line.includes(done))) return;
    await pause(2);
  }
}

/** nsenter's child is hakit itself. */
async function childOf(pid: number): Promise<number> {
  const path = `/proc/${pid}/task/${pid}/children`;
  const child = Number((await Deno.readTextFile(path)).trim().split(" ")[0]);
  // 0 would be this process' own group.
  if (!(child > 1)) throw new Error("it has ended");
  return child;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** All that setting up makes: names, modes and owners, the content of what is no secret and no database, who is enabled, what runs. */
const LOOK = `cd /; {
  find etc/hakit etc/mysql etc/systemd etc/modules-load.d usr/local/bin var/lib/rancher var/lib/hakit* srv/hakit* var/lib/systemctl-standin -printf '%p %y %m %U:%G\\n'
  find etc/systemd/system etc/mysql etc/modules-load.d etc/hakit/modules var/lib/rancher usr/local/bin/k3s etc/hakit/k3s.yaml -type f ! -name '*.env' -print0 | sort -z | xargs -0 sha256sum
  find var/lib/mysql -maxdepth 2 ! -name 'ib*' ! -name 'aria_log*' ! -name '*.pid' ! -name 'ddl_recovery*' ! -name 'tc.log' ! -name 'undo*' -printf '%p %y %U:%G\\n'
  stat -c '%n %s' var/lib/hakit-k3s/storage/replicatedVolume
  getent passwd mysql; getent group mysql
  dpkg-query -W -f='\${Package} \${db:Status-Status}\\n' nfs-kernel-server nfs-common iptables
  ls run | grep hakit-mariadb; pgrep -l 'mariadbd|mysqld'
} 2>/dev/null | sort`;

async function look(server: PlainServer): Promise<string[]> {
  return (await server.run("bash", "-c", LOOK)).text.trim().split("\n");
}

const reason = await obstacle();

Deno.test({
  name:
    "prereq and first, killed within and after every step and run again, end as on a server where nothing went wrong" +
    (reason === null ? "" : ` (left out: ${reason})`),
  ignore: reason !== null,
  sanitizeOps: false,
  async fn() {
    await using calm = await plainServer();
    const prereq = await calm.run(...PREREQ);
    assert.equal(prereq.code, 0, prereq.text);
    const first = await calm.run(...FIRST);
    assert.match(first.text, /hakit: hakit\.service: /);
    assert.match(first.text, /what it began is taken back/);

    await using rough = await plainServer();
    const points = new Set<string>();
    for (const argv of [PREREQ, FIRST]) {
      let runs = 0;
      while (await killed(rough, argv, points) !== null) {
        assert(++runs < MOST_RUNS, [...points].join(", "));
      }
    }
    // Every step that had something to do was killed in it, and after it.
    for (
      const step of ["Packages", "MariaDB secured", "Services out of boot"]
    ) {
      assert(points.has(`${step}: begins`), [...points].join(", "));
    }
    const end = (await log(rough)).slice(-12).join("\n");
    for (const step of ["Cluster", "Database k3s", "Volume"]) {
      assert(points.has(`${step}: begins`), end);
    }
    const again = await rough.run(...PREREQ);
    assert.match(again.text, /Nothing was changed/);
    const last = await rough.run(...FIRST);
    assert(!/: done/.test(last.text), last.text);
    assert.match(last.text, /hakit: hakit\.service: /);
    assert.deepEqual(await look(rough), await look(calm));
  },
});
