/**
 * One node after the other begins again while services run: what `hakit upgrade` and the console's page do, by one request for one node
 * after the other. What is interrupted leaves a whole pair, and is asked for again.
 */
import { allStopped, mirrored, mirroredNames, toSwap } from "./rolling_plan.ts";
import type { UpgradeInfo } from "./schemas.ts";
import type { ClusterState } from "./state.ts";

/** Its scripts' time limits, then the guard's. */
const BEGIN_MS = 12 * 60_000;
/** Where nothing runs, the agent may be back under an address that nobody here knows yet. */
const UNHEARD_MS = 60_000;
/** What changed meanwhile is copied by then; longer is said to a person. */
const LEVEL_MS = 30 * 60_000;
const LOOK_EVERY_MS = 500;
const SAY_EVERY_MS = 15_000;

export type Life = Pick<UpgradeInfo, "life" | "ready">;

export interface RollingDoor<Info extends Life = Life> {
  state(): Promise<Pick<ClusterState, "nodes">>;
  info(node: string): Promise<Info>;
  /** Answered when the module serves on the other node. */
  swap(module: string, node: string): Promise<unknown>;
  say(step: Step): void;
}

export type Wait =
  | { readonly for: "begin"; readonly node: string }
  | { readonly for: "level"; readonly modules: readonly string[] };

export type Step =
  | {
    readonly did: "move";
    readonly module: string;
    readonly node: string;
    readonly ms: number;
  }
  | { readonly did: "begin"; readonly node: string; readonly ms: number }
  | { readonly did: "level"; readonly modules: readonly string[] }
  | { readonly did: "wait"; readonly wait: Wait }
  /** Not heard again; nothing ran there. */
  | { readonly did: "unheard"; readonly node: string };

/** What was waited for did not come. */
export class LateError extends Error {
  override readonly name = "LateError";
  constructor(readonly wait: Wait, readonly minutes: number) {
    super(`Not within ${minutes} minutes`);
  }
}

/** What the node serves changes places, `begin` has its agent begin again, and the copies are level. */
export async function turn<Info extends Life>(
  node: string,
  door: RollingDoor<Info>,
  { begin, check = () => {}, limitMs = BEGIN_MS }: {
    readonly begin: () => Promise<unknown>;
    /** Throws where the agent that began is not the one that was to. */
    readonly check?: (info: Info) => void;
    readonly limitMs?: number;
  },
): Promise<void> {
  // As it is now: the turn before moved some, and a default primary may have drawn some back.
  for (const module of toSwap(await door.state(), node)) {
    const start = performance.now();
    await door.swap(module, node);
    door.say({ did: "move", module, node, ms: performance.now() - start });
  }
  const modules = mirroredNames(await door.state());
  const { life } = await door.info(node);
  const start = performance.now();
  await begin();
  const began = { for: "begin", node } as const;
  const info = await until(began, limitMs, door, () => begun(node, life, door));
  check(info);
  door.say({ did: "begin", node, ms: performance.now() - start });
  if (modules.length === 0) return;
  await until({ for: "level", modules }, LEVEL_MS, door, async () => {
    const state = await door.state();
    return modules.every((module) => mirrored(state, module)) ? true : null;
  });
  door.say({ did: "level", modules });
}

/** The agents of these nodes, in their order; `restart` asks one of them. Throws LateError where one is not heard in the end. */
export async function restartAll(
  nodes: readonly string[],
  door: RollingDoor & { restart(node: string): Promise<unknown> },
  unheardMs = UNHEARD_MS,
): Promise<void> {
  const unheard: { node: string; life: string; start: number }[] = [];
  for (const node of nodes) {
    const idle = allStopped(await door.state());
    const { life } = await door.info(node);
    const start = performance.now();
    try {
      await turn(node, door, {
        begin: () => door.restart(node),
        ...idle ? { limitMs: unheardMs } : {},
      });
    } catch (error) {
      // By a new port or address the first is heard when the second has begun, too.
      if (!idle || !(error instanceof LateError)) throw error;
      door.say({ did: "unheard", node });
      unheard.push({ node, life, start });
    }
  }
  // Whoever is not heard now either may not have begun at all: that is not done.
  for (const { node, life, start } of unheard) {
    const wait = { for: "begin", node } as const;
    await until(wait, unheardMs, door, () => begun(node, life, door));
    door.say({ did: "begin", node, ms: performance.now() - start });
  }
}

/** What an agent says of itself that is another one than it was; null: it is not there yet. */
async function begun<Info extends Life>(
  node: string,
  life: string,
  door: Pick<RollingDoor<Info>, "info">,
): Promise<Info | null> {
  const now = await door.info(node);
  return now.ready && now.life !== life ? now : null;
}

/** An agent that is not there is what is waited for. */
async function until<T>(
  wait: Wait,
  limitMs: number,
  { say }: Pick<RollingDoor, "say">,
  look: () => Promise<T | null>,
): Promise<T> {
  const start = performance.now();
  let said = start;
  for (;;) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    const now = performance.now();
    if (now - start > limitMs) throw new LateError(wait, limitMs / 60_000);
    if (now - said > SAY_EVERY_MS) {
      say({ did: "wait", wait });
      said = now;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
