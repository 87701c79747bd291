/** `hakit copy`: point-in-time copies of a module's directories. What is deleted by mistake is deleted on both nodes; here it is still. */
import { runsOn, servesOn, takesOn } from "../api/copy_places.ts";
import { copiesAnswer, copyAnswer } from "../api/module_schemas.ts";
import { okAnswer } from "../api/schemas.ts";
import type { ClusterState } from "../api/state.ts";
import { actionOf } from "./actions.ts";
import type { AgentApi } from "./agent_api.ts";
import type { Ask } from "./ask.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { moduleName, moduleNames } from "./module_name.ts";
import { EXIT } from "./report.ts";
import { bytes } from "../system/units.ts";

const ACTIONS = ["list", "take", "restore", "drop"] as const;
/** A stopped node takes its time for millions of files. */
const PATIENCE_MS = 10 * 60_000;

interface Kept {
  readonly node: string;
  readonly name: string;
  readonly bytes: number | null;
}

export function copyCommand(ask: Ask, api: () => AgentApi): Command {
  return {
    name: "copy",
    summary:
      "Point-in-time copies of a module's directories: list, take, restore, drop",
    group: "Operate",
    args: [
      { name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS },
      {
        name: "MODULE",
        summary: "may be left out where there is only one",
        words: "module",
        optional: true,
      },
      {
        name: "NAME",
        summary: "restore, drop: as list shows it",
        optional: true,
      },
    ],
    flags: {
      node: {
        type: "string",
        short: "n",
        value: "NAME",
        summary: "on that node (take: the one that does not serve)",
      },
      keep: {
        type: "string",
        value: "N",
        summary: "take: so many stay on that node, the oldest go",
      },
      yes: { type: "boolean", summary: "restore, drop: do not ask" },
      json: JSON_FLAG,
    },
    details: `\
hakit copy take k3s --keep 7                         on the secondary; for cron or a timer
hakit copy list
hakit copy restore k3s 2026-11-26T02-30-00-000Z      with the module stopped on both nodes
A copy needs a file system with reflinks (XFS, Btrfs); it costs room only for what changes later, and lies on the
same disk: it is no backup. It holds what was acknowledged in one moment, as after a power cut of that moment.
Applications wait while it is taken: 5 s at most, or there is none.`,
    async run(call) {
      const action = actionOf("copy", call, ACTIONS);
      const state = await api().state();
      switch (action) {
        case "list":
          return await list(call, { ask, state });
        case "take":
          return await take(call, { ask, state });
        case "restore":
        case "drop":
          return await change(action, call, { ask, state });
        default:
          return action satisfies never;
      }
    },
  };
}

interface At {
  readonly ask: Ask;
  readonly state: ClusterState;
}

async function list(call: Call, { ask, state }: At): Promise<number> {
  if (call.args.length > 2) {
    throw new UsageError("hakit copy list takes a module and nothing else");
  }
  const module = moduleName(state, call.args[1]);
  const { kept, silent } = await keptOf({ ask, state }, module, call);
  if (call.on("json")) call.out.json(kept);
  else if (kept.length === 0) call.out.line(`There is no copy of ${module}.`);
  else {
    call.out.table([
      ["NODE", "NAME", "SIZE"],
      ...kept.map(({ node, name, bytes: size }) => [
        node,
        name,
        size === null ? "not counted yet" : bytes(size),
      ]),
    ]);
    call.out.line(
      "SIZE counts blocks that a copy shares with the data, or with another copy, in each: together they take less room.",
    );
  }
  for (const why of silent) call.out.error(why);
  return EXIT.done;
}

async function take(call: Call, { ask, state }: At): Promise<number> {
  if (call.args.length > 2) {
    throw new UsageError("hakit copy take takes a module and nothing else");
  }
  const module = moduleName(state, call.args[1]);
  const keep = keepOf(call);
  const node = call.text("node") ?? besideOf(state, module);
  const { name } = await ask(`/api/modules/${module}/copies`, {
    method: "POST",
    body: { node, ...(keep === null ? {} : { keep }) },
    answer: copyAnswer,
    timeoutMs: PATIENCE_MS,
  });
  if (call.on("json")) call.out.json({ node, name });
  else call.out.line(`Copy ${name} of ${module} is on ${node}.`);
  return EXIT.done;
}

async function change(
  action: "restore" | "drop",
  call: Call,
  { ask, state }: At,
): Promise<number> {
  const [, ...words] = call.args;
  const name = words.pop();
  if (
    name === undefined ||
    words.length === 0 && moduleNames(state).includes(name)
  ) {
    throw new UsageError(
      `hakit copy ${action}: name the copy, as list shows it`,
    );
  }
  const module = moduleName(state, words[0]);
  const { kept, silent } = await keptOf({ ask, state }, module, call);
  const found = kept.filter((one) => one.name === name);
  const [one] = found;
  if (!one || found.length > 1) {
    throw new UsageError(
      one
        ? `hakit copy ${action}: both nodes have "${name}", add --node`
        : `hakit copy ${action}: no copy of ${module} is called "${name}", expected ${
          kept.length === 0
            ? `one that list shows, and it shows none. ${silent.join(" ")}`
              .trim()
            : `one of ${kept.map(({ name }) => name).join(", ")}`
        }`,
    );
  }
  const mayServe = action === "restore" ? unheard(state, module) : null;
  if (!meant(action, call, { module, ...one, mayServe })) return EXIT.failed;
  const path = `/api/modules/${module}/copies/${name}`;
  const { node } = one;
  if (action === "drop") {
    await ask(`${path}?node=${encodeURIComponent(node)}`, {
      method: "DELETE",
      answer: okAnswer,
      timeoutMs: PATIENCE_MS,
    });
    if (call.on("json")) call.out.json({ dropped: name, node });
    else call.out.line(`Copy ${name} is gone from ${node}.`);
    return EXIT.done;
  }
  const before = await ask(`${path}/restore`, {
    method: "POST",
    body: { node },
    answer: copyAnswer,
    timeoutMs: PATIENCE_MS,
  });
  if (call.on("json")) {
    call.out.json({ restored: name, node, before: before.name });
  } else {
    call.out.line(
      `${name} stands in the directories of ${module} on ${node}; what was there is kept as ${before.name}.`,
    );
    call.out.line(
      `Now: hakit prim ${module} --node ${node}; then "hakit start ${module}" on the other node, which gets all of it.`,
    );
  }
  return EXIT.done;
}

/** The node that does not answer, and may serve the module; null: it is stopped on both. Throws where it runs. */
function unheard(state: ClusterState, module: string): string | null {
  const runs = runsOn(state, module);
  if (runs === null || runs.role === null) return runs?.node ?? null;
  throw new Error(
    `Cannot restore: ${module} is ${runs.role} on ${runs.node}. Say "hakit stop ${module}" on both nodes first`,
  );
}

function meant(
  action: "restore" | "drop",
  call: Call,
  { module, node, name, mayServe }: Omit<Kept, "bytes"> & {
    readonly module: string;
    readonly mayServe: string | null;
  },
): boolean {
  const cost = mayServe === null
    ? ""
    : `${mayServe} does not answer: it may serve ${module} now, and go on with newer data. When both nodes meet again, what only one of them wrote is kept aside. `;
  if (call.on("yes")) {
    if (cost !== "") call.out.error(cost.trim());
    return true;
  }
  const question = action === "drop"
    ? `Destroy the copy ${name} of ${module} on ${node}?`
    : `Put ${name} in the place of the present data of ${module}, on both nodes in the end?`;
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError(
      `hakit copy ${action}: ${cost}${question} Add --yes to say that it is meant`,
    );
  }
  const isMeant = cost === ""
    ? confirm(question)
    : prompt(`${cost}${question} Type ${node}, the node's name, to do it:`) ===
      node;
  if (isMeant) return true;
  call.out.line("Nothing was changed.");
  return false;
}

/** Of the nodes that are reached, or of that of --node. */
async function keptOf(
  { ask, state }: At,
  module: string,
  call: Call,
): Promise<{ kept: Kept[]; silent: string[] }> {
  const only = call.text("node");
  const kept: Kept[] = [];
  const silent: string[] = [];
  for (const { name: node, reachable } of state.nodes) {
    if (only !== undefined && only !== node) continue;
    if (!reachable) {
      silent.push(`${node} is not reached: what it keeps is not shown.`);
    } else if (servesOn(state, node, module)) {
      silent.push(
        `${module} serves on ${node}: what it keeps is shown when it does not ("hakit swap").`,
      );
    } else {
      const { copies } = await ask(
        `/api/modules/${module}/copies?node=${encodeURIComponent(node)}`,
        { answer: copiesAnswer },
      );
      kept.push(
        ...copies.map(({ name, bytes = null }) => ({ node, name, bytes })),
      );
    }
  }
  return { kept, silent };
}

/** Where a copy can be taken; throws where that is nowhere. */
function besideOf(state: ClusterState, module: string): string {
  const beside = takesOn(state, module);
  if (beside !== null) return beside;
  throw new Error(
    `No node is SECOND for ${module}: a copy is taken where applications do not write, so start the other node, or stop the module on this one`,
  );
}

function keepOf(call: Call): number | null {
  const text = call.text("keep");
  if (text === undefined) return null;
  const keep = Number(text);
  if (Number.isInteger(keep) && keep >= 1 && keep <= 1000) return keep;
  throw new UsageError(`hakit copy: --keep "${text}", expected 1 to 1000`);
}
