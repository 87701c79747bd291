import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { createLog } from "../system/log.ts";
import { type Paths, paths as pathsOf } from "../system/paths.ts";
import { filesOf } from "./exchange.ts";
import { beginTrial, endTrial, judge, resumeTrial } from "./trial.ts";
import { runGuard } from "./upgrade_guard.ts";

interface Server {
  readonly home: string;
  readonly paths: Paths;
  readonly files: ReturnType<typeof filesOf>;
  /** The contents of the executable and of the one that is kept. */
  both(): Promise<(string | null)[]>;
  /** Puts what lies there under that name in its place. */
  exchange(back?: boolean): Promise<void>;
  /** An agent begins as what lies there; the guards that it started, or null: it was to end. */
  begin(): Promise<string[][] | null>;
  noted(): Promise<string | null>;
}

/** "new" lies ready, "old" runs, "older" is kept. An executable's digest is its content. */
async function onServer(work: (server: Server) => Promise<void>) {
  const home = await Deno.makeTempDir();
  const paths = pathsOf(home);
  const files = filesOf(join(home, "bin", "hakit"));
  const read = (file: string) => Deno.readTextFile(file).catch(() => null);
  try {
    for (const folder of [paths.state, paths.log, join(home, "bin")]) {
      await Deno.mkdir(folder);
    }
    await Deno.writeTextFile(files.target, "old");
    await Deno.writeTextFile(files.previous, "older");
    await Deno.writeTextFile(files.staged, "new");
    await work({
      home,
      paths,
      files,
      both: () => Promise.all([read(files.target), read(files.previous)]),
      exchange: (back = false) =>
        beginTrial(paths, {
          files,
          source: back ? files.previous : files.staged,
          digest: back ? "older" : "new",
          back,
        }),
      async begin() {
        const guards: string[][] = [];
        const ends = await resumeTrial({
          paths,
          home,
          executable: files.target,
          log: createLog(join(paths.log, "agent.log")),
          digest: () => Deno.readTextFile(files.target),
          spawn: (argv) => guards.push([...argv]),
        });
        return ends ? null : guards;
      },
      noted: () => read(join(paths.state, "upgrade.json")),
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("judge() has the new one guarded until it has answered, and puts the old one back where no guard comes to its end", () => {
  const trial = { digest: "new", back: false, guards: 1 };
  const of = (running: string, guards: number, guarded = false) =>
    judge({ ...trial, guards }, { running, guarded });
  strictEqual(of("new", 1), "guard");
  strictEqual(of("new", 2), "guard");
  strictEqual(of("new", 3), "put-back");
  // A new agent that ends at once and is started again by systemd: its guard is at work.
  strictEqual(of("new", 1, true), "nothing");
  strictEqual(of("new", 3, true), "nothing");
  strictEqual(of("old", 3), "over");
  strictEqual(of("old", 1, true), "over");
});

Deno.test("a power cut before the new agent has answered: one that begins after the boot is guarded by the kept one again", async () => {
  await onServer(async ({ begin, exchange, files, home, both, noted }) => {
    deepStrictEqual(await begin(), []);
    await exchange();
    deepStrictEqual(await both(), ["new", "old"]);
    const guards = await begin();
    deepStrictEqual(guards?.map(([program, name]) => [program, name]), [
      [files.previous, "upgrade-guard"],
    ]);
    // The agent that ended has: a process of its number is another one by now.
    deepStrictEqual(JSON.parse(guards![0]![2]!), {
      ...files,
      home,
      pid: 0,
      digest: "new",
    });
    // It does not begin: the guard has the old one again, and that one has nothing to do.
    strictEqual(await runGuard(guards![0]![2]!, { beginMs: 1 }), 0);
    deepStrictEqual(await both(), ["old", null]);
    strictEqual(await noted(), null);
    deepStrictEqual(await begin(), []);
  });
});

Deno.test("a new version under which the server stops again and again is put back by itself", async () => {
  await onServer(async ({ begin, exchange, both, noted }) => {
    await exchange();
    strictEqual((await begin())?.length, 1);
    strictEqual((await begin())?.length, 1);
    strictEqual(await begin(), null);
    deepStrictEqual(await both(), ["old", null]);
    strictEqual(await noted(), null);
    deepStrictEqual(await begin(), []);
  });
});

Deno.test("where nothing was kept the new version begins all the same", async () => {
  await onServer(async ({ begin, exchange, files, both, noted }) => {
    await exchange();
    await Deno.remove(files.previous);
    for (const _ of [1, 2, 3]) await begin();
    deepStrictEqual(await both(), ["new", null]);
    strictEqual(await noted(), null);
  });
});

Deno.test("a power cut in the middle of the way back: the kept one is kept still", async () => {
  await onServer(async ({ begin, exchange, files, both, home, noted }) => {
    await exchange(true);
    deepStrictEqual(await both(), ["older", "old"]);
    // As after its first rename: what runs has both names, what was to come has one that only the exchange knows.
    const next = join(home, "bin", ".hakit.next");
    await Deno.rename(files.target, next);
    await Deno.link(files.previous, files.target);
    deepStrictEqual(await both(), ["old", "old"]);
    deepStrictEqual(await begin(), []);
    deepStrictEqual(await both(), ["old", "older"]);
    strictEqual(await noted(), null);
    await exchange(true);
    deepStrictEqual(await both(), ["older", "old"]);
  });
});

Deno.test("an exchange that fails leaves nothing to be guarded", async () => {
  await onServer(async ({ exchange, files, both, noted }) => {
    await Deno.remove(files.staged);
    await rejects(exchange());
    deepStrictEqual(await both(), ["old", "older"]);
    strictEqual(await noted(), null);
  });
});

Deno.test("a guard that ends late leaves what is known of the next upgrade", async () => {
  await onServer(async ({ exchange, noted, paths }) => {
    await exchange();
    await endTrial(paths, "old");
    strictEqual(JSON.parse((await noted())!).digest, "new");
    await endTrial(paths, "new");
    strictEqual(await noted(), null);
  });
});
