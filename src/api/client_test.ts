import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { paths } from "../system/paths.ts";
import { AGENT_URL, agentFetch, ClientError } from "./client.ts";

/** A home with the socket of an agent in it, closed to all when `mode` is 0. */
async function agentIn(mode = 0o600) {
  const home = await Deno.makeTempDir({ prefix: "hakit-client-" });
  const where = paths(home);
  await Deno.mkdir(where.run, { recursive: true });
  const path = join(where.run, "agent.sock");
  const listener = Deno.listen({ transport: "unix", path });
  await Deno.chmod(path, mode);
  return {
    home,
    where,
    listener,
    async [Symbol.asyncDispose]() {
      try {
        listener.close();
      } catch {
        // It was.
      }
      await Deno.remove(home, { recursive: true });
    },
  };
}

/** What comes of asking an agent that says this; then it ends, or hangs. */
async function asking(
  says: string,
  then: "ends" | "hangs",
): Promise<Response | ClientError> {
  await using agent = await agentIn();
  using asked = agentFetch(agent.where);
  const pending = asked.fetch(`${AGENT_URL}/api/state`, {
    signal: AbortSignal.timeout(200),
  }).catch((error) => error);
  const connection = await agent.listener.accept();
  await connection.read(new Uint8Array(4096));
  await connection.write(new TextEncoder().encode(says));
  if (then === "hangs") await pending;
  // It would be asked once more.
  else agent.listener.close();
  connection.close();
  const found = await pending;
  if (found instanceof Response || found instanceof ClientError) return found;
  throw found;
}

const HALF = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{";

Deno.test("agentFetch() answers with what the agent has said, refusals too", async () => {
  const found = await asking(
    "HTTP/1.1 409 Conflict\r\ncontent-length: 7\r\n\r\n" + '{"a":1}',
    "hangs",
  ) as Response;
  strictEqual(found.status, 409);
  deepStrictEqual(await found.json(), { a: 1 });
});

Deno.test("agentFetch() does not call an agent dead that is late, before its answer or in the middle of it", async () => {
  for (const said of ["", HALF]) {
    const { code, message, remedy } = await asking(
      said,
      "hangs",
    ) as ClientError;
    strictEqual(code, "no-answer");
    match(message, /^The agent did not answer within \d+ s$/);
    match(remedy!, /^See \/.*\/agent\.log; /);
  }
});

Deno.test("agentFetch() says so where the agent has ended, before its answer or in the middle of it, or never began", async () => {
  for (const said of ["", HALF]) {
    const { code } = await asking(said, "ends") as ClientError;
    strictEqual(code, "agent-not-running");
  }
  using agent = agentFetch(paths("/nonexistent"));
  const error = await agent.fetch(AGENT_URL).catch((error) => error);
  strictEqual(error.code, "agent-not-running");
});

Deno.test("agentFetch() says that only root may ask, to whom the socket is closed", async () => {
  await using agent = await agentIn(0);
  const script = `
    const { AGENT_URL, agentFetch } = await import(${here("./client.ts")});
    const { paths } = await import(${here("../system/paths.ts")});
    using agent = agentFetch(paths(${JSON.stringify(agent.home)}));
    const { code, message } = await agent.fetch(AGENT_URL).catch((e) => e);
    console.log(code, message);`;
  // Nothing is closed to root, but to one without its capabilities.
  const { stdout } = await new Deno.Command("setpriv", {
    args: ["--bounding-set=-all", Deno.execPath(), "eval", script],
    cwd: new URL("../../", import.meta.url),
    stderr: "inherit",
  }).output();
  strictEqual(
    new TextDecoder().decode(stdout),
    "forbidden Only root may ask the agent: run it with sudo\n",
  );
});

function here(file: string): string {
  return JSON.stringify(import.meta.resolve(file));
}
