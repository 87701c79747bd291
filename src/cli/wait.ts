/** waitstart, waitstop, waitstate: block until a module has a role here, for scripts that go on then. */
import { ClientError } from "../api/client.ts";
import type { ClusterState, ModuleState } from "../api/state.ts";
import { duration } from "../module/duration.ts";
import { sleep } from "../system/clock.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { moduleName } from "./module_name.ts";
import { EXIT } from "./report.ts";

const EVERY_MS = 300;
const TIMEOUT = "10m";
const ROLES = ["STOP", "WAIT", "ALONE", "PRIM", "SECOND"] as const;

const FLAGS: NonNullable<Command["flags"]> = {
  node: {
    type: "string",
    short: "n",
    value: "NAME",
    summary: "of that node (default: this one)",
  },
  timeout: {
    type: "string",
    value: "TIME",
    summary: `give up after it, exit code 1 (default ${TIMEOUT})`,
  },
  json: JSON_FLAG,
};

const MODULE = {
  name: "MODULE",
  summary: "may be left out where there is only one",
  optional: true,
  words: "module",
} as const;

interface Wanted {
  is(module: ModuleState): boolean;
  /** In a few words, for whoever waited in vain. */
  readonly text: string;
}

export function waitCommands(api: () => AgentApi): readonly Command[] {
  const simple = (name: string, summary: string, wanted: Wanted): Command => ({
    name,
    summary,
    group: "Look",
    args: [MODULE],
    flags: FLAGS,
    run: (call) => wait(call, api(), { module: call.args[0], wanted }),
  });
  return [
    simple(
      "waitstart",
      "Wait until a module does its work on this node (PRIM, ALONE or SECOND, Ready)",
      {
        is: ({ role, status }) =>
          status === "Ready" && role !== "STOP" && role !== "WAIT",
        text: "its work (Ready)",
      },
    ),
    simple(
      "waitstop",
      "Wait until a module is stopped on this node",
      {
        is: ({ role, status }) => role === "STOP" && status !== "Transient",
        text: "STOP",
      },
    ),
    {
      name: "waitstate",
      summary: "Wait until a module has a role on this node",
      group: "Look",
      args: [{
        name: "ROLE",
        summary: ROLES.join(", "),
        words: ROLES,
      }, MODULE],
      flags: FLAGS,
      run(call) {
        const given = call.args[0]!.toUpperCase();
        const role = ROLES.find((one) => one === given);
        if (role === undefined) {
          throw new UsageError(
            `unknown role "${call.args[0]}", expected ${ROLES.join(", ")}`,
          );
        }
        // WAIT and STOP are reached when nothing is on its way any more; the others when they do their work.
        const rests = role === "STOP" || role === "WAIT";
        const wanted: Wanted = {
          is: (module) =>
            module.role === role &&
            (rests ? module.status !== "Transient" : module.status === "Ready"),
          text: rests ? role : `${role} Ready`,
        };
        return wait(call, api(), { module: call.args[1], wanted });
      },
    },
  ];
}

async function wait(
  call: Call,
  api: AgentApi,
  { module, wanted }: {
    readonly module: string | undefined;
    readonly wanted: Wanted;
  },
): Promise<number> {
  const timeout = call.text("timeout") ?? TIMEOUT;
  const limit = duration.safeParse(timeout);
  if (!limit.success) {
    throw new UsageError(
      `--timeout is "${timeout}", expected a time such as "30s"`,
    );
  }
  const end = performance.now() + limit.data;
  for (;;) {
    const last = performance.now() >= end;
    const state = await answer(api, last);
    if (state !== null) {
      const name = moduleName(state, module);
      const { node, found } = moduleOn(state, name, call.text("node"));
      const reached = found !== null && wanted.is(found);
      if (reached || last) {
        if (call.on("json")) call.out.json(state);
        else call.out.line(state.sentences[name] ?? state.sentence);
        if (reached) return EXIT.done;
        const is = found ? `${found.role} ${found.status}` : "not installed";
        call.out.error(
          `hakit: gave up after ${timeout}: ${name} is ${is} on ${node}, expected ${wanted.text}`,
        );
        return EXIT.failed;
      }
    }
    await sleep(EVERY_MS);
  }
}

/** An agent that is just starting, or is late, is waited for as well; null: it does not answer yet. */
async function answer(
  api: AgentApi,
  last: boolean,
): Promise<ClusterState | null> {
  try {
    return await api.state();
  } catch (error) {
    const passes = error instanceof ClientError &&
      ["agent-not-running", "no-answer"].includes(error.code);
    if (!passes || last) throw error;
    return null;
  }
}

function moduleOn(
  { nodes }: ClusterState,
  name: string,
  node: string | undefined,
): { readonly node: string; readonly found: ModuleState | null } {
  const there = nodes.find((one) =>
    node === undefined ? one.local : one.name === node
  );
  if (there === undefined) {
    throw new UsageError(
      `unknown node "${node}", expected ${
        nodes.map((one) => one.name).join(" or ")
      }`,
    );
  }
  const found = there.modules.find((one) => one.name === name) ?? null;
  return { node: there.name, found };
}
