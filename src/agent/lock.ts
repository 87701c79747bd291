/** One agent a node: two would both take the addresses and quarrel over the replicators. */
import { join } from "node:path";
import type { Paths } from "../system/paths.ts";

/** Throws when another agent runs; the kernel lets the lock go when this process ends, however it ends. */
export async function lockAgent(paths: Paths): Promise<AsyncDisposable> {
  const path = join(paths.run, "agent.lock");
  await Deno.mkdir(paths.run, { recursive: true });
  const file = await Deno.open(path, {
    create: true,
    write: true,
    mode: 0o600,
  });
  // An agent that was killed may need a moment until the kernel has put it away.
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await file.tryLock(true)) {
      return {
        [Symbol.asyncDispose]: () => {
          file.close();
          return Promise.resolve();
        },
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  file.close();
  throw new Error(
    `Cannot begin: another agent holds "${path}", expected none; see "systemctl status hakit"`,
  );
}
