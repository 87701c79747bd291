/** What goes wrong, by name. Each happens to one node (or between both); peace() in simulation.ts undoes what lasts. */
import { USER_COMMANDS, type UserCommand } from "../../src/machine/event.ts";
import type { Node } from "./node.ts";
import type { Witness } from "./witness.ts";
import { FAIR, type World } from "./world.ts";

export interface Stage {
  readonly world: World;
  readonly nodes: readonly [Node, Node];
  readonly witness: Witness | undefined;
  /** Which nodes reach the address that both ping. */
  readonly router: [boolean, boolean];
  /** Faults may still begin. */
  readonly disturbed: boolean;
}

type Fault = (stage: Stage, node: Node) => void;

const HOUR = 3_600_000;
const BLOCKED =
  "ping.router is down (rule p_router); it goes on by itself when that has changed";

function commands(...words: readonly UserCommand[]): Fault {
  return ({ world }, node) => node.say(world.pick(words));
}

/** What breaks a swap off in one of its steps, on either side. */
const BREAKS: readonly ((world: World, node: Node) => void)[] = [
  (_, node) => node.powerCut(),
  (_, node) => node.killAgent(),
  (_, node) => node.killReplicator(),
  (world, node) => node.pauseReplicator(world.between(500, 8_000)),
  (world, node) => node.pauseAgent(world.between(500, 4_000)),
];

/** What may happen to a cluster whose network holds. */
export const CRASHES: { readonly [name: string]: Fault } = {
  "power cut": (_, node) => node.powerCut(),
  "power is back": (_, node) => node.boot(),
  "both lose power": ({ nodes }) => nodes.forEach((one) => one.powerCut()),
  "agent dies": (_, node) => node.killAgent(),
  "agent starts": (_, node) => node.startAgent(),
  "agent stands still": ({ world }, node) =>
    node.pauseAgent(world.between(200, 6_000)),
  "agent's loop hangs": ({ world }, node) =>
    node.stallAgent(world.between(200, world.chance(0.1) ? 14_000 : 4_000)),
  "agent gets no processor": ({ world }, node) =>
    node.starveAgent(world.between(1_000, 10_000)),
  "guard dies": (_, node) => node.killGuard(),
  "replicator dies": (_, node) => node.killReplicator(),
  "replicator stands still": ({ world }, node) =>
    node.pauseReplicator(
      world.between(200, world.chance(0.1) ? 30_000 : 6_000),
    ),
  "disk stalls": ({ world }, node) =>
    node.stallDisk(world.between(100, world.chance(0.1) ? 20_000 : 4_000)),
  "clock leaps an hour": (_, node) => node.leap(HOUR),
  "disk fails": (_, node) => node.fail("input/output error"),
  "service does not start": (_, node) => {
    node.startFails = true;
  },
  "address is somebody else's": ({ world }, node) => {
    node.addressFails = world.chance(0.5);
    node.addressLost();
  },
  "a person": commands("stop", "start", "swap", "restart", "stopstart"),
  "swap is broken off": (stage, node) => {
    const { world, nodes } = stage;
    node.say("swap");
    if (world.chance(0.5)) {
      const stallMs = world.between(500, 5_000);
      world.later(world.between(0, 1_000), () => node.stallDisk(stallMs));
    }
    world.later(world.between(0, 2_500), () => {
      if (stage.disturbed) world.pick(BREAKS)(world, world.pick(nodes));
    });
  },
  "everything is copied anew": (_, node) => node.say("second", true),
  "a rule": ({ world }, node) =>
    node.rule(world.pick(["restart", "stopstart", "stop", "swap"])),
  "a rule with wait()": ({ world }, node) =>
    node.block(world.chance(0.5) ? BLOCKED : null),
};

/** The network too, and machines that stand still as a whole; but one of the nodes always hears the other. */
export const TROUBLE: { readonly [name: string]: Fault } = {
  "machine stands still": ({ world }, node) =>
    node.pauseAll(world.between(500, 6_000)),
  "one direction is cut": ({ world, nodes }, node) => {
    world.cut[node.index] = true;
    world.note(`cut: nothing arrives from node${node.index + 1}`);
    for (const one of nodes) one.replicator?.severed();
  },
  "data connection is cut": ({ world, nodes }) => {
    world.dataCut = world.chance(0.6);
    world.note(`data connection cut: ${world.dataCut}`);
    for (const one of nodes) one.replicator?.severed();
  },
  "datagrams come twice, late, or not": ({ world }) => {
    world.weather.loss = world.between(0, 0.4);
    world.weather.twice = world.between(0, 0.3);
    world.weather.late = world.between(0, 0.3);
    world.weather.lateMs = world.between(150, 3_000);
  },
};

/** The nodes may be parted. */
export const CUTS: { readonly [name: string]: Fault } = {
  ...TROUBLE,
  "links are cut": ({ world, nodes }, node) => {
    const cut = world.chance(0.6);
    world.cut[node.index] = cut;
    // One way only, or both.
    if (world.chance(0.5)) world.cut[1 - node.index] = cut;
    world.note(`cut: ${world.cut}`);
    for (const one of nodes) one.replicator?.severed();
  },
  "network goes in the middle of a stop": (stage, node) => {
    const { world, nodes } = stage;
    node.say(world.pick(["stop", "swap", "stopstart"]));
    world.later(world.between(0, 1_500), () => {
      if (!stage.disturbed) return;
      world.cut[0] = world.cut[1] = true;
      world.note("cut: both");
      for (const one of nodes) one.replicator?.severed();
    });
    if (world.chance(0.5)) {
      world.later(
        world.between(500, 3_000),
        () => stage.disturbed && node.powerCut(),
      );
    }
  },
};

export const WITNESS: { readonly [name: string]: Fault } = {
  "witness dies": ({ witness }) => witness!.stop(),
  "witness is back": ({ witness }) => witness!.start(),
  "witness is back with an empty disk": ({ witness }) => witness!.start(true),
  "witness stands still": ({ witness, world }) =>
    witness!.pause(world.between(200, 5_000)),
  "witness is cut from a node": ({ witness, world }, node) => {
    witness!.cut[node.index] = world.chance(0.6);
    witness!.deaf[node.index] = world.chance(0.6);
    world.note(
      `witness hears not: ${witness!.cut}, answers not: ${witness!.deaf}`,
    );
  },
};

/** A machine that loses all its cables. */
export const CUT_OFF: { readonly [name: string]: Fault } = {
  "node is cut off": ({ world, witness, nodes }, node) => {
    world.cut[0] = world.cut[1] = true;
    witness!.cut[node.index] = witness!.deaf[node.index] = true;
    world.note(`node${node.index + 1} is cut off`);
    for (const one of nodes) one.replicator?.severed();
  },
};

export const PING: { readonly [name: string]: Fault } = {
  "router is cut from a node": ({ router, world }, node) => {
    router[node.index] = world.chance(0.5);
    world.note(`router answers: ${router}`);
  },
  "node is cut off": ({ world, router, nodes }, node) => {
    world.cut[0] = world.cut[1] = true;
    router[node.index] = false;
    world.note(`node${node.index + 1} is cut off`);
    for (const one of nodes) one.replicator?.severed();
  },
};

/** A disk that ends nothing and says nothing: that of the data, that of both, and a process that waits in it. */
export const HANGS: { readonly [name: string]: Fault } = {
  "disk hangs": (stage, node) => hang(stage, node),
  "the primary's disk hangs": (stage, node) =>
    hang(stage, stage.nodes.find(isServing) ?? node, 15_000),
  "disk hangs, and records with it": (stage, node) =>
    node.stallDisk(hang(stage, node)),
  "disk hangs, and the replicator in it": (stage, node) => {
    const { world } = stage;
    const ms = hang(stage, node);
    world.later(world.between(0, Math.min(ms, 5_000)), () => {
      node.pauseReplicator(node.diskHangsUntil - world.now);
    });
    if (world.chance(0.5)) node.stallDisk(ms);
  },
  "one storage of both hangs": (stage, node) => {
    const ms = hang(stage, node);
    node.other.hangDisk(ms);
  },
};

function hang({ world }: Stage, node: Node, leastMs = 1_000): number {
  const ms = leastMs + world.between(0, world.pick([8_000, 30_000, 90_000]));
  node.hangDisk(ms);
  return ms;
}

function isServing({ replicator }: Node): boolean {
  return replicator?.phase === "primary";
}

/** What checkers see; the rules are real. */
export const RESOURCES: { readonly [name: string]: Fault } = {
  "service hangs": ({ world }, node) => {
    node.hangs = world.chance(0.7);
    node.note(`service hangs: ${node.hangs}`);
  },
  "checker flaps": ({ world }, node) => {
    node.note("checker flaps");
    for (let at = 0; at < 4_000; at += 300) {
      world.later(at, () => node.hangs = !node.hangs);
    }
    world.later(4_100, () => node.hangs = false);
  },
  "router is down": ({ world }, node) => {
    node.router = world.chance(0.5) ? "down" : "up";
    node.note(`router is ${node.router}`);
  },
};

/** Somebody who tries everything. */
export const PEOPLE: { readonly [name: string]: Fault } = {
  "a person who tries everything": ({ world }, node) =>
    node.say(
      world.pick(USER_COMMANDS),
      world.chance(0.2),
    ),
  "failover off and on": ({ world }, node) =>
    node.switchFailover(world.chance(0.4)),
};

/** None of these is a reason for a healthy primary to leave its role, nor for anybody else to take it. */
export const HARMLESS: { readonly [name: string]: Fault } = {
  "agent stands still for a moment": ({ world }, node) =>
    node.pauseAgent(world.between(50, 900)),
  "agent's loop hangs for a moment": ({ world }, node) =>
    node.stallAgent(world.between(50, 900)),
  "disk stalls for a moment": ({ world }, node) =>
    node.stallDisk(world.between(50, 1_500)),
  // All leases have ended then: a new one takes a round trip, which must not take long.
  "clock leaps an hour": ({ world }, node) => {
    if (world.weather.late === FAIR.late) node.leap(HOUR);
  },
  "one of two networks loses datagrams": ({ world }) => {
    world.firstLinkLoss = world.pick([0.1, 0.3, 1]);
  },
  "datagrams come late or twice": ({ world }) => {
    world.weather.twice = world.between(0, 0.3);
    world.weather.late = world.between(0, 0.3);
    world.weather.lateMs = 600;
  },
  // Two that answer nobody at once are more than a lease forgives.
  "agent dies": ({ witness }, node) => {
    if (!witness?.well) return;
    node.killAgent();
    node.world.later(node.world.between(50, 700), () => node.startAgent());
  },
};

export function clear({ world, router, witness }: Stage): void {
  Object.assign(world.weather, FAIR);
  world.firstLinkLoss = 0;
  if (!world.connected()) world.cutAt = world.now;
  world.cut[0] = world.cut[1] = world.dataCut = false;
  router[0] = router[1] = true;
  witness?.heal();
}
