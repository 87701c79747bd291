/** The stand-in for K3s against a real MariaDB: what the servers' tests rest on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readKept } from "../../src/cluster/kept.ts";
import type { KubeLease } from "../../src/k3s/pods.ts";
import { k3sUnit } from "../../src/k3s/texts.ts";
import { sleep } from "../../src/system/clock.ts";
import { Database, OBSTACLE } from "./database.ts";

const START = ["start_prim", "WAIT", "ALONE", "start"];
const FORCE = ["stop_prim", "force", "ALONE", "WAIT", "stop"];
/** Building kine takes minutes on a machine that never did: by HAKIT_KINE=1. */
const KINE = Deno.env.get("HAKIT_KINE") === "1";
const ignore = OBSTACLE !== null;
const because = ignore ? ` (left out: ${OBSTACLE})` : "";

interface Rows {
  readonly acknowledged: number;
  readonly found: number;
  readonly lost: number;
}

/** As hakit starts K3s: an argument that the stand-in does not know would show on servers only. */
const ARGUMENTS = k3sUnit(
  readKept(
    "name1: node1\nnode1: 10.0.0.1\nnode2: 10.0.0.2\nvip: 10.0.0.100/24\n",
    "k3s.yaml",
  ),
  { name: "node1", address: "10.0.0.1", device: "eth0" },
).match(/^ExecStart=((?:.*\\\n)*.*)$/m)![1]!.split(/[\s\\]+/).slice(1);

function start(folder: string, port: number) {
  const root = join(folder, "root");
  const child = new Deno.Command(join(folder, "k3s"), {
    args: ARGUMENTS,
    env: {
      K3S_STANDIN_ROOT: root,
      K3S_TOKEN: "token-of-the-test",
      K3S_DATASTORE_ENDPOINT:
        `mysql://k3s:secret123@tcp(127.0.0.1:${port})/k3s?timeout=3s`,
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const at = (path: string) => join(root, path);
  return {
    child,
    acknowledged: async () =>
      Number(
        await Deno.readTextFile(at("var/lib/rancher/k3s/server/acknowledged"))
          .catch(() => "0"),
      ),
    rows: async (): Promise<Rows> =>
      JSON.parse(
        await Deno.readTextFile(at("var/lib/rancher/k3s/server/rows.json")),
      ),
    read: (path: string) => Deno.readTextFile(at(path)),
    async kubectl(words: string): Promise<string> {
      const output = await new Deno.Command(join(folder, "k3s"), {
        args: ["kubectl", ...words.split(" ")],
        env: { K3S_STANDIN_ROOT: root },
        stderr: "null",
      }).output();
      return new TextDecoder().decode(output.stdout).trim();
    },
  };
}

/** What hakit asks of it: as the real one answers, as far as it goes. */
async function kubernetes(
  server: { kubectl(words: string): Promise<string> },
): Promise<void> {
  const { kubectl } = server;
  assert.equal(await kubectl("get --raw /readyz"), "ok");
  const pods = "get pods -A -o json --field-selector=spec.nodeName=node1";
  const names = async () =>
    JSON.parse(await kubectl(pods)).items.map((
      { metadata }: { metadata: { name: string } },
    ) => metadata.name).sort();
  await until("pods", async () => (await names()).length === 2);
  const provisioner =
    "get deployment nfs-client-provisioner -n hakit-storage --no-headers";
  assert.match(await kubectl(provisioner), / 1\/1$/);
  const leases = JSON.parse(
    await kubectl("get leases --namespace=kube-system -o json"),
  ).items;
  assert.deepEqual(
    leases.map(({ spec }: KubeLease) =>
      spec!.holderIdentity!.replace(/_[0-9a-f]{12}$/, "_random")
    ),
    // By name of the lease: k3s, kube-controller-manager, kube-scheduler.
    ["", "_random", "_random"].map((end) => Deno.hostname() + end),
  );

  const [one] = await names();
  const taint = "node.kubernetes.io/out-of-service";
  await kubectl(`taint node node1 ${taint}=hakit:NoExecute --overwrite`);
  await kubectl(`delete pod ${one} --namespace=kube-system --force`);
  const { items: [node] } = JSON.parse(await kubectl("get nodes -o json"));
  assert.deepEqual(node.spec.taints, [
    { key: taint, value: "hakit", effect: "NoExecute" },
  ]);
  await sleep(3000);
  assert.equal((await names()).length, 1, "a tainted node gets no pods");
  await kubectl(`taint node node1 ${taint}:NoExecute-`);
  await until("a pod again", async () => (await names()).length === 2);
  await kubectl("cordon node1");
  assert.match(await kubectl("get nodes --no-headers"), /SchedulingDisabled/);
  await kubectl("drain node1 --ignore-daemonsets --timeout=5s");
  assert.deepEqual(await names(), []);
  await kubectl("uncordon node1");
  await until("pods again", async () => (await names()).length === 2);
}

async function until(what: string, fact: () => Promise<boolean>) {
  const end = performance.now() + 30_000;
  while (!await fact()) {
    if (performance.now() > end) throw new Error(`not within 30 s: ${what}`);
    await sleep(200);
  }
}

Deno.test({
  name:
    `stand-in: rows, files and nodes; a short absence is borne, a long one not, nothing lost${because}`,
  ignore,
  async fn() {
    await using database = await Database.make("test-k1", 13313);
    const started = await database.script(START);
    assert.equal(started.code, 0, started.text);
    const folder = join(database.home, "k3s");
    const built = await new Deno.Command(join(import.meta.dirname!, "build"), {
      args: [folder, ...KINE ? [] : ["--without-kine"]],
      stderr: "null",
    }).output();
    assert(built.success);

    const server = start(folder, database.port);
    try {
      await until("rows", async () => await server.acknowledged() >= 2);
      assert.equal(
        await server.read("var/lib/rancher/k3s/server/token"),
        "token-of-the-test\n",
      );
      assert.match(
        await server.read("etc/rancher/k3s/k3s.yaml"),
        /https:\/\/127\.0\.0\.1:6443/,
      );
      await until("node Ready", async () => {
        const text = await server.kubectl("get nodes -o json");
        return text.includes('"node1"') && text.includes('"True"');
      });

      await kubernetes(server);

      await database.script(FORCE);
      await sleep(2000);
      await database.script(START);
      const before = await server.acknowledged();
      await until(
        "rows again",
        async () => await server.acknowledged() > before,
      );

      await database.script(FORCE);
      const patience = setTimeout(() => server.child.kill("SIGKILL"), 30_000);
      const { code: gaveUp } = await server.child.status;
      clearTimeout(patience);
      assert.equal(gaveUp, 1);
      const promised = await server.acknowledged();
      await database.script(START);
      const again = start(folder, database.port);
      try {
        await until(
          "a second life",
          async () => await again.acknowledged() > promised,
        );
        const { acknowledged, found, lost } = await again.rows();
        assert.equal(acknowledged, promised);
        assert(found >= promised);
        assert.equal(lost, 0);
      } finally {
        again.child.kill("SIGTERM");
        await again.child.status;
      }
    } finally {
      try {
        server.child.kill("SIGKILL");
      } catch {
        // It gave up, as it should.
      }
      await server.child.status;
    }
  },
});

Deno.test({
  name:
    `stand-in: a row that was acknowledged and is gone is counted as lost${because}`,
  ignore,
  async fn() {
    await using database = await Database.make("test-k2", 13314);
    await database.script(START);
    const folder = join(database.home, "k3s");
    await new Deno.Command(join(import.meta.dirname!, "build"), {
      args: [folder, "--without-kine"],
      stderr: "null",
    }).output();
    const first = start(folder, database.port);
    await until("rows", async () => await first.acknowledged() >= 3);
    first.child.kill("SIGKILL");
    await first.child.status;
    await database.sql(
      "DELETE FROM k3s.standin WHERE name='/registry/standin/rows/node1/0000000002'",
    );
    const second = start(folder, database.port);
    try {
      await until(
        "counted",
        async () =>
          await second.rows().then(({ lost }) => lost === 1, () => false),
      );
    } finally {
      second.child.kill("SIGTERM");
      await second.child.status;
    }
  },
});

/** Two threads ask; the one that did not see the end must not wait for an answer. */
const ASKED_AFTER_THE_END = `
from datastore import Away, Process
process = Process(["true"])
for _ in range(3):
    try:
        process.line(6)
    except Away as away:
        print(away)
`;

Deno.test("stand-in: a client that ended says so to everybody, each time", async () => {
  const { stdout } = await new Deno.Command("python3", {
    args: ["-B", "-c", ASKED_AFTER_THE_END],
    env: { PYTHONPATH: join(import.meta.dirname!, "app") },
    stderr: "inherit",
  }).output();
  assert.equal(
    new TextDecoder().decode(stdout),
    "its client ended\n".repeat(3),
  );
});
