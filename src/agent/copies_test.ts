import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Command, Report } from "../replication/control.ts";
import { EMPTY } from "../replication/identity.ts";
import { Copies, superfluous } from "./copies.ts";

const COPY = "2026-11-26T02-30-00-000Z";

interface Bed {
  readonly copies: Copies;
  /** The mirrored directories. */
  readonly directories: readonly string[];
  /** What the replicator was asked for. */
  readonly asked: Command[];
  /** What it says. */
  report: Report;
  /** While this file is there, cp fails for the second directory. */
  readonly full: string;
  /** A file of the second directory that mv leaves where it is. */
  readonly stuck: string;
}

/** A stopped module of two directories, each with a file `present`, and a copy of both with `past`; `cp` copies without reflinks. */
async function onTwo(run: (bed: Bed) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: "/dev/shm" });
  const directories = [`${folder}/one`, `${folder}/two`];
  const full = `${folder}/full`, stuck = `${folder}/two/stays`;
  const path = Deno.env.get("PATH")!;
  try {
    for (const directory of directories) {
      const copy = `${directory}/.hakit/copies/${COPY}`;
      await Deno.mkdir(copy, { recursive: true });
      await Deno.writeTextFile(`${directory}/present`, directory);
      await Deno.writeTextFile(`${copy}/past`, directory);
    }
    await Deno.mkdir(`${folder}/bin`);
    await Deno.writeTextFile(
      `${folder}/bin/cp`,
      `#!/bin/sh
case "$*" in *"-t ${folder}/two --"*) [ ! -e ${full} ] || { echo "cp: No space left on device" >&2; exit 1; };; esac
for word; do shift; [ "$word" = --reflink=always ] || set -- "$@" "$word"; done
exec /bin/cp "$@"
`,
      { mode: 0o755 },
    );
    await Deno.writeTextFile(
      `${folder}/bin/mv`,
      `#!/bin/sh
for word; do shift; [ "$word" = ./stays ] || set -- "$@" "$word"; done
/bin/mv "$@"; [ ! -e ./stays ] || { echo "mv: Operation not permitted" >&2; exit 1; }
`,
      { mode: 0o755 },
    );
    Deno.env.set("PATH", `${folder}/bin:${path}`);
    const asked: Command[] = [];
    const identity = { ...EMPTY, current: "0000000000000001", upToDate: true };
    const bed: Bed = {
      directories,
      asked,
      full,
      stuck,
      report: { phase: "idle", identity, strange: null } as Report,
      copies: new Copies({
        cluster: {
          module: () => ({
            module: { directories: directories.map((path) => ({ path })) },
            log: { info() {}, warning() {} },
            view: () => ({ role: "STOP" }),
            report: () => bed.report,
            ask: (command) => Promise.resolve(void asked.push(command)),
          }),
        },
      }),
    };
    await run(bed);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names in a folder, but ours. */
const namesIn = (path: string) =>
  Array.from(Deno.readDirSync(path), ({ name }) => name)
    .filter((name) => name !== ".hakit").sort();

Deno.test("Copies: a copy restored has a past only where a whole copy of this node stood, on its own disk", () =>
  onTwo(async (bed) => {
    const { copies, asked, directories } = bed;
    const { identity } = bed.report;
    const forced = async (change: Partial<Report>) => {
      bed.report = { ...bed.report, strange: null, identity, ...change };
      await copies.restore("app", COPY, "test");
      return asked.at(-1);
    };
    const force = { command: "force", full: true } as const;
    deepStrictEqual(await forced({}), { ...force, whole: true });
    deepStrictEqual(directories.map(namesIn), [["past"], ["past"]]);
    const half = { ...identity, consistent: false };
    deepStrictEqual(await forced({ identity: half }), {
      ...force,
      whole: false,
    });
    // The identity is that of the disk that was mirrored.
    const strange = "is not the folder that was mirrored";
    deepStrictEqual(await forced({ strange }), { ...force, whole: false });
  }));

Deno.test("Copies: while a copy is restored the module cannot be told to run, and a restore that fails says when it has ended", () =>
  onTwo(async ({ copies, asked, full }) => {
    await Deno.mkdir(full);
    const start = { module: "app", command: "start" };
    strictEqual(copies.refusal(start), null);
    const restored = rejects(copies.restore("app", COPY, "test"), /No space/);
    while (asked.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    strictEqual(
      copies.refusal(start),
      "Cannot start app: a copy is being restored into its directories",
    );
    strictEqual(copies.refusal({ ...start, module: "other" }), null);
    await restored;
    deepStrictEqual(asked.map(({ command }) => command), [
      "replace",
      "replace-end",
    ]);
    strictEqual(copies.refusal(start), null);
  }));

Deno.test("Copies: what a restore that fails had set aside is a whole copy, and comes back", () =>
  onTwo(async ({ copies, asked, full, directories }) => {
    await Deno.mkdir(full);
    await rejects(
      copies.restore("app", COPY, "test"),
      /No space left on device; what stood there is kept as copy before-2/,
    );
    deepStrictEqual(asked.at(-1), { command: "replace-end", undone: false });
    await Deno.remove(full);
    const [, before] = await copies.list("app");
    await copies.restore("app", before!.name, "test");
    deepStrictEqual(directories.map(namesIn), [["present"], ["present"]]);
  }));

Deno.test("Copies: what cannot be set aside as a whole is put back, and no copy of it is listed", () =>
  onTwo(async ({ copies, asked, stuck, directories }) => {
    const before = await copies.list("app");
    await Deno.writeTextFile(stuck, "");
    await rejects(
      copies.restore("app", COPY, "test"),
      /not permitted; what stood there stands there as before$/,
    );
    deepStrictEqual(asked.at(-1), { command: "replace-end", undone: true });
    deepStrictEqual(directories.map(namesIn), [["present"], [
      "present",
      "stays",
    ]]);
    deepStrictEqual(await copies.list("app"), before);
    for (const path of directories) {
      deepStrictEqual(namesIn(`${path}/.hakit/copies`), [COPY]);
    }
  }));

Deno.test("Copies: what a restore that was cut off had moved by half is no copy, and is whole again before the next one", () =>
  onTwo(async ({ copies, directories }) => {
    const [one, two] = directories;
    const half = "before-2026-11-27T02-30-00-000Z";
    const aside = (path: string) => `${path}/.hakit/copies/${half}`;
    // One directory is done, of the other one a file has gone.
    await Deno.mkdir(aside(one!));
    await Deno.rename(`${one}/present`, `${aside(one!)}/present`);
    await Deno.mkdir(`${aside(two!)}.half`);
    await Deno.writeTextFile(`${aside(two!)}.half/gone`, "");
    deepStrictEqual(await copies.list("app"), [{ name: COPY }]);

    const kept = await copies.restore("app", COPY, "test");
    deepStrictEqual(directories.map(namesIn), [["past"], ["past"]]);
    deepStrictEqual(await copies.list("app"), [{ name: COPY }, kept]);
    deepStrictEqual(
      directories.map((path) => namesIn(`${path}/.hakit/copies/${kept.name}`)),
      [["present"], ["gone", "present"]],
    );
  }));

Deno.test("Copies: what was moved by half long ago is not mixed with what stands there now", () =>
  onTwo(async ({ copies, directories: [one, two] }) => {
    const half = `${two}/.hakit/copies/before-2026-11-27T02-30-00-000Z.half`;
    await Deno.mkdir(half);
    for (const name of ["present", "gone"]) {
      await Deno.writeTextFile(`${half}/${name}`, "old");
    }
    const kept = await copies.restore("app", COPY, "test");
    deepStrictEqual(namesIn(half), ["gone", "present"]);
    deepStrictEqual(
      [one, two].map((path) => namesIn(`${path}/.hakit/copies/${kept.name}`)),
      [["present"], ["present"]],
    );
  }));

Deno.test("superfluous() never names the copy just taken, also when the clock was set back", () => {
  const names = ["2026-11-01", "2026-11-02", "before-2026-11-03", "2026-11-04"];
  const cases = [
    [3, "2026-11-04", []],
    [2, "2026-11-04", ["2026-11-01"]],
    [1, "2026-11-04", ["2026-11-01", "2026-11-02"]],
    [2, "2026-11-01", ["2026-11-02"]],
    [1, "2026-11-01", ["2026-11-02", "2026-11-04"]],
    [9, "2026-11-01", []],
  ] as const;
  for (const [keep, newest, expected] of cases) {
    deepStrictEqual(superfluous(names, keep, newest), expected);
  }
});
