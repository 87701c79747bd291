/**
 * What earlier versions have left on disk is understood by this one. tests/fixtures/VERSION holds every file that survives a restart as
 * that version wrote it; whoever changes one of the formats adds a folder and changes nothing in the old ones.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readArbiter } from "../src/agent/arbiter_store.ts";
import { ConfigHistory } from "../src/agent/config_history.ts";
import { ReadyTime } from "../src/agent/ready_time.ts";
import { readRecord } from "../src/agent/record.ts";
import { readSwitches } from "../src/agent/switches.ts";
import { AccountStore } from "../src/api/accounts.ts";
import { EndedSessions } from "../src/api/ended_sessions.ts";
import { useLoginLink } from "../src/api/users.ts";
import { accept } from "../src/cluster/invitation.ts";
import { readKept } from "../src/cluster/kept.ts";
import { templateOf } from "../src/module/template.ts";
import { memorySchema } from "../src/notify/queue.ts";
import { OidcStore } from "../src/oidc/store.ts";
import { loadCluster, loadModule } from "../src/module/load.ts";
import { Dirty } from "../src/replication/dirty.ts";
import { IdentityStore } from "../src/replication/identity_store.ts";
import { Journal } from "../src/replication/journal.ts";
import { encodeMarks } from "../src/replication/marks.ts";
import { Store } from "../src/witness/store.ts";

const root = join(import.meta.dirname!, "fixtures");

/** A copy: reading a log opens it for writing. */
async function withFixture(version: string, use: (at: string) => unknown) {
  const folder = await Deno.makeTempDir({ prefix: "hakit-fixture-" });
  try {
    const copy = new Deno.Command("cp", {
      args: ["-r", join(root, version), folder],
    });
    assert.ok((await copy.output()).success);
    const at = join(folder, version);
    const packed = await Deno.open(join(at, "state/shop/journal.gz"));
    const journal = await Deno.create(join(at, "state/shop/journal"));
    await packed.readable.pipeThrough(new DecompressionStream("gzip"))
      .pipeTo(journal.writable);
    await use(at);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("every persistent file of 0.1.0 is read", async () => {
  await withFixture("0.1.0", async (at) => {
    const paths = { etc: at, state: join(at, "state"), run: at, log: at };
    const shop = join(at, "state/shop");
    const text = (file: string) => Deno.readTextFile(join(at, file));
    assert.deepEqual(await readRecord(join(shop, "record.json")), {
      goal: "run",
      lastRole: "SECOND",
      cameFrom: "PRIM",
      settled: true,
      claim: 4,
      untold: true,
    });
    assert.deepEqual(await readSwitches(paths, "shop"), {
      checker: "off",
      boot: "on",
    });
    const identity = new IdentityStore(join(shop, "identity.json")).value;
    assert.deepEqual(identity, {
      current: "00112233445566aa",
      bitmap: "00112233445566bb",
      history: ["00112233445566cc"],
      upToDate: true,
      consistent: true,
      connected: true,
      epoch: 6,
    });
    const dirty = new Dirty(join(shop, "dirty.log"));
    assert.deepEqual([...encodeMarks(dirty.marks)].sort(), [
      "a 0 2",
      "a 0 5",
      "a 1 6",
      "d 0 5 3",
      "g 0 7",
      "n 0 1",
      "t 1 6 9",
    ]);
    dirty.close();
    const journal = new Journal(join(shop, "journal"), (why) => {
      throw new Error(why);
    });
    // Null would mean: compare everything.
    const marks = journal.read(identity.current!);
    assert.deepEqual([...encodeMarks(marks!)].sort(), ["g 0 0"]);
    assert.equal(journal.read("ffffffffffffffff"), null);

    assert.deepEqual(await readArbiter(paths), {
      kind: "witness",
      address: "10.0.0.3",
      port: 4810,
      key: "ab".repeat(32),
      retired: false,
    });
    const accounts = new AccountStore(join(at, "users.yaml"));
    assert.deepEqual(
      (await accounts.users()).map(({ name, role }) => [name, role]),
      [["admin", "administrator"]],
    );
    assert.deepEqual(
      (await accounts.keys()).map(({ name }) => name),
      ["backup"],
    );
    // The mark of a removal, without which the user would come back from the other node.
    assert.ok((await accounts.read()).users.some((user) => "removed" in user));
    const { clusters: [office] } = await new Store(join(at, "witness")).read();
    assert.deepEqual(office?.modules["shop"], {
      epoch: 4,
      holder: 0,
      by: 0,
      leaseMs: 1800,
    });
    const users = join(at, "users.yaml");
    const token = "V_IihhQxCIkuTMfPQeQMb9xdN3ZpIlBf5c0P1IM1QVE";
    assert.equal((await useLoginLink(users, { token }))?.name, "admin");
    const joined = await accept(join(at, "join.json"), {
      secret: "empNBumbU2qH-i22H8DQ2oGqt9-mP6lsHaZNCW5_yus",
      machine: "c".repeat(32),
    });
    assert.equal(joined.kind, "welcome");
    const ended = new EndedSessions(join(at, "state/ended-sessions.json"));
    assert.deepEqual(await ended.read(), {
      epoch: 1,
      ended: { "0a1b2c3d4e5f6a7b8c9d0e": 4102531200000 },
    });
    const oidc = new OidcStore(join(at, "oidc.json"));
    const standing = await oidc.standing();
    assert.ok(standing.kind === "on");
    assert.equal(standing.settings.client, "hakit");
    // Without the mark of what was replaced it would come back from the other node.
    assert.equal((await oidc.read()).replaced.length, 1);
    const kept = readKept(await text("k3s.yaml"), "k3s.yaml");
    assert.equal(kept.name1, "node1");

    // Of two the newer one counts: the power was cut between them.
    assert.deepEqual(await readRecord(join(at, "state/web/record.json")), {
      goal: "run",
      lastRole: "ALONE",
      cameFrom: "PRIM",
      settled: true,
      claim: 2,
      untold: true,
    });
    const time = new ReadyTime(join(shop, "takeover.json"), { info() {} });
    await time.begin();
    assert.equal(time.takeoverMs, 1234);
    const history = new ConfigHistory(paths, "shop");
    assert.deepEqual((await history.list()).map(({ number }) => number), [1]);
    assert.deepEqual(
      (await history.files(1))?.map(({ path, executable }) =>
        `${path} ${executable}`
      ),
      ["module.yaml false", "bin/start_prim true"],
    );
    // What was cut off in the middle of a change.
    assert.deepEqual(await history.settle("digest of 2"), []);
    assert.equal((await history.newest())?.number, 2);
    const memory = memorySchema.parse(
      JSON.parse(await text("state/notifications.json")),
    );
    assert.equal(memory.told["link 10.0.0.1"], "down");
    assert.equal(memory.channels["email 1"]?.waiting[0]?.kind, "link");
    const template = "modules/shop/template.json";
    const content = new TextEncoder().encode(await text(template));
    assert.equal(
      templateOf([{ path: "template.json", executable: false, content }]),
      "mirror",
    );

    const cluster = await loadCluster(join(at, "cluster.yaml"));
    assert.equal(cluster.links[1]?.trusted, true);
    assert.equal(cluster.split_brain.keep, "node1");
    const module = await loadModule(join(at, "modules/shop/module.yaml"));
    assert.equal(module.directories[0]?.tocheck, "data/mounted");
    assert.equal(module.checkers.tcp.length, 1);
  });
});
