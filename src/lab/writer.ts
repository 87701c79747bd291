/**
 * `hakit lab-writer`: runs at the client's place (a network namespace of its own, hence a process of its own). Writes rows and tells
 * each acknowledgement as a line of JSON. `probe` on its standard input: also watches for the virtual address. `end`: stops
 * writing, tells the rows that are there, ends.
 */
import { sleep } from "../system/clock.ts";
import { lines } from "../system/lines.ts";
import { CLIENT_CONFIG, type LabModule, PORTS } from "./files.ts";
import { dial, openCounter, openMariadb, type RowClient } from "./rows.ts";
import { VIRTUAL_ADDRESS } from "./topology.ts";

/** `at`: milliseconds since 1970, the same clock on both sides of the pipe. */
export type WriterEvent =
  | { readonly at: number; readonly acknowledged: string }
  | { readonly at: number; readonly address: true }
  | { readonly at: number; readonly rows: readonly string[] };

/** A writer that never rests would measure this machine, not the failover. */
const PAUSE_MS = 2;
const RETRY_MS = 20;
const PROBE_MS = 150;
/** Rows are asked for until the service answers, at most so long. */
const ROWS_LIMIT_MS = 60_000;
const LONGEST_WORD = 100;

export async function runWriter(
  module: LabModule,
  run: string,
  tell: (event: WriterEvent) => void,
): Promise<number> {
  const stop = new AbortController();
  const commands = readCommands({
    probe: () => void probe(module, stop.signal, tell),
    end: () => stop.abort(),
  });
  const open = async () => {
    if (module === "counter") {
      return await openCounter(VIRTUAL_ADDRESS, PORTS.counter);
    }
    // The database's client waits a second for a lost first packet: what is measured is the cluster, not that second.
    (await dial(VIRTUAL_ADDRESS, PORTS.mariadb, PROBE_MS)).close();
    return openMariadb(CLIENT_CONFIG, run);
  };
  let client: RowClient | null = null;
  for (let number = 1; !stop.signal.aborted; number++) {
    try {
      client ??= await open();
      const row = await client.insert(`${run}-${number}`);
      tell({ at: Date.now(), acknowledged: row });
      await sleep(PAUSE_MS);
    } catch {
      client?.close();
      client = null;
      await sleep(RETRY_MS);
    }
  }
  client?.close();
  await commands;
  const until = performance.now() + ROWS_LIMIT_MS;
  while (performance.now() < until) {
    let reader: RowClient | null = null;
    try {
      reader = await open();
      tell({ at: Date.now(), rows: await reader.rows() });
      return 0;
    } catch {
      await sleep(RETRY_MS);
    } finally {
      reader?.close();
    }
  }
  return 1;
}

/** Tells the first moment at which the virtual address answers, be it by a refusal. */
async function probe(
  module: LabModule,
  signal: AbortSignal,
  tell: (event: WriterEvent) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      (await dial(VIRTUAL_ADDRESS, PORTS[module], PROBE_MS)).close();
      return tell({ at: Date.now(), address: true });
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) {
        return tell({ at: Date.now(), address: true });
      }
      await sleep(RETRY_MS);
    }
  }
}

async function readCommands(
  actions: { readonly [word: string]: () => void },
): Promise<void> {
  for await (const word of lines(Deno.stdin.readable, LONGEST_WORD)) {
    actions[word]?.();
  }
  // The drill is gone: nobody reads any more.
  actions["end"]?.();
}
