/** Two nodes' stores that talk by the real routes; clusters that only remember what they were told. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { twoStores } from "../../tests/api/two_stores.ts";
import { type ArchiveFile, pack } from "../module/archive.ts";

const YAML = `# why it is here
name: db
mode: mirror
directories: [{ path: /srv/db }]
hold: 10s
`;

function files(yaml: string, script = "exit 0\n"): ArchiveFile[] {
  const content = (text: string) => new TextEncoder().encode(text);
  return [
    { path: "bin/start_prim", executable: true, content: content(script) },
    { path: "module.yaml", executable: false, content: content(yaml) },
  ];
}

const BY = { by: "root", local: false };
const yamlEdit = (content: string) => [{ path: "module.yaml", content }];

/** Installed on both and running: PRIM and SECOND. */
async function running() {
  const both = await twoStores();
  await both.one.store.install("db", pack(files(YAML)), BY);
  Object.assign(both.one.view, { role: "PRIM", status: "Ready" });
  Object.assign(both.two.view, { role: "SECOND", status: "Ready" });
  both.one.told.length = 0;
  both.two.told.length = 0;
  return both;
}

Deno.test("ModuleStore.install() gives a second module a port of its own, the same on both nodes, and none of hakit's", async () => {
  await using both = await running();
  const second = (more = "") =>
    pack(files(
      `# kept\nname: web\nmode: mirror\ndirectories: [{ path: /srv/web }]\n${more}`,
    ));
  await assert.rejects(
    both.one.store.install("web", second("port: 9010\n"), BY),
    /port: 9010 is hakit's own/,
  );
  await assert.rejects(
    both.one.store.install("web", second(), { ...BY, local: true }),
    /port: 5600 is used by module "db"/,
  );
  await both.one.store.install("web", second(), BY);
  for (const { home } of [both.one, both.two]) {
    const yaml = await Deno.readTextFile(
      join(home, "etc/modules/web/module.yaml"),
    );
    assert.match(yaml, /^# kept\n[^]*\nport: 5601\n$/);
  }
  // The same source once more: it keeps what it has.
  const { revision } = await both.one.store.install("web", second(), BY);
  assert.equal(revision, null);
});

Deno.test("ModuleStore.plan() shows the lines, what applies while it runs, and changes nothing", async () => {
  await using both = await running();
  const wish = { edits: yamlEdit(YAML.replace("10s", "20s")) };
  const { plan, refusal } = await both.one.store.plan("db", wish);
  assert.equal(refusal, null);
  assert.deepEqual(plan.effects.map(({ part, how }) => [part, how]), [
    ["hold", "live"],
  ]);
  assert.deepEqual(
    plan.files[0]!.lines.filter(({ kind }) => kind === "+" || kind === "-"),
    [{ kind: "-", text: "hold: 10s" }, { kind: "+", text: "hold: 20s" }],
  );
  assert.equal(await both.one.yaml(), YAML);
  assert.deepEqual([both.one.told, both.two.told], [[], []]);
});

Deno.test("ModuleStore.apply() changes what is safe on both running nodes under one number, comments kept, and rolls back", async () => {
  await using both = await running();
  const wanted = YAML.replace("10s", "20s");
  const done = await both.one.store.apply(
    "db",
    { edits: yamlEdit(wanted) },
    { by: "user ann" },
  );
  assert.deepEqual(done.installed, ["node1", "node2"]);
  assert.equal(done.revision, 2);
  for (const { store, yaml, told } of [both.one, both.two]) {
    assert.equal(await yaml(), wanted);
    assert.deepEqual(told, ["reconfigure"]);
    const [newest, before] = await store.history("db");
    assert.deepEqual([newest!.number, newest!.by, newest!.note], [
      2,
      "user ann",
      "hold",
    ]);
    assert.equal(before!.number, 1);
  }
  // From the other node, too: the configuration is the cluster's.
  const back = await both.two.store.apply(
    "db",
    { revision: undefined },
    { by: "root" },
  );
  assert.equal(back.revision, 3);
  assert.equal(await both.one.yaml(), YAML);
  assert.equal(await both.two.yaml(), YAML);
});

Deno.test("ModuleStore.apply() refuses what needs a stop while either node runs, and changes neither", async () => {
  await using both = await running();
  const wish = { edits: yamlEdit(YAML + "port: 5700\n") };
  Object.assign(both.one.view, { role: "STOP", status: "NotReady" });
  await assert.rejects(
    both.one.store.apply("db", wish, { by: "root" }),
    /SECOND on node2: say "hakit stop db --node node2" first/,
  );
  const { refusal } = await both.one.store.plan("db", wish);
  assert.match(refusal!, /SECOND on node2/);
  assert.equal(await both.one.yaml(), YAML);
  assert.equal((await both.one.store.history("db"))[0]!.number, 1);
  Object.assign(both.two.view, { role: "STOP", status: "NotReady" });
  await both.one.store.apply("db", wish, { by: "root" });
  assert.deepEqual(both.two.told, ["drop", "add"]);
});

Deno.test("ModuleStore.apply() changes nothing while the other node does not answer, unless alone; that one gets it when it is back", async () => {
  await using both = await running();
  both.link.up = false;
  const wish = { edits: yamlEdit(YAML.replace("10s", "30s")) };
  await assert.rejects(
    both.one.store.apply("db", wish, { by: "root" }),
    /node2 does not answer/,
  );
  assert.equal(await both.one.yaml(), YAML);
  const done = await both.one.store.apply("db", wish, {
    by: "root",
    alone: true,
  });
  assert.deepEqual(done.pending, ["node2"]);
  both.link.up = true;
  await both.one.store.compare();
  assert.match(await both.two.yaml(), /30s/);
  assert.equal((await both.two.store.history("db"))[0]!.number, 2);
  await both.two.store.compare();
  assert.deepEqual([both.one.problems(), both.two.problems()], [[], []]);
});

Deno.test("ModuleStore: a change that was cut off between the nodes is levelled by the one that has it", async () => {
  await using both = await running();
  // It is asked, and then takes the change; that answer is lost.
  both.link.cutAfter = 2;
  const wish = { edits: yamlEdit(YAML.replace("10s", "40s")) };
  await assert.rejects(both.one.store.apply("db", wish, { by: "root" }));
  assert.equal(await both.one.yaml(), YAML);
  assert.match(await both.two.yaml(), /40s/);
  both.link.cutAfter = Infinity;
  await both.two.store.compare();
  assert.match(await both.one.yaml(), /40s/);
  assert.equal((await both.one.store.history("db"))[0]!.number, 2);
});

Deno.test("ModuleStore.apply() takes the other node back when this one cannot follow", async () => {
  await using both = await running();
  both.link.break = "node1";
  const wish = { edits: yamlEdit(YAML.replace("10s", "50s")) };
  await assert.rejects(
    both.one.store.apply("db", wish, { by: "root" }),
    /the disk is gone/,
  );
  assert.equal(await both.two.yaml(), YAML);
});

Deno.test("ModuleStore.apply() refuses an editor that began with older files", async () => {
  await using both = await running();
  const { digest } = await both.one.store.files("db");
  const wish = (hold: string) => ({
    edits: yamlEdit(YAML.replace("10s", hold)),
    base: digest,
  });
  await both.one.store.apply("db", wish("20s"), { by: "root" });
  await assert.rejects(
    both.one.store.apply("db", wish("30s"), { by: "root" }),
    /changed by somebody else/,
  );
});

Deno.test("ModuleStore: files that were edited by hand are said, planned, and put in force by an empty change", async () => {
  await using both = await running();
  const file = join(both.one.home, "etc/modules/db/bin/start_prim");
  await Deno.writeTextFile(file, "exit 1\n");
  await both.one.store.compare();
  assert.match(both.one.problems()[0]!, /changed by hand on node1/);
  const { plan } = await both.one.store.plan("db", { edits: [] });
  assert.deepEqual(plan.effects.map(({ part, how }) => [part, how]), [
    ["bin/start_prim", "next"],
  ]);
  await both.one.store.apply("db", { edits: [] }, { by: "root" });
  const there = join(both.two.home, "etc/modules/db/bin/start_prim");
  assert.equal(await Deno.readTextFile(there), "exit 1\n");
  await both.one.store.compare();
  assert.deepEqual(both.one.problems(), []);
});

Deno.test("ModuleStore keeps the last ten configurations", async () => {
  await using both = await running();
  for (let hold = 20; hold < 33; hold++) {
    const wish = { edits: yamlEdit(YAML.replace("10s", `${hold}s`)) };
    await both.one.store.apply("db", wish, { by: "root" });
  }
  const numbers = (await both.two.store.history("db")).map((one) => one.number);
  assert.deepEqual(numbers, [14, 13, 12, 11, 10, 9, 8, 7, 6, 5]);
  await assert.rejects(
    both.one.store.apply("db", { revision: 2 }, { by: "root" }),
    /no configuration 2 \(any more\)/,
  );
});

Deno.test("ModuleStore.apply() refuses paths that leave the folder, and YAML that is wrong, with line and column", async () => {
  await using both = await running();
  const apply = (path: string, content: string) =>
    both.one.store.apply("db", { edits: [{ path, content }] }, { by: "root" });
  await assert.rejects(apply("../evil", ""), /expected one inside the folder/);
  await assert.rejects(
    apply("module.yaml", YAML + "hodl: 3s\n"),
    /db\/module.yaml:6:1: .*unknown key "hodl"/,
  );
  await assert.rejects(
    apply("module.yaml", YAML + "default_primary: node7\n"),
    /"node7" is no node, expected one of alone, last, node1, node2/,
  );
});

Deno.test("ModuleStore.apply() keeps what a module had that is older than the history, as the way back", async () => {
  await using both = await running();
  for (const { home } of [both.one, both.two]) {
    await Deno.remove(join(home, "state/db/config"), { recursive: true });
  }
  const wish = { edits: yamlEdit(YAML.replace("10s", "20s")) };
  const { revision } = await both.one.store.apply("db", wish, { by: "root" });
  assert.equal(revision, 2);
  await both.two.store.apply("db", { revision: 1 }, { by: "root" });
  assert.equal(await both.one.yaml(), YAML);
});

/** Needs a stop. */
const PORT = { edits: yamlEdit(YAML + "port: 5700\n") };

async function stopped() {
  const both = await running();
  Object.assign(both.one.view, { role: "STOP", status: "NotReady" });
  Object.assign(both.two.view, { role: "STOP", status: "NotReady" });
  return both;
}

Deno.test("ModuleStore.apply() leaves a node's module in its cluster when the disk does not take the new one", async () => {
  await using both = await stopped();
  // A folder stands where the archive of the new configuration would.
  await Deno.mkdir(join(both.two.home, "state/db/config/000002.tar"));
  await assert.rejects(
    both.one.store.apply("db", PORT, { by: "root" }),
    /directory/i,
  );
  assert.deepEqual(both.two.told, ["drop", "add"]);
  assert.deepEqual(both.one.told, []);
  assert.equal(await both.two.yaml(), YAML);
});

Deno.test("ModuleStore.apply() takes no module away that was started while the other node was asked", async () => {
  await using both = await stopped();
  both.link.after = (path) => {
    if (path.includes("number=2")) {
      Object.assign(both.one.view, { role: "ALONE", status: "Ready" });
    }
  };
  await assert.rejects(
    both.one.store.apply("db", PORT, { by: "root" }),
    /cannot be changed so while it is ALONE on node1/,
  );
  assert.deepEqual(both.one.told.includes("drop"), false);
  assert.equal(await both.one.yaml(), YAML);
  // And the other node has gone back.
  assert.equal(await both.two.yaml(), YAML);
  await both.one.store.compare();
  assert.deepEqual(both.one.problems(), []);
});

Deno.test("ModuleStore.remove() takes no module away that was started while the other node was asked", async () => {
  await using both = await stopped();
  both.link.after = () => {
    Object.assign(both.one.view, { role: "ALONE", status: "Ready" });
  };
  await assert.rejects(
    both.one.store.remove("db", { local: false }),
    /cannot be removed while it is ALONE/,
  );
  assert.deepEqual(both.one.told, []);
  assert.equal(await both.one.yaml(), YAML);
});

Deno.test("ModuleStore: a node that died before the change was in its folder never had it, and takes it from the other one", async () => {
  await using both = await running();
  const wanted = YAML.replace("10s", "40s");
  await both.one.store.apply("db", { edits: yamlEdit(wanted) }, { by: "root" });
  // As node1's disk was a moment earlier.
  const kept = join(both.one.home, "state/db/config/000002");
  await Deno.rename(`${kept}.json`, `${kept}.coming`);
  await Deno.writeTextFile(
    join(both.one.home, "etc/modules/db/module.yaml"),
    YAML,
  );
  await both.one.store.recover();
  assert.deepEqual(
    (await both.one.store.history("db")).map(({ number }) => number),
    [1],
  );
  assert.equal((await both.one.store.list())[0]!.edited, false);
  await both.two.store.compare();
  assert.equal(await both.one.yaml(), wanted);
  assert.equal((await both.one.store.history("db"))[0]!.number, 2);
});

Deno.test("ModuleStore: a node that died when the change was in its folder has it", async () => {
  await using both = await running();
  const wanted = YAML.replace("10s", "40s");
  await both.one.store.apply("db", { edits: yamlEdit(wanted) }, { by: "root" });
  const kept = join(both.one.home, "state/db/config/000002");
  await Deno.rename(`${kept}.json`, `${kept}.coming`);
  await both.one.store.recover();
  assert.equal((await both.one.store.history("db"))[0]!.number, 2);
  assert.equal((await both.one.store.list())[0]!.edited, false);
});

Deno.test("ModuleStore.list() is in no change's way", async () => {
  await using both = await running();
  let looking = true;
  const look = async () => {
    while (looking) await both.one.store.list();
  };
  const looks = look();
  try {
    for (let hold = 20; hold < 30; hold++) {
      const wish = { edits: yamlEdit(YAML.replace("10s", `${hold}s`)) };
      await both.one.store.apply("db", wish, { by: "root" });
    }
  } finally {
    looking = false;
    await looks;
  }
  assert.match(await both.one.yaml(), /29s/);
});

Deno.test("ModuleStore.adopt() refuses a change that is older than what came since", async () => {
  await using both = await running();
  const wish = { edits: yamlEdit(YAML.replace("10s", "20s")) };
  await both.one.store.apply("db", wish, { by: "root" });
  await assert.rejects(
    both.two.store.adopt("db", pack(files(YAML)), {
      number: 2,
      at: new Date().toISOString(),
      by: "root",
      note: "late",
    }),
    /has configuration 2 on node2 already/,
  );
});

Deno.test("ModuleStore: a damaged archive of the history is in no later change's way", async () => {
  await using both = await running();
  await Deno.writeTextFile(
    join(both.one.home, "state/db/config/000001.tar"),
    "torn",
  );
  const wish = { edits: yamlEdit(YAML.replace("10s", "20s")) };
  await both.one.store.apply("db", wish, { by: "root" });
  assert.match(await both.two.yaml(), /20s/);
});

Deno.test("ModuleStore.plan() at both nodes at once, and beside a change of the other, is in nobody's way", async () => {
  await using both = await running();
  const wish = (hold: string) => ({
    edits: yamlEdit(YAML.replace("10s", hold)),
  });
  for (let turn = 0; turn < 20; turn++) {
    const [one, two] = await Promise.all([
      both.one.store.plan("db", wish("20s")),
      both.two.store.plan("db", wish("30s")),
    ]);
    assert.deepEqual([one.refusal, two.refusal], [null, null]);
  }
  const looks = both.two.store.plan("db", wish("30s"));
  const done = await both.one.store.apply("db", wish("40s"), { by: "root" });
  assert.deepEqual(done.installed, ["node1", "node2"]);
  await looks;
});
