/** The drill: a client writes through the virtual address, the primary loses its power (or swaps), and every promise is checked. */
import { randomBytes, randomInt } from "node:crypto";
import type { ClusterState } from "../api/state.ts";
import { connect } from "../cli/agent_client.ts";
import { sleep } from "../system/clock.ts";
import { lines } from "../system/lines.ts";
import type { LabModule } from "./files.ts";
import { bothReady, requireLab, roles, switchOff, switchOn } from "./lab.ts";
import { inside, self } from "./node.ts";
import { longestGap, type Outcome, outcome } from "./timeline.ts";
import { home, type LabNode, other } from "./topology.ts";
import type { WriterEvent } from "./writer.ts";

const READY_LIMIT_MS = 120_000;
const SERVICE_LIMIT_MS = 60_000;
/** The survivor must go on, not just answer once. */
const AFTERWARDS_MS = 1500;
const LOOK_EVERY_MS = 20;
/** All rows of a run are one. */
const LONGEST_LINE = 1 << 26;

export interface KillResult extends Outcome {
  readonly killed: string;
  readonly survivor: string;
  /** From the return of power until both nodes are Ready; null: it was not asked for. */
  readonly returnedMs: number | null;
  /** Bytes that crossed the network to make the returned node level. */
  readonly resyncBytes: number | null;
}

export interface SwapResult {
  readonly from: string;
  readonly to: string;
  /** Until the command said that it is done. */
  readonly swapMs: number;
  /** The longest time in which a client got no acknowledgement. */
  readonly pauseMs: number;
  readonly acknowledged: number;
  readonly found: number;
  readonly lost: number;
}

/** Kills the primary under load; `comeBack`: switches it on again and waits until both are Ready. */
export async function killDrill(
  { comeBack, tell }: {
    readonly comeBack: boolean;
    readonly tell: (text: string) => void;
  },
): Promise<KillResult> {
  const module = await requireLab();
  const before = await bothReady(module, READY_LIMIT_MS);
  const primary = primaryOf(before, module);
  const survivor = other(primary);
  const writer = await startWriter(module);
  try {
    await writer.rowsReach(20, SERVICE_LIMIT_MS);
    await sleep(randomInt(300, 2500));
    tell(`Pulling the plug of node${primary} while a client writes`);
    const killedAt = Date.now();
    const detected = detection(survivor, module);
    await switchOff(primary, "kill");
    // Not earlier: the dying node would answer.
    writer.say("probe");
    const detectedAt = await detected;
    await writer.acknowledgedAfter(killedAt + 100, SERVICE_LIMIT_MS);
    await sleep(AFTERWARDS_MS);
    await writer.end();
    const result = outcome(killedAt, detectedAt, writer.events);
    const base = {
      ...result,
      killed: `node${primary}`,
      survivor: `node${survivor}`,
    };
    if (!comeBack) return { ...base, returnedMs: null, resyncBytes: null };
    tell(`Giving node${primary} its power back`);
    const returnedAt = Date.now();
    await switchOn(primary);
    const after = await bothReady(module, READY_LIMIT_MS);
    const resync = roles(after, module).map((entry) => entry?.lastResync)
      .find((entry) => entry);
    return {
      ...base,
      returnedMs: Date.now() - returnedAt,
      resyncBytes: resync?.bytesSent ?? null,
    };
  } finally {
    writer.kill();
  }
}

/** Swaps under load. */
export async function swapDrill(
  { tell }: { readonly tell: (text: string) => void },
): Promise<SwapResult> {
  const module = await requireLab();
  const before = await bothReady(module, READY_LIMIT_MS);
  const primary = primaryOf(before, module);
  const writer = await startWriter(module);
  try {
    await writer.rowsReach(20, SERVICE_LIMIT_MS);
    await sleep(randomInt(300, 1500));
    tell(`Swapping while a client writes: node${other(primary)} takes over`);
    const askedAt = Date.now();
    await connect(home(primary)).role({ module, command: "swap", wait: true });
    const swapMs = Date.now() - askedAt;
    await writer.acknowledgedAfter(Date.now(), SERVICE_LIMIT_MS);
    await sleep(AFTERWARDS_MS);
    await writer.end();
    const gap = longestGap(writer.events, askedAt);
    const { acknowledged, found, lost } = outcome(
      askedAt,
      null,
      writer.events,
    );
    return {
      from: `node${primary}`,
      to: `node${other(primary)}`,
      swapMs,
      pauseMs: gap ? gap.to - gap.from : 0,
      acknowledged,
      found,
      lost,
    };
  } finally {
    writer.kill();
  }
}

function primaryOf(state: ClusterState, module: LabModule): LabNode {
  return roles(state, module)[0]?.role === "PRIM" ? 1 : 2;
}

/** The moment at which the survivor says that its peer is gone. */
async function detection(
  survivor: LabNode,
  module: LabModule,
): Promise<number | null> {
  const api = connect(home(survivor));
  const until = Date.now() + SERVICE_LIMIT_MS;
  while (Date.now() < until) {
    const state = await api.state().catch(() => null);
    const own = state?.nodes.find((node) => node.local);
    const peer = state?.nodes.find((node) => !node.local);
    const role = own?.modules.find((entry) => entry.name === module)?.role;
    if (peer?.reachable === false || role === "ALONE") return Date.now();
    await sleep(LOOK_EVERY_MS);
  }
  return null;
}

interface Writer {
  readonly events: readonly WriterEvent[];
  say(word: string): void;
  rowsReach(count: number, limitMs: number): Promise<void>;
  acknowledgedAfter(at: number, limitMs: number): Promise<void>;
  /** Ends it and waits for the rows that it finds. */
  end(): Promise<void>;
  kill(): void;
}

async function startWriter(module: LabModule): Promise<Writer> {
  const run = randomBytes(4).toString("hex");
  const [program, ...args] = await inside(0, [
    ...self(),
    ...["lab-writer", module, run],
  ]);
  const child = new Deno.Command(program!, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  const events: WriterEvent[] = [];
  let acknowledged = 0;
  const reading = (async () => {
    for await (const line of lines(child.stdout, LONGEST_LINE)) {
      const event = JSON.parse(line) as WriterEvent;
      if ("acknowledged" in event) acknowledged++;
      events.push(event);
    }
  })();
  const wait = async (enough: () => boolean, limitMs: number, what: string) => {
    const until = performance.now() + limitMs;
    while (!enough()) {
      if (performance.now() > until) {
        throw new Error(`The client saw no ${what} within ${limitMs / 1000} s`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  };
  const say = (word: string) => {
    input.write(new TextEncoder().encode(`${word}\n`)).catch(() => {});
  };
  return {
    events,
    say,
    rowsReach: (count, limitMs) =>
      wait(() => acknowledged >= count, limitMs, "acknowledged rows"),
    acknowledgedAfter: (at, limitMs) =>
      wait(
        () => events.some((e) => "acknowledged" in e && e.at > at),
        limitMs,
        "acknowledged row afterwards",
      ),
    async end() {
      say("end");
      await input.close();
      const { code } = await child.status;
      await reading;
      if (code !== 0) {
        throw new Error("The client could not read its rows back");
      }
    },
    kill() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
    },
  };
}
