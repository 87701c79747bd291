/** What a restart of agents, one after the other, does to services: said before it is done. Runs in the browser. Pure. */
import {
  allStopped,
  mirroredNames,
  type Obstacle,
  obstacles,
  order,
  toSwap,
} from "../api/rolling_plan.ts";
import type { Step, Wait } from "../api/rolling.ts";
import type { ClusterState } from "../api/state.ts";
import type { Texts } from "./text/en.ts";

type Words = Texts["clusterConfig"]["restart"];

export type RestartQuestion =
  | { readonly refusal: readonly string[] }
  | {
    readonly refusal: null;
    /** In this order. */
    readonly nodes: readonly string[];
    /** What happens, and what it costs. */
    readonly lines: readonly string[];
  };

export function restartQuestion(
  state: ClusterState,
  waiting: readonly string[],
  words: Words,
): RestartQuestion {
  const against = obstacles(state).map((one) => obstacleWords(one, words));
  if (against.length > 0) return { refusal: against };
  const nodes = order(state).filter((node) => waiting.includes(node));
  if (allStopped(state)) {
    return { refusal: null, nodes, lines: [words.idle, words.address] };
  }
  const other = (node: string) =>
    state.nodes.find(({ name }) => name !== node)?.name ?? "";
  const serves = new Map(
    state.nodes.flatMap(({ name: node }) =>
      toSwap(state, node).map((module) => [module, node] as const)
    ),
  );
  const turns = nodes.map((node) => {
    const moving = mirroredNames(state)
      .filter((module) => serves.get(module) === node);
    // What has moved away from the first moves back with the second's turn.
    for (const module of moving) serves.set(module, other(node));
    return moving.length === 0
      ? words.quiet(node)
      : words.moves(moving.join(", "), node, other(node));
  });
  return { refusal: null, nodes, lines: [...turns, words.single, words.open] };
}

function obstacleWords(obstacle: Obstacle, words: Words): string {
  if (obstacle.kind === "silent") return words.silent(obstacle.node);
  const sides = obstacle.sides.map(({ node, is }) =>
    is ? words.side(node, is.role, is.status) : words.notInstalled(node)
  );
  return words.notWhole(obstacle.module, sides.join(", "));
}

export function stepWords(step: Step, { steps }: Words): string {
  switch (step.did) {
    case "move":
      return steps.move(step.module, step.node);
    case "begin":
      return steps.begin(step.node);
    case "level":
      return steps.level(step.modules.join(", "));
    case "wait":
      return waitWords(step.wait, steps);
    case "unheard":
      return steps.unheard(step.node);
    default:
      return step satisfies never;
  }
}

export function waitWords(wait: Wait, steps: Words["steps"]): string {
  return wait.for === "begin"
    ? steps.waitBegin(wait.node)
    : steps.waitLevel(wait.modules.join(", "));
}
