/** `hakit volume`: the module k3s' volume on the node that has it mounted. */
import { MODULE } from "../k3s/files.ts";
import {
  check,
  checkRefusal,
  gib,
  grow,
  newSize,
  promise,
  trim,
  type VolumePlace,
  volumePlace,
  type VolumeUse,
  volumeUse,
} from "../k3s/volume_work.ts";
import { moduleFolder } from "../module/catalog.ts";
import { loadModule } from "../module/load.ts";
import { paths } from "../system/paths.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";
import { bytes } from "../system/units.ts";

const ACTIONS = {
  show,
  grow: growAction,
  trim: trimAction,
  check: checkAction,
};

interface Where {
  readonly place: VolumePlace;
  /** Of both nodes; null: it does not answer. */
  readonly roles: readonly {
    readonly name: string;
    readonly role: string | null;
  }[];
  /** The node that has it mounted. */
  readonly primary: string | null;
  readonly here: boolean;
}

export function volumeCommand(api: () => AgentApi): Command {
  return {
    name: "volume",
    summary: "The volume of module k3s: show, grow, trim, check",
    group: "Operate",
    args: [
      {
        name: "ACTION",
        summary: "show (default), grow SIZE, trim, check",
        words: Object.keys(ACTIONS),
        optional: true,
      },
      { name: "SIZE", summary: "grow: such as 200G", optional: true },
    ],
    flags: { json: JSON_FLAG },
    details: `\
hakit volume              how full it is, and what it takes on the disk
hakit volume grow 200G    larger, while it is used; it can only grow
hakit volume trim         what was deleted in it is given back to both disks
hakit volume check        in use: what XFS has noticed; stopped: every structure`,
    async run(call) {
      const name = call.args[0] ?? "show";
      if (!Object.hasOwn(ACTIONS, name)) {
        throw new UsageError(
          `hakit volume: unknown action "${name}", expected ${
            Object.keys(ACTIONS).join(", ")
          }`,
        );
      }
      return await ACTIONS[name as keyof typeof ACTIONS](
        call,
        await look(api()),
      );
    },
  };
}

async function look(api: AgentApi): Promise<Where> {
  const { nodes } = await api.state();
  const here = nodes.find(({ local }) => local);
  const role = here?.modules.find(({ name }) => name === MODULE)?.role;
  if (!role) throw new Error(`Module ${MODULE} is not installed on this node`);
  const file = `${moduleFolder(paths(), MODULE)}/module.yaml`;
  const { variables } = await loadModule(file);
  const primary = nodes.find(({ modules }) =>
    modules.some(({ name, role }) =>
      name === MODULE && (role === "PRIM" || role === "ALONE")
    )
  );
  return {
    place: volumePlace(variables),
    roles: nodes.map(({ name, reachable, modules }) => ({
      name,
      role: reachable
        ? modules.find(({ name }) => name === MODULE)?.role ?? null
        : null,
    })),
    primary: primary?.name ?? null,
    here: primary?.local === true,
  };
}

/** What is written goes through the mirror: on the primary only. */
function onPrimary({ here, primary, place }: Where): VolumePlace {
  if (here) return place;
  throw new Error(
    primary === null
      ? `The volume is mounted on no node: start the module first ("hakit start ${MODULE}")`
      : `The volume is mounted on ${primary}: run this there`,
  );
}

async function show({ out, on }: Call, where: Where): Promise<number> {
  const use = await volumeUse(where.place);
  if (on("json")) out.json(use);
  else tell(use, where, out);
  return EXIT.done;
}

function tell(use: VolumeUse, { primary }: Where, out: Call["out"]): void {
  out.table([
    ["volume", use.file],
    ["size", bytes(use.size)],
    [
      "used",
      use.used === null
        ? `not mounted here${primary ? ` but on ${primary}` : ""}`
        : `${bytes(use.used)}, ${Math.round(use.used / use.size * 100)} %`,
    ],
    ["on this disk", `${bytes(use.onDisk)}, ${bytes(use.diskFree)} are free`],
  ]);
}

async function growAction(call: Call, where: Where): Promise<number> {
  const wanted = call.args[1];
  if (wanted === undefined) {
    throw new UsageError("hakit volume grow: no size, expected such as 200G");
  }
  const place = onPrimary(where);
  const before = await volumeUse(place);
  const answer = newSize(wanted, before);
  if ("refused" in answer) {
    throw new UsageError(`hakit volume grow: ${answer.refused}`);
  }
  await grow(place, answer.bytes);
  const use = await volumeUse(place);
  if (call.on("json")) call.out.json(use);
  else {
    call.out.line(
      `The volume has ${gib(use.size)}; it had ${gib(before.size)}.`,
    );
    const warning = promise(answer.bytes, use);
    if (warning) call.out.line(`${warning}.`);
  }
  return EXIT.done;
}

async function trimAction(call: Call, where: Where): Promise<number> {
  const place = onPrimary(where);
  const freed = await trim(place);
  if (call.on("json")) call.out.json({ freed, ...await volumeUse(place) });
  else {call.out.line(
      `${bytes(freed)} given back to this node's disk, and to the other's.`,
    );}
  return EXIT.done;
}

async function checkAction(call: Call, where: Where): Promise<number> {
  const refused = where.here ? null : checkRefusal(where.roles);
  if (refused) throw new Error(refused);
  const result = await check(where.place, where.here);
  if (call.on("json")) call.out.json(result);
  else {
    for (const line of result.lines) call.out.line(line);
    const found = result.sound ? "nothing wrong" : "something is wrong";
    call.out.line(
      result.sound === null
        ? `The volume was not unmounted in order, so it cannot be told: what its log holds is written back when the module starts. "hakit start ${MODULE}", then "hakit stop ${MODULE}" on both nodes, then check again.`
        : result.how === "in use"
        ? `The volume is in use: XFS has noticed ${found}. Every structure is checked while the module is stopped on both nodes.`
        : `The volume was checked as a whole: ${found}.`,
    );
  }
  return result.sound ? EXIT.done : EXIT.failed;
}
