/** `hakit salvage`: what a node alone wrote before it yielded; kept until somebody has looked. On this node, as root. */
import { join } from "node:path";
import { asidesOf, packed, whyHidden } from "../replication/aside_note.ts";
import { lockSalvage } from "../replication/salvage_lock.ts";
import { command as execute } from "../system/command.ts";
import { paths } from "../system/paths.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";
import { suggest } from "./suggest.ts";
import { bytes } from "../system/units.ts";

interface Kept {
  /** MODULE/DATE, what the other actions take. */
  readonly name: string;
  readonly folder: string;
  /** Files, and how much of them was kept. */
  readonly files: number;
  readonly bytes: number;
  /** Where a whole copy stands that was set aside; empty: what is kept stands in `folder`. */
  readonly asides: readonly string[];
}

const ACTIONS: {
  readonly [action: string]: (call: Call, kept: readonly Kept[]) => Promise<
    number
  >;
} = { list, show, export: exportTo, drop };

export const salvageCommand: Command = {
  name: "salvage",
  summary: "What a node alone wrote before it yielded after a split brain",
  group: "Operate",
  args: [
    {
      name: "ACTION",
      summary: Object.keys(ACTIONS).join(", "),
      words: Object.keys(ACTIONS),
    },
    { name: "NAME", summary: "as list shows it", optional: true },
    { name: "FILE", summary: "export: a new .tar file", optional: true },
  ],
  flags: {
    yes: { type: "boolean", summary: "drop: do not ask" },
    json: JSON_FLAG,
  },
  details: `\
hakit salvage list
hakit salvage show k3s/2026-11-23T02-30-00-000Z     which files, and where in them
hakit salvage export k3s/2026-11-23T02-30-00-000Z kept.tar
hakit salvage drop k3s/2026-11-23T02-30-00-000Z
Each node keeps what it alone wrote: look on the one that yielded. The console's page of copies shows it of both.`,
  async run(call) {
    const action = call.args[0]!;
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : null;
    if (act) return await act(call, await keptHere());
    const names = Object.keys(ACTIONS);
    const near = suggest(action, names);
    throw new UsageError(
      `hakit salvage: unknown action "${action}", ` +
        (near ? `did you mean "${near}"?` : `expected ${names.join(", ")}`),
    );
  },
};

function below(): string {
  return join(paths().state, "salvage");
}

/** Oldest first. */
async function keptHere(): Promise<readonly Kept[]> {
  const found: Kept[] = [];
  for (const name of await salvageNames(below())) {
    const folder = join(below(), name);
    const asides = await asidesOf(folder);
    found.push({ name, folder, ...await sizes(folder), asides });
  }
  return found;
}

/** MODULE/DATE of each, oldest first. */
export async function salvageNames(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const module of await names(root)) {
    for (const date of await names(join(root, module))) {
      found.push(`${module}/${date}`);
    }
  }
  return found;
}

async function names(folder: string): Promise<string[]> {
  const list: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isDirectory) list.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return list.sort();
}

/** Sparse copies: what counts is what is on disk. */
async function sizes(
  folder: string,
): Promise<{ readonly files: number; readonly bytes: number }> {
  let files = 0;
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) {
      const inner = await sizes(path);
      files += inner.files;
      bytes += inner.bytes;
    } else if (entry.name !== "LIST.txt") {
      files++;
      bytes += ((await Deno.stat(path)).blocks ?? 0) * 512;
    }
  }
  return { files, bytes };
}

function list(call: Call, kept: readonly Kept[]): Promise<number> {
  if (call.on("json")) call.out.json(kept);
  else if (kept.length === 0) {
    call.out.line(
      "Nothing is kept on this node. Each node keeps its own: look on the other one, too.",
    );
  } else {
    call.out.table([
      ["NAME", "FILES", "KEPT"],
      ...kept.map(({ name, files, bytes: size, asides }) =>
        asides.length > 0
          ? [name, "-", `a whole copy, in ${asides.join(", ")}`]
          : [name, String(files), bytes(size)]
      ),
    ]);
  }
  return Promise.resolve(EXIT.done);
}

/** A name is compared with what is there, never made into a path. */
function find(call: Call, kept: readonly Kept[]): Kept {
  const wanted = call.args[1];
  const one = kept.find(({ name }) => name === wanted);
  if (one) return one;
  throw new UsageError(
    `hakit salvage ${call.args[0]}: ${
      wanted === undefined ? "no name" : `nothing is called "${wanted}"`
    }, expected ${
      kept.length === 0
        ? "one that list shows, and it shows none"
        : `one of ${kept.map(({ name }) => name).join(", ")}`
    }`,
  );
}

/** Throws where the agent, the replicator or another command uses it. */
async function lock(
  { name, folder }: Kept,
  what: "export" | "drop",
): Promise<Disposable> {
  const found = await lockSalvage(folder, { alone: what === "drop" });
  if (typeof found !== "string") return found;
  throw new Error(`Cannot ${what} "${name}": ${found}`);
}

async function show(call: Call, kept: readonly Kept[]): Promise<number> {
  const one = find(call, kept);
  const text = await Deno.readTextFile(join(one.folder, "LIST.txt"));
  if (call.on("json")) call.out.json({ ...one, list: text });
  else call.out.line(text.trimEnd());
  return EXIT.done;
}

async function exportTo(call: Call, kept: readonly Kept[]): Promise<number> {
  const one = find(call, kept);
  const file = call.args[2];
  if (file === undefined) {
    throw new UsageError("hakit salvage export: no FILE, expected kept.tar");
  }
  if (await Deno.lstat(file).then(() => true, () => false)) {
    throw new UsageError(
      `hakit salvage export: "${file}" exists, expected a new file`,
    );
  }
  using _lock = await lock(one, "export");
  const hidden = await whyHidden(one.asides);
  if (hidden !== null) {
    throw new Error(`Cannot export "${one.name}": ${hidden}`);
  }
  await execute(
    ["tar", "--sparse", "-cf", file, ...packed(one.folder, one.asides)],
    { timeoutMs: 24 * 3_600_000 },
  );
  await Deno.chmod(file, 0o600);
  if (call.on("json")) call.out.json({ ...one, file });
  else call.out.line(`${one.name} is in ${file}; it also stays here.`);
  return EXIT.done;
}

async function drop(call: Call, kept: readonly Kept[]): Promise<number> {
  const one = find(call, kept);
  const elsewhere = one.asides.join(", ");
  if (!call.on("yes")) {
    if (!Deno.stdin.isTerminal()) {
      throw new UsageError(
        "hakit salvage drop: this is the only copy of it, add --yes to say that it is meant",
      );
    }
    if (
      !confirm(
        one.asides.length > 0
          ? `Drop the note of ${one.name}? The whole copy stays in ${elsewhere}.`
          : `Destroy the only copy of ${one.name} (${one.files} files)?`,
      )
    ) {
      call.out.line("Nothing was changed.");
      return EXIT.failed;
    }
  }
  using _lock = await lock(one, "drop");
  await Deno.remove(one.folder, { recursive: true });
  if (call.on("json")) call.out.json({ dropped: one.name });
  else if (one.asides.length === 0) call.out.line(`${one.name} is gone.`);
  else {
    call.out.line(
      `The note of ${one.name} is gone; the whole copy stays in ${elsewhere}: take it away yourself when nobody needs it.`,
    );
  }
  return EXIT.done;
}
