/**
 * `hakit counter-serve DIR PORT`: the service of the built-in module `counter`, for a lab without a database. Small but real: each
 * `next` is a numbered row, appended and fsynced before it is answered; `count` says how many there are, `rows` lists them.
 */
import { join } from "node:path";
import { chunksOf, writeAll } from "../system/files.ts";
import { lines } from "../system/lines.ts";
import { Turns } from "../system/turns.ts";

/** A line of a client; longer ones end the connection. */
const LONGEST_LINE = 64;

/** Rows 1…n as the file holds them; a last line that a crash cut short was never acknowledged and is cut off. Pure. */
export function wholeRows(text: string): { rows: number; bytes: number } {
  const bytes = text.lastIndexOf("\n") + 1;
  const rows = text.slice(0, bytes).split("\n").length - 1;
  return { rows, bytes };
}

export async function serveCounter(
  folder: string,
  port: number,
  { signal, onListen = () => {} }: {
    signal?: AbortSignal;
    onListen?: (port: number) => void;
  } = {},
): Promise<void> {
  const path = join(folder, "rows");
  const file = await Deno.open(path, { read: true, write: true, create: true });
  const known = wholeRows(await Deno.readTextFile(path));
  await file.truncate(known.bytes);
  await file.seek(known.bytes, Deno.SeekMode.Start);
  let rows = known.rows;
  const encoder = new TextEncoder();
  // One at a time: the number, the write and its fsync belong together.
  const turns = new Turns();
  const next = () =>
    turns.take(async () => {
      const row = rows + 1;
      const line = encoder.encode(`${row}\n`);
      if (await file.write(line) !== line.length) {
        throw new Error(`Cannot append to "${path}": short write`);
      }
      await file.sync();
      rows = row;
      return row;
    });
  const listener = Deno.listen({ hostname: "0.0.0.0", port });
  signal?.addEventListener("abort", () => listener.close());
  onListen((listener.addr as Deno.NetAddr).port);
  const serve = async (connection: Deno.Conn) => {
    try {
      for await (const line of lines(chunksOf(connection), LONGEST_LINE)) {
        const answer = line === "next"
          ? `${await next()}\n`
          : line === "rows"
          ? `${rows}\n${await Deno.readTextFile(path)}.\n`
          : line === "count"
          ? `${rows}\n`
          : "expected next, count or rows\n";
        await writeAll(connection, encoder.encode(answer));
      }
    } catch {
      // The client left, or the disk failed: no answer is no acknowledgement.
    } finally {
      try {
        connection.close();
      } catch {
        // It was closed already.
      }
    }
  };
  try {
    for await (const connection of listener) serve(connection);
  } finally {
    await turns.ended();
    file.close();
  }
}
