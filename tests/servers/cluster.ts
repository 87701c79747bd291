/** What the tests ask the cluster for, on the servers. */
import type { ClusterState, ModuleState } from "../../src/api/state.ts";
import { on, otherThan, type Server, SERVERS, until } from "./lab.ts";

const MODULE = "k3s";

/**
 * As `hakit state --json`, which is tried by itself: asked every other second it would keep an emulated processor busy with starting a
 * program of 120 MB, and the servers would take each other for dead.
 */
const ASK = `
import socket, sys
agent = socket.socket(socket.AF_UNIX)
agent.connect("/run/hakit/agent.sock")
agent.sendall(b"GET /api/state HTTP/1.0\\r\\nHost: agent\\r\\n\\r\\n")
answer = b""
for part in iter(lambda: agent.recv(65536), b""):
    answer += part
sys.stdout.write(answer.split(b"\\r\\n\\r\\n", 1)[1].decode())
`;

export async function state(server: Server): Promise<ClusterState> {
  const ask = `python3 -S -E -c '${ASK}'`;
  const { stdout } = await on(server, ask, { seconds: 30 });
  return JSON.parse(stdout) as ClusterState;
}

/** This server's own module, as its own agent tells it. */
export async function module(server: Server): Promise<ModuleState> {
  return localModule(await state(server));
}

export function localModule(state: ClusterState): ModuleState {
  const node = state.nodes.find(({ local }) => local);
  const found = node?.modules.find(({ name }) => name === MODULE);
  if (!found) throw new Error(`no module ${MODULE}: "${state.sentence}"`);
  return found;
}

/** "PRIM Ready", or why that cannot be told. */
export async function roleText(server: Server): Promise<string> {
  try {
    const { role, status, reason } = await module(server);
    return `${role} ${status}${reason ? ` (${reason})` : ""}`;
  } catch (error) {
    return String(error instanceof Error ? error.message : error).slice(0, 200);
  }
}

/** Waits until the server's module has this role and is Ready. */
export async function reaches(
  server: Server,
  role: ModuleState["role"],
  seconds: number,
): Promise<ModuleState> {
  try {
    return await until(
      `server ${server} is ${role}, Ready`,
      seconds,
      async () => {
        const found = await module(server);
        return found.role === role && found.status === "Ready" ? found : null;
      },
      2000,
    );
  } catch (error) {
    const both = await Promise.all(SERVERS.map(roleText));
    throw new Error(
      `${error instanceof Error ? error.message : error}; server 1 ${
        both[0]
      }, server 2 ${both[1]}`,
    );
  }
}

/** Waits for PRIM and SECOND, both Ready and up to date; whichever is which. Returns the primary. */
export async function pair(seconds: number): Promise<Server> {
  try {
    return await until(
      "one PRIM and one SECOND, both Ready",
      seconds,
      async () => {
        const [one, two] = await Promise.all([module(1), module(2)]);
        if (
          ![one, two].every((each) => each.status === "Ready" && each.upToDate)
        ) {
          return null;
        }
        if (one.role === "PRIM" && two.role === "SECOND") return 1;
        return one.role === "SECOND" && two.role === "PRIM" ? 2 : null;
      },
      2000,
    );
  } catch (error) {
    const both = await Promise.all(SERVERS.map(roleText));
    throw new Error(
      `${error instanceof Error ? error.message : error}; server 1 ${
        both[0]
      }, server 2 ${both[1]}`,
    );
  }
}

/** As `pair`, with this server as primary. */
export async function pairWith(primary: Server, seconds: number) {
  await reaches(primary, "PRIM", seconds);
  await reaches(otherThan(primary), "SECOND", seconds);
}
