/**
 * The failover manual: transcripts of two nodes, replayed. A line "$ command" acts on the simulated nodes of tests/simulation/ (whose
 * seed is fixed, so that the order of things is too); the lines after it are what both did, and what they are at the end.
 *
 *   $ mirrored                  both are started, node1 is PRIM and node2 SECOND: how they came there is in 01_first_start.txt
 *   $ unmirrored                the module has no directories (first of all)
 *   $ node1 hakit prim          any user command                 $ node1 power off | on
 *   $ node1 kill agent | replicator                              $ node1 start agent
 *   $ node1 pause 5s            its agent is stopped and goes on $ node1 fault TEXT     its disk fails
 *   $ node1 hang 13s            its agent's loop hangs, its heartbeats go on
 *   $ node1 replicator pause 9s it is stopped and goes on        $ node1 disk stalls 9s nothing becomes durable
 *   $ node1 disk hangs 30s      it ends no fsync, and the replicator says so
 *   $ node1 start_prim fails    the next time                    $ node1 replicator restarts
 *   $ node1 stop_second takes 9s and stop_sec too, at most      $ node1 stop_prim takes 9s  at most
 *   $ node1 rule stopstart      a failover rule fires            $ node1 blocked | free  a rule with wait() holds | no more
 *   $ node1 failover off | on   the maintenance switch
 *   $ boot_delay 30s, $ primary last | node1, $ keep node2, $ timeout 0.5s       settings (first of all)
 *   $ node1 new disk             everything on it is gone        $ node1 behind         its copy is not up to date
 *   $ node1 old state            its system disk alone is of before what it wrote alone
 *   $ node1 snapshot | set back  a virtual machine's disks are kept | are those again
 *   $ node1 lacks the module | has the module                    $ node1 replicator broken  it does not start any more
 *   $ cut node1 | both          nothing arrives from it          $ heal
 *   $ witness, $ ping           there is an arbiter (first of all)
 *   $ isolate node1 | both      cut from everything, the arbiter too
 *   $ witness off | on | forgets                                 $ witness cut node1
 *   $ node1 lacks the witness    its disks are of before it was added
 *   $ node1 has the witness      it is added again
 *   $ wait 30s                  any command may end in "(2s)": how long the world runs afterwards, 10 s if not said
 */
import type { Action, PlanAction } from "../../src/machine/action.ts";
import type { RuleOrder, UserCommand } from "../../src/machine/event.ts";
import type { Coverage } from "../simulation/coverage.ts";
import { ModelDisk } from "../simulation/model.ts";
import { Node } from "../simulation/node.ts";
import { Witness } from "../simulation/witness.ts";
import { World } from "../simulation/world.ts";

const DEFAULT_MS = 10_000;

export class Scenario {
  readonly #world = new World(20_261_168);
  readonly #nodes: readonly [Node, Node];
  readonly #bootDelayMs: number;
  readonly #isolated: [boolean, boolean] = [false, false];
  #witness: Witness | undefined;
  #lines: string[] = [];
  readonly #snapshots: (() => void)[] = [];

  constructor(options: {
    readonly mirrored: boolean;
    /** Where the primary belongs. */
    readonly primary?: "last" | "node1" | "node2";
    readonly bootDelayMs?: number;
    readonly arbiter?: "witness" | "ping";
    /** After a split brain this node keeps its own. */
    readonly keeps?: string;
    /** Silence after which the other node is lost. */
    readonly timeoutMs?: number;
    readonly coverage?: Coverage;
  }) {
    if (options.arbiter === "witness") this.#witness = new Witness(this.#world);
    const pings = options.arbiter === "ping";
    const make = (index: 0 | 1): Node =>
      new Node({
        world: this.#world,
        index,
        storage: new ModelDisk(),
        mirrored: options.mirrored,
        config: {
          home: homeOf(options.primary, index),
          ...(options.keeps ? { keeps: options.keeps } : {}),
        },
        bootDelayMs: options.bootDelayMs ?? 0,
        ...(options.timeoutMs === undefined ? {} : {
          timeoutMs: options.timeoutMs,
          periodMs: Math.floor(options.timeoutMs / 3),
        }),
        witness: this.#witness,
        pings: pings ? () => !this.#isolated[index] : undefined,
        other: () => this.#nodes[1 - index]!,
        acknowledged: () => {},
        serves: () => {},
        takes: () => {},
        stepped: (_, before, event, after) =>
          options.coverage?.stepped(before, event, after),
        acts: (node, action) => {
          const text = describe(action);
          if (text !== null) this.#lines.push(`node${node.index + 1}  ${text}`);
        },
      });
    this.#nodes = [make(0), make(1)];
    this.#bootDelayMs = options.bootDelayMs ?? 0;
    this.#write(1);
  }

  /** Runs one command; what happened, line by line. */
  play(command: string): string[] {
    this.#lines = [];
    const match = /^(.*?)(?:\s+\(([\d.]+)s\))?$/.exec(command.trim())!;
    const waitMs = match[2] === undefined
      ? DEFAULT_MS
      : Number(match[2]) * 1000;
    this.#do(match[1]!.split(/\s+/), waitMs);
    return [...this.#lines, ...this.#nodes.map((node) => this.#end(node))];
  }

  #do(words: readonly string[], waitMs: number): void {
    const world = this.#world;
    const [first, verb, ...rest] = words;
    const run = () => world.runUntil(world.now + waitMs);
    switch (first) {
      case "unmirrored":
      case "keep":
      case "boot_delay":
      case "timeout":
      case "primary":
        return;
      case "ping":
        return;
      case "witness":
        if (verb === undefined) return;
        this.#third(verb, rest[0]);
        return run();
      case "mirrored":
        this.#mirrored();
        this.#lines = [];
        return;
      case "wait":
        return world.runUntil(world.now + seconds(verb));
      case "cut":
      case "isolate":
      case "heal":
        for (const index of [0, 1] as const) {
          const meant = verb === "both" || verb === `node${index + 1}`;
          world.cut[index] = first === "isolate" || (first === "cut" && meant);
          this.#isolated[index] = first === "isolate" && meant;
          if (this.#witness) this.#witness.cut[index] = this.#isolated[index];
        }
        for (const { replicator } of this.#nodes) replicator?.severed();
        return run();
      case "node1":
      case "node2":
        this.#node(this.#nodes[first === "node1" ? 0 : 1], verb!, rest);
        return run();
      default:
        throw new Error(`Unknown scenario command "${words.join(" ")}"`);
    }
  }

  #third(verb: string, node: string | undefined): void {
    const witness = this.#witness!;
    if (verb === "off") witness.stop();
    else if (verb === "on") witness.start();
    else if (verb === "forgets") witness.start(true);
    else if (verb === "cut") witness.cut[node === "node1" ? 0 : 1] = true;
    else throw new Error(`Unknown scenario command "witness ${verb}"`);
  }

  #mirrored(): void {
    const [one, two] = this.#nodes;
    for (const node of [one, two]) node.boot();
    const start = this.#bootDelayMs;
    this.#world.runUntil(start + 3000);
    one.say("prim");
    this.#world.runUntil(start + 13_000);
    if (one.view?.role !== "PRIM" || two.view?.status !== "Ready") {
      throw new Error("The nodes did not come to PRIM and SECOND");
    }
  }

  #node(node: Node, verb: string, rest: readonly string[]): void {
    switch (`${verb} ${rest[0]}`) {
      case "power on":
        return node.boot();
      case "power off":
        return node.powerCut();
      case "kill agent":
        return node.killAgent();
      case "replicator pause":
        return node.pauseReplicator(seconds(rest[1]));
      case "new disk":
        node.options.storage.replaced?.();
        node.record = { goal: "run", lastRole: null, cameFrom: null };
        return;
      case "old state":
        node.options.storage.forgotten?.();
        node.record = { goal: "run", lastRole: "PRIM", cameFrom: null };
        return;
      case "snapshot undefined": {
        const { record } = node;
        const setBack = node.options.storage.snapshot!();
        this.#snapshots[node.index] = () => {
          setBack();
          node.record = record;
        };
        return;
      }
      case "set back":
        return this.#snapshots[node.index]!();
      case "replicator broken":
        node.replicatorFails = true;
        return;
      case "behind undefined":
        node.options.storage.outdate?.();
        return;
      case "lacks the":
      case "has the":
        if (rest[1] === "witness") return this.#witnessOf(node, verb);
        node.lacksModule = verb === "lacks";
        return;
      case "disk stalls":
        return node.stallDisk(seconds(rest[1]));
      case "disk hangs":
        return node.hangDisk(seconds(rest[1]));
      case "kill replicator":
      case "replicator restarts":
        return node.killReplicator();
      case "start agent":
        return node.startAgent();
      case "stop_second takes":
        node.secondScriptsMs = seconds(rest[1]);
        return;
      case "stop_prim takes":
        node.stopMs = seconds(rest[1]);
        return;
      case "start_prim fails":
        node.startFails = true;
        return;
      case "failover on":
      case "failover off":
        return node.switchFailover(rest[0] === "on");
    }
    if (verb === "pause") return node.pauseAgent(seconds(rest[0]));
    if (verb === "hang") return node.stallAgent(seconds(rest[0]));
    if (verb === "rule") return node.rule(rest[0] as RuleOrder);
    if (verb === "blocked") return node.block("ping.router is down");
    if (verb === "free") return node.block(null);
    if (verb === "fault") return node.fail(rest.join(" "));
    if (verb === "hakit") {
      return node.say(rest[0] as UserCommand, rest[1] === "--full");
    }
    throw new Error(`Unknown scenario command "${verb} ${rest.join(" ")}"`);
  }

  #witnessOf(node: Node, verb: string): void {
    if (verb === "has") return node.addWitness();
    node.lacksWitness = true;
    const { claim: _, ...record } = node.record;
    node.record = record;
  }

  #end(node: Node): string {
    const name = `= node${node.index + 1}`;
    if (!node.power) return `${name} has no power`;
    const { view } = node;
    if (view === null) return `${name} has no agent`;
    const address = node.addresses ? ", holds the address" : "";
    const reason = view.reason === null ? "" : `: ${view.reason}`;
    return `${name} ${view.role} ${view.status}${address}${reason}`;
  }

  /** Somebody always writes. */
  #write(write: number): void {
    this.#world.later(50, () => {
      for (const node of this.#nodes) node.write(write);
      this.#write(write + 1);
    });
  }
}

function homeOf(primary: string | undefined, index: 0 | 1) {
  if (primary === undefined) return "anywhere";
  if (primary === "last") return "last";
  return primary === `node${index + 1}` ? "here" : "there";
}

function seconds(text: string | undefined): number {
  const match = /^([\d.]+)s$/.exec(text ?? "");
  if (match === null) throw new Error(`Not a time: "${text}", expected "5s"`);
  return Number(match[1]) * 1000;
}

/** One line for an action; null for what would only be noise. */
function describe(action: Action): string | null {
  switch (action.do) {
    case "persist": {
      const { goal, lastRole, cameFrom, settled, claim, untold, otherWitness } =
        action.record;
      const from = cameFrom === null ? "" : ` from ${cameFrom}`;
      const whole = settled ? ", settled" : "";
      const epoch = claim === undefined ? "" : `, epoch ${claim}`;
      const told = untold ? ", witness not told" : "";
      const other = otherWitness === undefined
        ? ""
        : ", beside another witness";
      return `record: ${goal}, ${
        lastRole ?? "no role yet"
      }${from}${whole}${epoch}${told}${other}`;
    }
    case "tell":
      return null;
    case "replicator":
      // Renewed all the time.
      if (action.command.command === "lease") return null;
      return `replicator ${options(action.command)}`;
    case "run":
      return `${action.name}: ${action.actions.map(step).join(", ")}`;
    case "log":
      return action.level === "info"
        ? action.text
        : `${action.level}: ${action.text}`;
    default:
      return action satisfies never;
  }
}

function step(action: PlanAction): string {
  switch (action.do) {
    case "replicator":
      return `replicator ${options(action.command)}`;
    case "script":
      return `${action.script}${action.force ? " force" : ""}`;
    case "take-addresses":
    case "release-addresses":
    case "freeze-services":
      return action.do.replace("-", " ");
    default:
      return action satisfies never;
  }
}

function options(command: { readonly command: string }): string {
  const { command: name, ...rest } = command as { [key: string]: unknown };
  const words = Object.entries(rest).map(([key, value]) =>
    value === true ? ` ${key}` : value === false ? ` not ${key}` : ""
  );
  return `${name}${words.join("")}`;
}

/** The transcript as it is now: comments and commands as they stand, what follows a command made anew. */
export function replay(text: string, coverage?: Coverage): string {
  const delay = /^\$ boot_delay (\S+)$/m.exec(text)?.[1];
  const primary = /^\$ primary (last|node1|node2)$/m.exec(text)?.[1];
  const arbiter = /^\$ (witness|ping)$/m.exec(text)?.[1];
  const keeps = /^\$ keep (node1|node2)$/m.exec(text)?.[1];
  const timeout = /^\$ timeout (\S+)$/m.exec(text)?.[1];
  const scenario = new Scenario({
    ...(timeout ? { timeoutMs: seconds(timeout) } : {}),
    ...(coverage ? { coverage } : {}),
    ...(keeps ? { keeps } : {}),
    ...(arbiter ? { arbiter: arbiter as "witness" } : {}),
    mirrored: !text.includes("\n$ unmirrored"),
    ...(delay ? { bootDelayMs: seconds(delay) } : {}),
    ...(primary ? { primary: primary as "last" } : {}),
  });
  const out: string[] = [];
  for (const block of text.trimEnd().split("\n")) {
    if (block.startsWith("$ ")) {
      if (out.length > 0 && out.at(-1) !== "" && !out.at(-1)!.startsWith("#")) {
        out.push("");
      }
      out.push(block, ...scenario.play(block.slice(2)));
    } else if (block.startsWith("#")) {
      if (out.length > 0 && !out.at(-1)!.startsWith("#")) out.push("");
      out.push(block);
    }
  }
  return out.join("\n") + "\n";
}
