/**
 * deno task mutations [--seeds N] [NAME…]: deliberate bugs in the product, each of which the simulator must find within so many seeds
 * (default 10,000, of all kinds or of the one that is named with it). A bug is one replacement in one file of a copy of the sources; one
 * that does not apply any more is an error, so that the list cannot rot.
 */
import { parseArgs } from "node:util";
import { SourceCopy } from "./source_copy.ts";

export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** Where it shows; the seeds count from 1 within it. */
  readonly kind: string;
  /**
   * One that has found it. What changes the order of events makes it another: then the test is slower until it is written here.
   * Absent: too rare for a test; only this command looks for it.
   */
  readonly seed?: number;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "a write is acknowledged before the peer has it",
    file: "replication/pipeline.ts",
    find: "(this.session === null || pending.sequence > this.acknowledged ||",
    put: "(this.session === null ||",
    kind: "data",
    seed: 9,
  },
  {
    name: "an fsync is acknowledged before the peer's disk has it",
    file: "replication/syncs.ts",
    find: "if (!sync.here || !sync.there) return this.#lag(sync);",
    put: "if (!sync.here) return this.#lag(sync);",
    kind: "data",
    seed: 1,
  },
  {
    name: "a mark is cleared when one disk has the change, and not both",
    file: "replication/settled.ts",
    find: "Math.min(this.#here, this.#there, this.#tide)",
    put: "Math.max(this.#here, this.#there)",
    kind: "data",
    seed: 65,
  },
  {
    name: "a mark goes before the peer has kept a tide after it",
    file: "replication/settled.ts",
    find: "Math.min(this.#here, this.#there, this.#tide)",
    put: "Math.min(this.#here, this.#there)",
    kind: "data",
    seed: 1542,
  },
  {
    name: "a tide that is told again counts for what the disk has by then",
    file: "replication/follower.ts",
    find: "if (frame.id !== this.#tide?.value) {",
    put: "{",
    kind: "data",
    seed: 200,
  },
  {
    name: "the secondary forgets what only its own disk has",
    file: "replication/follower.ts",
    find: "this.marks.settle(Math.min(settled, this.#floor));",
    put: "this.marks.settle(this.#settled);",
    kind: "data",
    seed: 33,
  },
  {
    name: "the secondary does a change before its journal is on disk",
    file: "replication/follower.ts",
    find: "    this.tools.journal.flush();\n",
    put: "",
    kind: "data",
    seed: 6,
  },
  {
    name: "the marks of a lost peer are not taken over when going alone",
    file: "replication/dirty.ts",
    find:
      "if (known && (known.chunks.has(chunk) || known.tail <= chunk)) continue;",
    put: "if (known) continue;",
    kind: "data",
    seed: 5,
  },
  {
    name: "a secondary takes over that is not synced",
    file: "machine/secondary.ts",
    find:
      "  if (!state.config.mirrored) return state.synced;\n  return state.synced &&",
    put: "  return",
    kind: "crashes",
    seed: 8,
  },
  {
    name: "a primary goes alone before the peer has answered the shut-out",
    file: "machine/primary.ts",
    find:
      "if (state.shutOut !== null && peer.outdated === state.shutOut) return true;",
    put: "if (state.shutOut !== null) return true;",
    kind: "single",
    seed: 15,
  },
  {
    name: "a primary's lease is longer than the other node waits",
    file: "machine/lease.ts",
    find: "const LEASE_SHARE = 0.85;",
    put: "const LEASE_SHARE = 2.5;",
    kind: "witness",
    seed: 29,
  },
  {
    name: "the lease is not told to the replicator",
    file: "machine/lease.ts",
    find:
      '  state.toldUntil = until;\n  command(turn, { command: "lease", until });',
    put: "  state.toldUntil = until;",
    kind: "witness",
    seed: 59,
  },
  {
    name: "the witness sets an epoch whatever the present one is",
    file: "witness/register.ts",
    find: "if ((entry?.epoch ?? 0) !== ask.expect) return same(false);",
    put: "",
    kind: "witness",
    seed: 122,
  },
  {
    name: "a node that heeds no witness goes on beside one that does",
    file: "machine/permission.ts",
    find: "if (state.otherWitness !== null && !force) {",
    put: "if (false as boolean) {",
    kind: "unlike",
    seed: 3,
  },
  {
    name: "what a node leaves a disk that hangs for waits for a record on it",
    file: "machine/step.ts",
    find: "const sick = hangs(after) !== null || (",
    put: "const sick = (",
    kind: "hangs",
    seed: 19,
  },
  {
    name: "the other node is told before it is on record",
    file: "machine/step.ts",
    find: "if (!same(before.record, after.record)) {",
    put: "if (false as boolean) {",
    kind: "crashes",
    seed: 2,
  },
  {
    name: "a swap that is taken back goes on as if the peer were there",
    file: "machine/primary.ts",
    find: ' || plan === "swap-back";',
    put: ";",
    kind: "crashes",
    seed: 659,
  },
  {
    name: "a loser stops in order while the other node serves",
    file: "machine/plans.ts",
    find: "= [RELEASE, FREEZE, CUT];",
    put: "= [RELEASE, IDLE];",
    kind: "witness",
    seed: 108,
  },
  {
    name: "the guard comes a second late",
    file: "guard/ward.ts",
    find: "at > one.until + one.ward.slackMs",
    put: "at > one.until + one.ward.slackMs + 1000",
    kind: "witness",
    seed: 38,
  },
  {
    name: "a secondary that is giving up its primary says that it has heard it",
    file: "heartbeat/station.ts",
    find: "const promises = this.losses(now) === this.#settled;",
    put: "const promises = true;",
    kind: "witness",
  },
  {
    name: "a link that the secondary made as a copy is not told",
    file: "replication/resync/target_attributes.ts",
    find: "if (isUnlike(volume, id, nlink)) unlike.push([volume, id]);",
    put: "",
    kind: "history",
    seed: 36,
  },
];

function say(text: string): void {
  // deno-lint-ignore no-console -- this is the command's own output
  console.log(text);
}

interface Seeds {
  readonly from: number;
  readonly seeds: number;
}

/** The first violation's line; null: none was found. */
async function hunt(
  copy: SourceCopy,
  { kind }: Mutation,
  { from, seeds }: Seeds,
): Promise<string | null> {
  const range = ["--from", String(from), "--seeds", String(seeds)];
  const { code, stdout, stderr } = await copy
    .simulate([...range, "--kind", kind], "piped").output();
  const text = new TextDecoder().decode(stdout);
  if (code > 1) throw new Error(new TextDecoder().decode(stderr) || text);
  return /^VIOLATION (.*)$/m.exec(text)?.[1] ?? null;
}

/** Puts one after the other into a copy of the sources; `heard` is told what was found, or null. */
export async function huntAll(
  wanted: readonly Mutation[],
  seeds: Seeds,
  heard: (mutation: Mutation, found: string | null) => void,
): Promise<void> {
  await using copy = await SourceCopy.make();
  for (const mutation of wanted) {
    const takeBack = await copy.replace({
      ...mutation,
      file: `src/${mutation.file}`,
    });
    heard(mutation, await hunt(copy, mutation, seeds));
    await takeBack();
  }
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seeds: { type: "string", default: "10000" } },
  });
  const wanted = MUTATIONS.filter(({ name }) =>
    positionals.length === 0 || positionals.some((part) => name.includes(part))
  );
  let missed = 0, began = performance.now();
  const seeds = Number(values.seeds);
  await huntAll(wanted, { from: 1, seeds }, ({ name }, found) => {
    const took = ((performance.now() - began) / 1000).toFixed(0);
    began = performance.now();
    if (found === null) missed++;
    say(`${found === null ? "MISSED" : "found "}  ${name} (${took} s)`);
    if (found !== null) say(`        ${found}`);
  });
  say(`${wanted.length - missed} of ${wanted.length} deliberate bugs found`);
  return missed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
