/** ClusterState → what `hakit state` prints. Pure but for the colours, which `out` decides. */
import { standing } from "../api/standing.ts";
import type { ClusterState, ModuleState, NodeState } from "../api/state.ts";
import { cannotBeTold } from "../rules/rule.ts";
import { moduleNames } from "./module_name.ts";
import type { Output, Style } from "./output.ts";
import { bytes, seconds } from "../system/units.ts";

const SILENT = "unknown until it answers";

export function printState(state: ClusterState, out: Output): void {
  const names = moduleNames(state);
  // What a silent node said last may be long past: but for its role it is not shown.
  const heard = state.nodes.filter(answers);
  const rows: string[][] = [[
    "",
    ...state.nodes.map((node) =>
      out.style("bold", node.name) + (node.local ? " (this node)" : "")
    ),
  ]];
  rows.push(["agent", ...state.nodes.map((node) => agentText(node, out))]);
  for (const name of names) {
    const each = state.nodes.map((node) => ({
      node,
      module: moduleOf(node, name),
    }));
    const known = heard.map((node) => moduleOf(node, name));
    const row = (
      title: string,
      text: (module: ModuleState | undefined) => string,
      silent = SILENT,
    ) =>
      rows.push([
        `  ${title}`,
        ...each.map(({ node, module }) =>
          answers(node) ? text(module) : silent
        ),
      ]);
    rows.push([
      out.style("bold", name),
      ...each.map(({ node, module }) => roleText(node, module, out)),
    ]);
    rows.push([
      "  data",
      ...each.map(({ node, module }) => {
        const other = each.find((one) => one.node !== node);
        return answers(node) ? dataText(module, other) : SILENT;
      }),
    ]);
    for (const told of toldNames(known)) {
      row(told.replace(/^custom\./, ""), (one) => toldText(one, told), "");
    }
    if (each.some(({ module }) => module?.addresses.length)) {
      row("address", heldText);
    }
  }
  out.line(`Cluster ${out.style("bold", state.cluster)}`);
  out.line();
  out.table(rows);
  out.line();
  const links = state.links.map((link) => {
    const { local, remote, roundTripMs, blackHoleBytes } = link;
    const works = link.state === "up" && blackHoleBytes === undefined;
    const time = roundTripMs === null ? "" : ` ${roundTripMs.toFixed(1)} ms`;
    const percent = Math.round(link.lossPercent ?? 0);
    const loss = percent > 0 ? `, ${percent} % lost` : "";
    const hole = blackHoleBytes === undefined
      ? ""
      : `, no packet of ${blackHoleBytes} bytes`;
    return `${local} - ${remote} ${
      out.style(works ? "green" : "yellow", link.state)
    }${time}${loss}${hole}`;
  });
  if (links.length > 0) out.line(`Links: ${links.join("; ")}`);
  if (!state.warnings.includes(state.arbiter)) out.line(state.arbiter);
  for (const name of names) {
    for (const node of heard) {
      const reason = moduleOf(node, name)?.reason;
      if (reason) {
        out.line(out.style("yellow", `${name} on ${node.name}: ${reason}`));
      }
    }
  }
  for (const [style, line] of resourceLines(heard)) {
    out.line(out.style(style, line));
  }
  for (const warning of state.warnings) {
    out.line(out.style("yellow", `Warning: ${warning}`));
  }
  out.line(state.sentence);
}

/** Resources that say something although they are up: how full a volume is. */
function toldNames(modules: readonly (ModuleState | undefined)[]): string[] {
  const names = modules.flatMap((module) =>
    (module?.resources ?? []).filter((one) =>
      one.state === "up" && one.detail !== null
    ).map(({ name }) => name)
  );
  return [...new Set(names)];
}

function toldText(module: ModuleState | undefined, told: string): string {
  const found = module?.resources.find(({ name }) => name === told);
  return found?.state === "up" ? found.detail ?? "" : "";
}

/** What is down, or looked at in vain, on these nodes. Pure. */
function resourceLines(nodes: readonly NodeState[]): [Style, string][] {
  return nodes.flatMap((node) =>
    node.modules.flatMap((module) =>
      module.resources.flatMap((one): [Style, string][] => {
        const where = `${module.name} on ${node.name}: ${one.name}`;
        const why = one.detail === null ? "" : `: ${one.detail}`;
        if (one.state === "down") return [["red", `${where} is down${why}`]];
        return cannotBeTold(one)
          ? [["yellow", `${where} cannot be told${why}`]]
          : [];
      })
    )
  );
}

/** True for a node whose words are known now. */
function answers(node: NodeState): boolean {
  return node.local || node.reachable;
}

function moduleOf(node: NodeState, name: string): ModuleState | undefined {
  return node.modules.find((module) => module.name === name);
}

function agentText(node: NodeState, out: Output): string {
  if (answers(node)) {
    return node.version ? `hakit ${node.version}` : "answers";
  }
  return out.style("red", "does not answer");
}

function roleText(
  node: NodeState,
  module: ModuleState | undefined,
  out: Output,
): string {
  if (!module) {
    return answers(node)
      ? out.style("dim", "not installed")
      : out.style("red", "unknown");
  }
  const text = out.style(
    roleStyle(module),
    `${module.role} ${module.status}`,
  );
  return answers(node) ? text : `${text} (last known)`;
}

/** Red: stopped or blocked; yellow: on the way; green: does its work. */
function roleStyle(module: ModuleState): Style {
  if (module.role === "STOP" || module.status === "NotReady") return "red";
  return module.status === "Ready" ? "green" : "yellow";
}

interface Side {
  readonly node: NodeState;
  readonly module: ModuleState | undefined;
}

function dataText(
  module: ModuleState | undefined,
  other: Side | undefined,
): string {
  if (!module) return "";
  const { resync, lastResync } = module;
  if (resync) {
    const share = resync.bytesTotal > 0
      ? Math.floor(Math.min(1, resync.bytesDone / resync.bytesTotal) * 100)
      : 0;
    const left = resync.secondsLeft === null
      ? ""
      : `, ${seconds(resync.secondsLeft)} left`;
    if (resync.paused) return `copying ${resync.stage} ${share} %, paused`;
    return `copying ${resync.stage} ${share} % at ${
      bytes(resync.bytesPerSecond)
    }/s${left}, ${bytes(resync.bytesSent)} sent`;
  }
  const parts = [standingText(module, other)];
  if (module.session === "mirrored") parts.push("mirrored");
  if (module.session === "lost") parts.push("peer lost, writes wait");
  if (module.dirtyBytes > 0) {
    parts.push(`other side lacks ${bytes(module.dirtyBytes)}`);
  }
  if (lastResync) {
    parts.push(
      `last ${lastResync.full ? "full copy" : "resync"} ${
        bytes(lastResync.bytesSent)
      } in ${lastResync.seconds.toFixed(1)} s`,
    );
  }
  if (module.differences > 0) parts.push("COPIES DIFFER");
  else if (module.proven) {
    parts.push(`proven identical ${module.proven.slice(0, 16)}Z`);
  }
  return parts.join(", ");
}

function standingText(module: ModuleState, other: Side | undefined): string {
  const name = other?.node.name ?? "the other node";
  const heard = other && answers(other.node);
  const worth = standing(module, heard ? other.module : undefined);
  switch (worth) {
    case "newest":
      return "up to date";
    case "equal":
      return "as it was when it stopped";
    case "newer":
      return `newer than ${name}'s`;
    case "behind":
      return `behind ${name}`;
    case "apart":
      return `apart from ${name}'s`;
    case "doubtful":
      return "not up to date";
    case "unknown":
      return heard
        ? "as it was when it stopped"
        : `not known while ${name} is silent`;
    default:
      return worth satisfies never;
  }
}

function heldText(module: ModuleState | undefined): string {
  const held = module?.addresses.filter((entry) => entry.held) ?? [];
  return held.map((entry) => entry.address).join(" ") || "-";
}
