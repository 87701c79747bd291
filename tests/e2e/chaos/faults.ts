/** Every fault: how it is done and how it is undone. A plan of them is made from a seed alone. */
import type { NodeNumber, Part, World } from "./world.ts";

/** Whom it hits: the node that serves when it begins, the other one, or both. */
export type Target = "primary" | "secondary" | "both";

export interface Fault {
  readonly name: string;
  readonly targets: readonly Target[];
  /** Shortest and longest, in milliseconds. */
  readonly hold: readonly [number, number];
  readonly begin: (world: World, node: NodeNumber) => Promise<void>;
  readonly end?: (world: World, node: NodeNumber) => Promise<void>;
}

export interface Planned {
  readonly fault: Fault;
  readonly target: Target;
  readonly holdMs: number;
}

const ONE: readonly Target[] = ["primary", "secondary"];
const ANY: readonly Target[] = ["primary", "secondary", "both"];

function killed(...parts: Part[]): Fault {
  return {
    name: `kill -9 ${parts.join(", ")}`,
    targets: ANY,
    hold: [0, 3000],
    begin: (world, node) =>
      Promise.resolve(world.signal(node, parts, "SIGKILL")),
  };
}

/** Longer than the lease (1.8 s) and the time-out (2.1 s), and shorter. */
function stopped(...parts: Part[]): Fault {
  return {
    name: `SIGSTOP ${parts.join(", ")}`,
    targets: ONE,
    hold: [300, 8000],
    begin: (world, node) =>
      Promise.resolve(world.signal(node, parts, "SIGSTOP")),
    end: (world, node) => Promise.resolve(world.signal(node, parts, "SIGCONT")),
  };
}

function cut(link: 1 | 2): Fault {
  return {
    name: `cable ${link} out`,
    targets: ONE,
    hold: [500, 6000],
    begin: (world, node) => world.cables(node, "down", [link]),
    end: (world, node) => world.cables(node, "up", [link]),
  };
}

function oneWay(way: "in" | "out"): Fault {
  return {
    name: `hears ${way === "in" ? "nobody" : "but is not heard"}`,
    targets: ONE,
    hold: [500, 6000],
    begin: (world, node) =>
      world.filter(node, [{ way, links: [1, 2], percent: 100 }]),
    end: (world, node) => world.unfilter(node),
  };
}

export const FAULTS: readonly Fault[] = [
  killed("agent"),
  killed("replicator"),
  killed("guard"),
  killed("agent", "replicator", "guard"),
  killed("agent", "replicator", "guard", "counter"),
  stopped("agent"),
  stopped("replicator"),
  stopped("agent", "replicator"),
  {
    name: "the whole machine is paused",
    targets: ONE,
    hold: [500, 8000],
    async begin(world, node) {
      // A machine that stands still does not even answer pings; a kernel whose programs are stopped would.
      await world.cables(node, "down", [1, 2, "witness"]);
      world.pauseAll(node);
    },
    async end(world, node) {
      await world.cables(node, "up", [1, 2, "witness"]);
      world.continueAll(node);
    },
  },
  {
    name: "power cut",
    targets: ANY,
    hold: [300, 6000],
    begin: async (world, node) => void await world.lab("kill", String(node)),
    end: async (world, node) => void await world.lab("start", String(node)),
  },
  {
    name: "shut down in order",
    targets: ONE,
    hold: [500, 4000],
    begin: async (world, node) => void await world.lab("stop", String(node)),
    end: async (world, node) => void await world.lab("start", String(node)),
  },
  cut(1),
  cut(2),
  {
    name: "both cables out",
    targets: ONE,
    hold: [500, 8000],
    begin: (world, node) => world.cables(node, "down", [1, 2]),
    end: (world, node) => world.cables(node, "up", [1, 2]),
  },
  {
    name: "cut from everything, witness too",
    targets: ONE,
    hold: [500, 8000],
    begin: (world, node) => world.cables(node, "down", [1, 2, "witness"]),
    end: (world, node) => world.cables(node, "up", [1, 2, "witness"]),
  },
  oneWay("in"),
  oneWay("out"),
  {
    name: "30 % loss both ways",
    targets: ONE,
    hold: [2000, 8000],
    begin: (world, node) =>
      world.filter(node, [
        { way: "in", links: [1, 2], percent: 30 },
        { way: "out", links: [1, 2], percent: 30 },
      ]),
    end: (world, node) => world.unfilter(node),
  },
  {
    name: "the witness dies",
    targets: ["primary"],
    hold: [1000, 8000],
    begin: async (world) => void await world.lab("witness", "kill"),
    end: async (world) => void await world.lab("witness", "start"),
  },
  {
    name: "disk full",
    targets: ONE,
    hold: [1000, 5000],
    begin: (world, node) => world.fillDisk(node),
    end: (world, node) => world.emptyDisk(node),
  },
  {
    name: "swap",
    targets: ["secondary"],
    hold: [0, 3000],
    // Refused where it is not possible: that is no fault of it.
    begin: (world, node) =>
      world.hakit(["swap", "counter"], node).then(() => {}, () => {}),
  },
];

/** A stream of numbers in [0, 1) from a seed (mulberry32). */
export function lots(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One round: one fault, or two of which the second begins while the first one lasts. `round` walks through all of them. */
export function plan(draw: () => number, round: number): Planned[] {
  const pick = (): Planned => {
    const fault = FAULTS[Math.floor(draw() * FAULTS.length)]!;
    const [least, most] = fault.hold;
    return {
      fault,
      target: fault.targets[Math.floor(draw() * fault.targets.length)]!,
      holdMs: Math.round(least + draw() * (most - least)),
    };
  };
  const first = pick();
  // Every fault comes, whatever the lots say.
  const fault = FAULTS[round % FAULTS.length]!;
  const also = pick();
  const due: Planned = {
    ...first,
    fault,
    target: fault.targets[Math.floor(draw() * fault.targets.length)]!,
    holdMs: Math.round(
      fault.hold[0] + draw() * (fault.hold[1] - fault.hold[0]),
    ),
  };
  return draw() < 0.4 ? [due, also] : [due];
}
