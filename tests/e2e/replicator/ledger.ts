/** Writers that keep a ledger, outside of what is mirrored, of what an fsync has acknowledged to them: all of it must be there later. */
import { ok } from "node:assert/strict";

const SLOTS = 64, SIZE = 4096;

/** What a writer was told before its file went away under it. */
export interface Ledger {
  readonly path: string;
  /** fsyncs that came back. */
  readonly count: number;
  /** The last number that each slot was acknowledged with; 0: none. */
  readonly slots: readonly number[];
}

/** Writes pages here and there in a file, numbered, an fsync after every few, until an error. Call the result for its ledger. */
export function scatteredWriter(path: string): () => Promise<Ledger> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `const f = Deno.openSync(${
        JSON.stringify(path)
      }, { create: true, write: true });
       const out = new TextEncoder(), page = new Uint32Array(${SIZE / 4});
       let told = [];
       for (let n = 1;; n++) {
         const slot = n * 2654435761 % ${SLOTS};
         page.fill(n);
         f.seekSync(slot * ${SIZE}, 0);
         if (f.writeSync(new Uint8Array(page.buffer)) !== ${SIZE}) break;
         told.push(slot + " " + n);
         if (n % 3) continue;
         f.syncSync();
         Deno.stdout.writeSync(out.encode(told.join("\\n") + "\\n.\\n"));
         told = [];
       }`,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.output();
  return async () => {
    const slots = Array<number>(SLOTS).fill(0);
    let count = 0;
    const text = new TextDecoder().decode((await output).stdout);
    // A batch counts when its end was written.
    for (const batch of text.split("\n.\n").slice(0, -1)) {
      count++;
      for (const line of batch.split("\n")) {
        const [slot, n] = line.split(" ").map(Number);
        slots[slot!] = n!;
      }
    }
    return { path, count, slots };
  };
}

/** `path`: where the file is now. Each slot has what was acknowledged or something newer, and one thing only. */
export async function holdsLedger(path: string, { slots }: Ledger) {
  const bytes = await Deno.readFile(path);
  const words = new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
  slots.forEach((acknowledged, slot) => {
    if (acknowledged === 0) return;
    const page = words.subarray(slot * SIZE / 4, (slot + 1) * SIZE / 4);
    const found = page[0];
    ok(
      found !== undefined && found >= acknowledged,
      `slot ${slot} of "${path}" has ${found}, ${acknowledged} was acknowledged`,
    );
    ok(page.every((n) => n === found), `slot ${slot} of "${path}" is torn`);
  });
}
