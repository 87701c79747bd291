/** prereq and first on a plain server, killed within and after every step: they end as where nothing went wrong. */
import assert from "node:assert/strict";
import type { PlainServer } from "./plain_server.ts";
import { FIRST, obstacle, plainServer, PREREQ } from "./stick.ts";

/** The agent cannot run there: first ends at its step, in any case. */
const LAST_STEP = "hakit.service";
/** More runs than there are steps to be killed in and after. */
const MOST_RUNS = 60;
/** A step is killed within this time of its beginning. */
const WITHIN_MS = 400;

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
    // What it has started lives on, as after a kill. The kernel may leave a child out of its list: asked again, or all that comes after
    // this point would be done without a kill.
    for (let dead = false; !ended && !dead;) {
      try {
        Deno.kill(await childOf(child.pid), "SIGKILL");
        dead = true;
      } catch {
        await pause(2);
      }
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
