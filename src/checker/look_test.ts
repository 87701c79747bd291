/** The edges, on this machine: servers that answer, hang and lie, programs that hang, and a folder that is full. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { parseModule } from "../module/load.ts";
import { sleep } from "../system/clock.ts";
import { checksOf } from "./checks.ts";
import { runLimited } from "./limited.ts";
import { lookOf, type Sight } from "./look.ts";
import { tooBusy, totalOf } from "./pressure.ts";
import { down, judgeScript, type Reading, UP } from "./reading.ts";
import { Watch } from "./watch.ts";

const never = new AbortController().signal;

async function look(
  checkers: string,
  sight: Partial<Sight> = {},
): Promise<Reading> {
  const module = parseModule(`name: app\nmode: mirror\n${checkers}`, "m.yaml");
  const [check] = checksOf(module);
  return await lookOf(check!, {
    folder: "/nonexistent",
    directory: null,
    env: () => ({}),
    near: "127.0.0.1",
    serves: () => null,
    heldThere: () => false,
    ...sight,
  })!(never);
}

Deno.test("tcp: a listener is up, a closed port down, at once", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const yaml = (port: number) =>
    `checkers: {tcp: [{name: a, port: ${port}, timeout: 1s}]}`;
  strictEqual((await look(yaml(port))).state, "up");
  listener.close();
  match((await look(yaml(port))).detail!, /refused/i);
});

Deno.test("http: status, pattern, and a server that never answers", async () => {
  const yaml = (port: number, more: string) =>
    `checkers: {http: [{name: a, url: "http://127.0.0.1:${port}/", timeout: 500ms, ${more}}]}`;
  {
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response("Welcome " + "x".repeat(200_000), { status: 203 }),
    );
    const { port } = server.addr;
    strictEqual(
      (await look(yaml(port, "status: 203, pattern: Wel?ome"))).state,
      "up",
    );
    match((await look(yaml(port, "status: 200"))).detail!, /status 203/);
  }
  // The kernel takes the connection, and nobody ever reads it: as a server that is stopped.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const begun = performance.now();
  const hung = await look(yaml(listener.addr.port, "status: 203"))
    .catch((error) => down(error.message));
  match(hung.detail!, /no answer within 500 ms/);
  ok(performance.now() - begun < 3000);
});

Deno.test("custom: exit codes and words; one that hangs is ended with all it started", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "bin"));
  const write = (text: string) =>
    Deno.writeTextFile(join(folder, "bin/check"), text, { mode: 0o755 });
  const yaml =
    "checkers: {custom: [{name: a, script: check, arguments: [x], timeout: 500ms}]}";
  try {
    await write(
      '#!/bin/sh\n[ "$1" = x ] && [ "$HAKIT_RESOURCE" = custom.a ]\n',
    );
    strictEqual((await look(yaml, { folder })).state, "up");
    await write("#!/bin/sh\necho much; echo it is dead >&2; exit 3\n");
    strictEqual((await look(yaml, { folder })).detail, "it is dead");
    await write("#!/bin/sh\nexit 75\n");
    strictEqual((await look(yaml, { folder })).state, "unknown");
    const mark = `${folder}/alive`;
    await write(
      `#!/bin/sh\ntrap '' TERM\n(trap '' TERM; sleep 4; touch ${mark}) &\nsleep 60\n`,
    );
    const begun = performance.now();
    match((await look(yaml, { folder })).detail!, /longer than 0.5 s/);
    ok(performance.now() - begun < 3500, "the limit, and a second for KILL");
    await sleep(4000);
    strictEqual(await Deno.stat(mark).catch(() => null), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("mount: a folder is up, none is down, a link in the way is not followed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const yaml = `checkers: {mount: [{name: a, path: ${folder}}]}`;
    strictEqual((await look(yaml)).state, "up");
    const victim = join(folder, "victim");
    await Deno.writeTextFile(victim, "mine");
    await Deno.symlink(victim, join(folder, ".hakit-check"));
    strictEqual((await look(yaml)).state, "up");
    strictEqual(await Deno.readTextFile(victim), "mine");
    const none = `checkers: {mount: [{name: a, path: ${folder}/none}]}`;
    strictEqual((await look(none)).state, "down");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("proc: this very process is counted, one that is not there is not", async () => {
  const own = (await Deno.readTextFile("/proc/self/comm")).trim();
  const yaml = (name: string) => `processes: [{name: a, process: "${name}"}]`;
  strictEqual((await look(yaml(own))).state, "up");
  match((await look(yaml("no-such-program"))).detail!, /0 run/);
});

Deno.test("proc: a unit that has ended is down, but not where systemd stops the whole server", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  const yaml = "processes: [{name: a, unit: mariadb.service}]";
  const says = async (unit: string, system: string) => {
    await Deno.writeTextFile(
      join(folder, "systemctl"),
      `#!/bin/sh\ncase $1 in show) echo ${unit} ;; *) echo ${system}; exit 1 ;; esac\n`,
      { mode: 0o755 },
    );
    const { state, detail } = await look(yaml);
    return `${state}: ${detail}`;
  };
  try {
    Deno.env.set("PATH", `${folder}:${before}`);
    strictEqual(await says("active", "stopping"), "up: null");
    strictEqual(await says("failed", "degraded"), "down: the unit is failed");
    strictEqual(
      await says("inactive", "stopping"),
      "unknown: this server shuts down",
    );
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("intf: lo is up", async () => {
  const yaml = (name: string) =>
    `checkers: {intf: [{name: a, interface: ${name}}]}`;
  strictEqual((await look(yaml("lo"))).state, "up");
  match((await look(yaml("no-such0"))).detail!, /there is no/);
});

Deno.test("runLimited() keeps the end of a flood and does not wait for what stays behind", async () => {
  const run = { timeoutMs: 10_000, signal: never };
  const flood = await runLimited({
    ...run,
    argv: ["sh", "-c", "seq 1 200000; echo end"],
  });
  ok(flood.output.endsWith("end\n") && flood.output.length <= 4096);
  const begun = performance.now();
  const left = await runLimited({
    ...run,
    argv: ["sh", "-c", "sleep 2 & exit 7"],
  });
  strictEqual(left.code, 7);
  ok(performance.now() - begun < 1500);
  await sleep(2000);
});

Deno.test("Watch looks on its interval, never twice at once, and reports one that hangs", async () => {
  const seen: Reading[] = [];
  let looks = 0;
  const end = Promise.withResolvers<void>();
  const watch = new Watch({
    look: () => {
      looks += 1;
      return Promise.resolve(
        looks < 3 ? UP : { ...down("stuck"), gone: end.promise },
      );
    },
    intervalMs: 100,
    timeoutMs: 100,
    startDelayMs: 0,
    report: (reading) => seen.push(reading),
  });
  watch.start();
  watch.start();
  await sleep(1000);
  strictEqual(looks, 3, "the fourth look waits for the third's process");
  match(seen.at(-1)!.detail!, /hangs since/);
  end.resolve();
  await sleep(400);
  ok(looks > 3);
  watch.stop();
  const after = seen.length;
  await sleep(300);
  strictEqual(seen.length, after);
});

/** Each state once, as they followed each other. */
const changes = (seen: readonly string[]) =>
  seen.filter((state, i) => state !== seen[i - 1]);

Deno.test("Watch: what takes too long on a server that is too busy itself is unknown for a while, and no longer", async () => {
  const late = judgeScript({ code: 0, timedOut: true, output: "" }, 20_000);
  const asTold = [UP, late, late, late, late, late, UP, late, down("refused")];
  let told = 0, waited = 0;
  const seen: string[] = [];
  const watch = new Watch({
    look: async () => {
      await sleep(20);
      return asTold[told++] ?? UP;
    },
    intervalMs: 0,
    timeoutMs: 1000,
    startDelayMs: 0,
    report: ({ state }) => seen.push(state),
    // All of the time, and more than a look takes in any case.
    stalled: () => [0, waited += 10_000_000, 0],
    excuseMs: 300,
  });
  watch.start();
  await sleep(1800);
  watch.stop();
  deepStrictEqual(changes(seen).slice(0, 6), [
    ...["up", "unknown", "down"],
    ...["up", "unknown", "down"],
  ]);
});

Deno.test("Watch: one that hangs on a server that is too busy is excused for as long", async () => {
  const late = judgeScript({ code: 0, timedOut: true, output: "" }, 20_000);
  const seen: string[] = [];
  const end = Promise.withResolvers<void>();
  const watch = new Watch({
    look: async () => {
      await sleep(50);
      return { ...late, gone: end.promise };
    },
    intervalMs: 0,
    timeoutMs: 100,
    startDelayMs: 0,
    report: ({ state }) => seen.push(state),
    // us; nine tenths of the time.
    stalled: () => [0, performance.now() * 900, 0],
    excuseMs: 300,
  });
  watch.start();
  await sleep(700);
  watch.stop();
  end.resolve();
  deepStrictEqual(changes(seen), ["unknown", "down"]);
});

Deno.test("Watch: what takes too long on a server that has time is down", async () => {
  const seen: Reading[] = [];
  const late = judgeScript({ code: 0, timedOut: true, output: "" }, 20_000);
  const watch = new Watch({
    look: () => Promise.resolve(late),
    intervalMs: 0,
    timeoutMs: 1000,
    startDelayMs: 0,
    report: (reading) => seen.push(reading),
    stalled: () => null,
  });
  watch.start();
  await sleep(150);
  watch.stop();
  strictEqual(seen[0]!.state, "down");
});

Deno.test("tooBusy() goes by the part of the time that was waited for one of the resources", () => {
  const text = "some avg10=45.13 avg60=60.25 avg300=70.75 total=911539995\n" +
    "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
  strictEqual(totalOf(text), 911_539_995);
  strictEqual(tooBusy([0, 5, 0], [0, 800_005, 0], 1000), true);
  strictEqual(tooBusy([0, 5, 0], [700_000, 700_005, 0], 1000), false);
  strictEqual(tooBusy(null, [9e9, 0, 0], 1000), false);
});
