/** The lab, driven by the compiled executable as a person would: for the end-to-end tests. */
import { join } from "node:path";
import type { ClusterState, ModuleState } from "../../src/api/state.ts";

export const HAKIT = join(import.meta.dirname!, "../../dist/hakit");

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs hakit; every wait is bounded. */
export async function hakit(
  args: readonly string[],
  { limitMs = 240_000, env = {} }: {
    limitMs?: number;
    env?: Record<string, string>;
  } = {},
): Promise<Result> {
  const output = await new Deno.Command(HAKIT, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    signal: AbortSignal.timeout(limitMs),
  }).output();
  const text = new TextDecoder();
  return {
    code: output.code,
    out: text.decode(output.stdout),
    err: text.decode(output.stderr),
  };
}

/** `hakit lab …`; throws with its own words when it fails. */
export async function lab(...args: string[]): Promise<string> {
  const { code, out, err } = await hakit(["lab", ...args]);
  if (code !== 0) {
    throw new Error(`hakit lab ${args.join(" ")} exited ${code}: ${err}${out}`);
  }
  return out;
}

export async function labJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await lab(...args, "--json")) as T;
}

/** What node 1 or 2 says. */
export async function stateOf(node: 1 | 2): Promise<ClusterState> {
  const { code, out, err } = await hakit(["state", "--json"], {
    env: { HAKIT_HOME: `/var/lib/hakit-lab/node${node}` },
  });
  if (code !== 0) throw new Error(`hakit state exited ${code}: ${err}`);
  return JSON.parse(out) as ClusterState;
}

/** The only module on a node, as that node itself says. */
export async function moduleOf(node: 1 | 2): Promise<ModuleState> {
  const state = await stateOf(node);
  return state.nodes.find((entry) => entry.local)!.modules[0]!;
}

/** Measured numbers belong into the test's output. */
export function tell(value: unknown): void {
  // deno-lint-ignore no-console -- this is a test's own output
  console.log(JSON.stringify(value));
}

/** Primary without a level secondary, at work. */
export async function isAlone(node: 1 | 2): Promise<boolean> {
  const { role, status } = await moduleOf(node);
  return role === "ALONE" && status === "Ready";
}

/** Asks until it holds; throws with what was last seen. */
export async function until(
  what: string,
  limitMs: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + limitMs;
  let last: unknown = "it does not hold";
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      const now = await hakit(["lab", "state"]);
      throw new Error(
        `Not within ${
          limitMs / 1000
        } s: ${what} (${last})\n${now.out}${now.err}`,
      );
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** One primary, one secondary, both Ready. */
export async function bothReady(limitMs = 90_000): Promise<1 | 2> {
  let primary: 1 | 2 = 1;
  await until("PRIM and SECOND, both Ready", limitMs, async () => {
    const [a, b] = [await moduleOf(1), await moduleOf(2)];
    primary = a.role === "PRIM" ? 1 : 2;
    return [a.role, b.role].sort().join() === "PRIM,SECOND" &&
      a.status === "Ready" && b.status === "Ready";
  });
  return primary;
}

/** Runs SQL through the virtual address at the client's place. */
export async function sql(statement: string): Promise<string> {
  return await lab(
    ...["exec", "0", "--", "mariadb"],
    ...["--defaults-file=/var/lib/hakit-lab/client.cnf"],
    ...["--batch", "--skip-column-names", "hakit", "--execute", statement],
  );
}

/** Adds a row that is acknowledged. */
export async function addRow(note: string): Promise<void> {
  await sql(`INSERT INTO \`rows\` (note) VALUES ('${note}')`);
}

export async function hasRow(note: string): Promise<boolean> {
  const count = await sql(
    `SELECT COUNT(*) FROM \`rows\` WHERE note = '${note}'`,
  );
  return Number(count) === 1;
}
