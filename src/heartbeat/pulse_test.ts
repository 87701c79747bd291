import { deepStrictEqual } from "node:assert/strict";
import { join } from "node:path";
import { Pulse } from "./pulse.ts";

async function lines(
  connection: Deno.Conn,
  count: number,
): Promise<readonly string[]> {
  let text = "";
  const buffer = new Uint8Array(4096);
  while (text.split("\n").length <= count) {
    const size = await connection.read(buffer);
    if (size === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, size));
  }
  return text.split("\n").slice(0, -1);
}

Deno.test("Pulse tells each heartbeat, and a guard that came later the next one", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "guard.sock");
  const pulse = new Pulse(path);
  try {
    // Nobody is there yet.
    pulse.beat(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const [first, second] of [[2, 3], [4, 5]] as const) {
      const listener = Deno.listen({ transport: "unix", path });
      pulse.beat(first);
      const connection = await listener.accept();
      deepStrictEqual(await lines(connection, 1), [
        JSON.stringify({ do: "beat", at: first }),
      ]);
      pulse.followed(second, ["shop"]);
      const [line] = await lines(connection, 1);
      deepStrictEqual(JSON.parse(line!), {
        do: "followed",
        at: second,
        modules: ["shop"],
      });
      connection.close();
      listener.close();
      await Deno.remove(path).catch(() => {});
      // It is noticed that this one is gone before the next one is told.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    pulse.close();
    await Deno.remove(folder, { recursive: true });
  }
});
