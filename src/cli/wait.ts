/** waitstart, waitstop, waitstate: block until a module has a role here, for scripts that go on then. */
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

type Wanted = (module: ModuleState) => boolean;

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
      ({ role, status }) =>
        status === "Ready" && role !== "STOP" && role !== "WAIT",
    ),
    simple(
      "waitstop",
      "Wait until a module is stopped on this node",
      ({ role, status }) => role === "STOP" && status !== "Transient",
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
        const wanted: Wanted = (module) =>
          module.role === role &&
          (role === "STOP" || role === "WAIT"
            ? module.status !== "Transient"
            : module.status === "Ready");
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
  const limit = duration.safeParse(call.text("timeout") ?? TIMEOUT);
  if (!limit.success) {
    throw new UsageError(
      `--timeout is "${call.text("timeout")}", expected a time such as "30s"`,
    );
  }
  const end = performance.now() + limit.data;
  for (;;) {
    const last = performance.now() >= end;
    const state = await answer(api, last);
    if (state !== null) {
      const name = moduleName(state, module);
      const found = moduleOn(state, name, call.text("node"));
      const reached = found !== null && wanted(found);
      if (reached || last) {
        if (call.on("json")) call.out.json(state);
        else call.out.line(state.sentences[name] ?? state.sentence);
        return reached ? EXIT.done : EXIT.failed;
      }
    }
    await sleep(EVERY_MS);
  }
}

/** An agent that is just starting is waited for as well; null: it does not answer yet. */
async function answer(
  api: AgentApi,
  last: boolean,
): Promise<ClusterState | null> {
  try {
    return await api.state();
  } catch (error) {
    const starts = error instanceof Error && "code" in error &&
      error.code === "agent-not-running";
    if (!starts || last) throw error;
    return null;
  }
}

function moduleOn(
  { nodes }: ClusterState,
  name: string,
  node: string | undefined,
): ModuleState | null {
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
  return there.modules.find((one) => one.name === name) ?? null;
}
