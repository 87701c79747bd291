/**
 * The clients, in a network namespace of their own and so a process of their own: writers and a reader at the virtual address, and one
 * that asks each node at its own address who serves. Each answer is a line of JSON. Ends with its standard input.
 */
import { dial } from "../../../src/lab/rows.ts";
import { now, sleep } from "../../../src/system/clock.ts";
import { chunksOf } from "../../../src/system/files.ts";
import { lines } from "../../../src/system/lines.ts";
import type { Seen } from "./history.ts";

const PORT = 3300;
const ANSWER_MS = 1000;
const DIAL_MS = 300;
const LONGEST_LINE = 64;
const [virtual, one, two, writers] = Deno.args as [
  string,
  string,
  string,
  string,
];

const stop = new AbortController();

function tell(seen: Seen): void {
  Deno.stdout.writeSync(
    new TextEncoder().encode(JSON.stringify(seen) + "\n"),
  );
}

/** Asks again and again on one connection; a connection that fails or is silent is given up, its request counts as not answered. */
async function ask(
  address: string,
  word: "next" | "count",
  { everyMs, node }: { everyMs: number; node?: 1 | 2 },
): Promise<void> {
  while (!stop.signal.aborted) {
    let connection: Deno.TcpConn | null = null;
    try {
      connection = await dial(address, PORT, DIAL_MS);
      const answers = lines(chunksOf(connection), LONGEST_LINE);
      while (!stop.signal.aborted) {
        const at = now();
        await connection.write(new TextEncoder().encode(`${word}\n`));
        const { value } = await inTime(answers.next());
        const number = Number(value);
        if (!Number.isInteger(number)) throw new Error("no number");
        const kind = word === "next" ? "ack" : "count";
        tell({
          kind,
          value: number,
          at,
          end: now(),
          ...(node ? { node } : {}),
        });
        await sleep(everyMs, stop.signal);
      }
    } catch {
      await sleep(30, stop.signal);
    } finally {
      try {
        connection?.close();
      } catch {
        // The other side was first.
      }
    }
  }
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("late")), ANSWER_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const work = [
  ...Array.from(
    { length: Number(writers) },
    () => ask(virtual, "next", { everyMs: 20 }),
  ),
  ask(virtual, "count", { everyMs: 50 }),
  ask(one, "count", { everyMs: 50, node: 1 }),
  ask(two, "count", { everyMs: 50, node: 2 }),
];
await Deno.stdin.readable.pipeTo(new WritableStream());
stop.abort();
await Promise.race([Promise.all(work), sleep(2 * ANSWER_MS)]);
Deno.exit(0);
