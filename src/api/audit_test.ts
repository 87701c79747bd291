import assert from "node:assert/strict";
import { apiWorld } from "../../tests/api/world.ts";
import { dirname, join } from "node:path";
import { command } from "../system/command.ts";
import { flushLogs } from "../system/beside.ts";
import { Audit, auditEntrySchema } from "./audit.ts";

const entry = {
  who: "user anna",
  from: "192.0.2.1",
  what: "POST /api/modules/db/stop",
  detail: "",
  result: "done",
  status: 200,
} as const;

async function folder() {
  const dir = await Deno.makeTempDir({ prefix: "hakit-audit-" });
  return {
    path: join(dir, "log/audit.log"),
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test("Audit appends one line an entry, whatever was typed, in a file for root", async () => {
  await using dir = await folder();
  const audit = new Audit(dir.path);
  audit.write(entry);
  audit.write({
    ...entry,
    who: 'user "x"\n{"at":"2026-01-01T00:00:00Z","who":"root"}\u001b[2J',
    detail: "y".repeat(100_000),
  });
  await flushLogs();
  const text = await Deno.readTextFile(dir.path);
  assert.equal(text.split("\n").length, 3);
  // deno-lint-ignore no-control-regex
  assert.equal(/[\x00-\x09\x0b-\x1f]/.test(text), false);
  assert.equal((await Deno.stat(dir.path)).mode! & 0o777, 0o600);
  const [first, second] = await audit.read(10);
  assert.equal(first!.who, "user anna");
  assert.equal(second!.detail.length, 300);
  assert.equal((await audit.read(1))[0]!.detail.length, 300);
});

Deno.test("Audit.read() leaves out torn lines", async () => {
  await using dir = await folder();
  const audit = new Audit(dir.path);
  audit.write(entry);
  await flushLogs();
  await Deno.writeTextFile(dir.path, '{"at":"2026\n', { append: true });
  audit.write(entry);
  assert.equal((await audit.read(10)).length, 2);
});

Deno.test("Audit keeps files of bounded number and size, and reads over their border", async () => {
  await using dir = await folder();
  const audit = new Audit(dir.path, { maxBytes: 2000 });
  for (let count = 0; count < 400; count++) {
    audit.write({ ...entry, detail: String(count) });
  }
  await flushLogs();
  let files = 0;
  for await (const { name } of Deno.readDir(join(dir.path, ".."))) {
    assert.ok((await Deno.stat(join(dir.path, "..", name))).size < 2200);
    files++;
  }
  assert.equal(files, 10);
  const found = (await audit.read(12)).map(({ detail }) => Number(detail));
  assert.deepEqual(found, [...Array(12).keys()].map((at) => 388 + at));
});

Deno.test("Audit tells what it could not write and goes on", async () => {
  await using dir = await folder();
  await Deno.mkdir(dir.path, { recursive: true });
  const faults: string[] = [];
  new Audit(dir.path, { onFault: (line) => faults.push(line) }).write(entry);
  await flushLogs();
  assert.match(faults[0]!, /audit entry lost .*user anna/);
});

Deno.test("Audit holds nobody up while its disk stands still, and says what it lost then", async () => {
  await using dir = await folder();
  await Deno.mkdir(dirname(dir.path));
  // Whoever opens it waits until it is read.
  await command(["mkfifo", dir.path]);
  const audit = new Audit(dir.path);
  audit.write({ ...entry, detail: "first" });
  let turns = 0;
  const loop = setInterval(() => turns++, 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  clearInterval(loop);
  assert.ok(turns > 10, `${turns}`);
  for (let count = 0; count < 2_500; count++) {
    audit.write({ ...entry, detail: String(count) });
  }
  // Opened so, a pipe has an end of either kind for as long as this goes on.
  using pipe = await Deno.open(dir.path, { read: true, write: true });
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(65_536);
  let text = "";
  while (!text.includes("missing")) {
    const length = await pipe.read(bytes) ?? 0;
    text += decoder.decode(bytes.subarray(0, length), { stream: true });
  }
  await flushLogs();
  const details = text.trimEnd().split("\n")
    .map((line) => auditEntrySchema.parse(JSON.parse(line)).detail);
  assert.deepEqual(details, [
    "first",
    ...Array.from({ length: 2_000 }, (_, at) => String(at)),
    "500 entries are missing here: the disk stood still",
  ]);
});

Deno.test("auditing() leaves out what the nodes level every few seconds, and tells what was refused of it", async () => {
  await using world = await apiWorld();
  const send = (path: string, body: unknown) =>
    world.ask("peer", path, { method: "POST", body: JSON.stringify(body) });
  await send("/api/accounts", { users: [], keys: [] });
  await send("/api/oidc/exchange", { changes: [], replaced: [] });
  assert.deepEqual(await world.audit.read(10), []);
  await send("/api/accounts", { users: "all" });
  const [refused, ...more] = await world.audit.read(10);
  assert.equal(refused?.result, "refused");
  assert.deepEqual(more, []);
});

Deno.test("auditing() tells who took archives, snapshots and configurations", async () => {
  await using world = await apiWorld();
  const paths = [
    "/api/snapshot",
    "/api/snapshot?anonymous=1",
    "/api/modules/k3s/archive",
    "/api/modules/k3s/config",
  ];
  for (const path of paths) {
    await (await world.ask("session administrator", path)).body?.cancel();
  }
  await (await world.ask("session operator", paths[0]!)).body?.cancel();
  const told = (await world.audit.read(10))
    .filter(({ what }) => what.startsWith("GET "))
    .map(({ who, what, result }) => `${who}: ${what} ${result}`);
  assert.deepEqual(told, [
    "user administrator: GET /api/snapshot done",
    "user administrator: GET /api/snapshot done",
    "user administrator: GET /api/modules/k3s/archive done",
    "user administrator: GET /api/modules/k3s/config done",
    "user operator: GET /api/snapshot refused",
  ]);
});

Deno.test("auditing() tells of a page of cluster.yaml that looks again and again, and of plans for a change, no more than a person would read", async () => {
  await using world = await apiWorld();
  const path = "/api/cluster/config";
  for (let looks = 0; looks < 3; looks++) {
    for (const caller of ["session administrator", "peer"] as const) {
      assert.equal((await world.ask(caller, path)).status, 200);
    }
    await world.ask("session operator", path);
    const asked = await world.ask("peer", `${path}/adopt`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ content: "cluster: office" }),
    });
    assert.equal(asked.status, 200);
  }
  const told = (await world.audit.read(20))
    .filter(({ what }) => what.includes(path))
    .map(({ who, what, result }) => `${who}: ${what} ${result}`);
  const refused = `user operator: GET ${path} refused`;
  assert.deepEqual(told, [
    `user administrator: GET ${path} done`,
    `node node2: GET ${path} done`,
    ...[refused, refused, refused],
  ]);
});
