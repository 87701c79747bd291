/** `hakit lab`: a two-node cluster on this one machine, to try things on. */
import { dial } from "../lab/rows.ts";
import { killDrill, type KillResult, swapDrill } from "../lab/drill.ts";
import {
  CLIENT_CONFIG,
  CONSOLE_PASSWORD,
  type LabModule,
  PORTS,
} from "../lab/files.ts";
import {
  bothReady,
  installed,
  labDown,
  labState,
  labUp,
  obstacles,
  requireLab,
  switchOff,
  switchOn,
} from "../lab/lab.ts";
import { setCables, setWitnessCable } from "../lab/network.ts";
import { killWitness, startWitness } from "../lab/witness.ts";
import { inside } from "../lab/node.ts";
import {
  addressOf,
  type LabNode,
  type Link,
  LINKS,
  VIRTUAL_ADDRESS,
} from "../lab/topology.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { printState } from "./state_text.ts";
import { bytes } from "../system/units.ts";

const ACTIONS: { readonly [action: string]: (call: Call) => Promise<number> } =
  {
    up,
    down,
    state,
    kill: (call) => power(call, "kill"),
    stop: (call) => power(call, "stop"),
    start: (call) => power(call, "start"),
    cut: (call) => cables(call, "down"),
    heal: (call) => cables(call, "up"),
    exec,
    drill,
    witness,
  };

export const command: Command = {
  name: "lab",
  summary: "A two-node cluster on this one machine, to try things on",
  group: "Other",
  args: [
    {
      name: "ACTION",
      summary: Object.keys(ACTIONS).join(", "),
      words: Object.keys(ACTIONS),
    },
    { name: "NODE", summary: "1 or 2; exec: 0 is the client", optional: true },
    {
      name: "LINK",
      summary: "cut, heal: 1 or 2; default both",
      optional: true,
    },
  ],
  flags: {
    module: {
      type: "string",
      value: "NAME",
      summary: "up: mariadb or counter (default: mariadb where installed)",
    },
    swap: { type: "boolean", summary: "drill: swap instead of a power cut" },
    rounds: {
      type: "string",
      value: "N",
      summary: "drill: so many times (1)",
    },
    stay: {
      type: "boolean",
      summary: "drill: leave the killed node without power",
    },
    quiet: { type: "boolean", short: "q", summary: "print only failures" },
    json: JSON_FLAG,
  },
  details: `\
hakit lab up           two nodes with MariaDB, mirrored, behind one address
hakit lab kill 1       pull the plug of node 1; start 1 gives it power again
hakit lab cut 1 2      pull one network cable; heal 1 plugs all in
hakit lab stop 1       an orderly shutdown
hakit lab witness      a third machine that decides; witness kill; witness cut 1, heal 1
hakit lab exec 1 -- hakit state
hakit lab drill        kill the primary while a client writes; every row is checked
hakit lab down         remove it all`,
  async run(call) {
    const action = call.args[0]!;
    const perform = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : null;
    if (!perform) {
      throw new UsageError(
        `hakit lab: unknown action "${action}", expected ${
          Object.keys(ACTIONS).join(", ")
        }`,
      );
    }
    const missing = await obstacles();
    if (missing.length > 0) {
      throw new Error(`The lab cannot run here: ${missing.join("; ")}`);
    }
    return await perform(call);
  },
};

async function up(call: Call): Promise<number> {
  const module = call.text("module");
  if (module !== undefined && module !== "mariadb" && module !== "counter") {
    throw new UsageError(
      `hakit lab: unknown module "${module}", expected mariadb or counter`,
    );
  }
  const silent = call.on("json") || call.on("quiet");
  const cluster = await labUp(module ?? null, (text) => {
    if (!silent) call.out.line(text);
  });
  if (call.on("json")) call.out.json(cluster);
  if (silent) return 0;
  call.out.line();
  printState(cluster, call.out);
  call.out.line();
  call.out.line(await tryThis(await requireLab()));
  return 0;
}

async function tryThis(module: LabModule): Promise<string> {
  const password = (await Deno.readTextFile(CONSOLE_PASSWORD)).trim();
  const client = module === "mariadb"
    ? `hakit lab exec 0 -- ${
      await installed("mariadb") ? "mariadb" : "mysql"
    } --defaults-file=${CLIENT_CONFIG} hakit`
    : `hakit lab exec 0 -- bash -c 'exec 3<>/dev/tcp/${VIRTUAL_ADDRESS}/${PORTS.counter}; echo next >&3; head -n 1 <&3'`;
  const consoleHere = await dial(addressOf(1, 1), 9010, 500)
    .then((connection) => (connection.close(), true), () => false);
  return [
    "Try this:",
    `  hakit lab drill      pulls the plug of the primary while a client writes`,
    `  hakit lab kill 1     the same by hand; then: hakit lab state; hakit lab start 1`,
    `  ${client}`,
    ...(consoleHere
      ? [
        `  https://${
          addressOf(1, 1)
        }:9010   the console: user admin, password ${password}`,
      ]
      : []),
    `  hakit lab down       removes it all`,
  ].join("\n");
}

async function down(call: Call): Promise<number> {
  await labDown();
  if (!call.on("quiet")) call.out.line("The lab is gone.");
  return 0;
}

async function state(call: Call): Promise<number> {
  const cluster = await labState();
  if (call.on("json")) call.out.json(cluster);
  else printState(cluster, call.out);
  return 0;
}

async function power(
  call: Call,
  what: "kill" | "stop" | "start",
): Promise<number> {
  const node = nodeOf(call);
  if (what === "start") await switchOn(node);
  else await switchOff(node, what);
  const done = { kill: "has no power", stop: "is shut down", start: "is on" };
  if (!call.on("quiet")) call.out.line(`node${node} ${done[what]}.`);
  return 0;
}

async function cables(call: Call, to: "up" | "down"): Promise<number> {
  const node = nodeOf(call);
  await requireLab();
  const which = call.args[2];
  const links = which === undefined ? LINKS : [linkOf(which)];
  await setCables(node, to, links);
  if (!call.on("quiet")) {
    const cable = links.length > 1 ? "Both cables" : `Cable ${which}`;
    const verb = links.length > 1 ? "are" : "is";
    call.out.line(
      `${cable} of node${node} ${verb} ${to === "up" ? "plugged in" : "out"}.`,
    );
  }
  return 0;
}

/** Starts it, or `witness kill`, or `witness cut|heal 1`: a node's cable to it. */
async function witness(call: Call): Promise<number> {
  await requireLab();
  const [, what = "start", node] = call.args;
  if (what === "cut" || what === "heal") {
    const which = linkOf(node ?? "");
    await setWitnessCable(which, what === "heal" ? "up" : "down");
  } else if (what === "kill") await killWitness();
  else if (what === "start") await startWitness();
  else {
    throw new UsageError(
      `hakit lab witness: unknown word "${what}", expected start, kill, cut or heal`,
    );
  }
  return 0;
}

async function exec(call: Call): Promise<number> {
  const place = call.args[1] === "0" ? 0 : nodeOf(call);
  if (call.rest.length === 0) {
    throw new UsageError(
      'hakit lab exec: no command, expected "hakit lab exec 1 -- COMMAND"',
    );
  }
  await requireLab();
  const [program, ...args] = await inside(place, call.rest);
  const { code } = await new Deno.Command(program!, { args }).spawn().status;
  return code;
}

async function drill(call: Call): Promise<number> {
  const rounds = Number(call.text("rounds") ?? "1");
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) {
    throw new UsageError(
      `hakit lab drill: --rounds "${call.text("rounds")}", expected 1 to 1000`,
    );
  }
  const json = call.on("json");
  const tell = (text: string) => {
    if (!json && !call.on("quiet")) call.out.line(text);
  };
  const results = [];
  for (let round = 0; round < rounds; round++) {
    if (call.on("swap")) {
      const result = await swapDrill({ tell });
      results.push(result);
      tell(
        `Swapped from ${result.from} to ${result.to} in ${result.swapMs} ms; the client waited ${result.pauseMs} ms. ${
          promises(result)
        }`,
      );
    } else {
      const last = round === rounds - 1;
      const comeBack = !(last && call.on("stay"));
      const result = await killDrill({ comeBack, tell });
      results.push(result);
      if (!json && !call.on("quiet")) printKill(result, call);
    }
  }
  if (json) call.out.json(results.length === 1 ? results[0] : results);
  if (!call.on("stay")) await bothReady(await requireLab(), 120_000);
  return results.some((result) => result.lost > 0) ? 1 : 0;
}

function printKill(result: KillResult, { out }: Call): void {
  const time = (value: number | null) => value === null ? "-" : `${value} ms`;
  out.table([
    [`  ${result.survivor} detected it after`, time(result.detectedMs)],
    ["  the virtual address answered after", time(result.addressMs)],
    ["  the service acknowledged rows after", time(result.serviceMs)],
    ...(result.returnedMs === null ? [] : [[
      `  ${result.killed} was level again`,
      `${time(result.returnedMs)} after power came back, ${
        bytes(result.resyncBytes ?? 0)
      } copied`,
    ]]),
  ]);
  out.line(promises(result));
}

function promises(
  { acknowledged, found, lost }: {
    acknowledged: number;
    found: number;
    lost: number;
  },
): string {
  return `${acknowledged} rows acknowledged, ${found} found, ${lost} lost.`;
}

function nodeOf(call: Call): LabNode {
  const text = call.args[1];
  if (text === "1" || text === "2") return Number(text) as LabNode;
  throw new UsageError(
    `hakit lab ${call.args[0]}: ${
      text === undefined ? "no node" : `unknown node "${text}"`
    }, expected 1 or 2`,
  );
}

function linkOf(text: string): Link {
  if (text === "1" || text === "2") return Number(text) as Link;
  throw new UsageError(
    `hakit lab: unknown link "${text}", expected 1 or 2`,
  );
}
