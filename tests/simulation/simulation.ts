/** Two nodes under a seed: faults as drawn, invariants checked while it runs, and whether peace brings PRIM and SECOND back. */
import { Node } from "./node.ts";
import { Witness } from "./witness.ts";
import { World } from "./world.ts";

/**
 * single: one fault at a time, then peace. An acknowledged write must be on whichever node serves.
 * crashes: several at once, but the network holds. The same promise, as nobody can go on who was not entitled to.
 * chaos: cuts as well. Without an arbiter both nodes may go on; then nothing acknowledged is destroyed: it is served or kept aside.
 * witness: a third machine, everything is cut and dies at random, that one too. Never two primaries that acknowledge, and the promise
 * of "crashes".
 */
export type Kind = "single" | "crashes" | "chaos" | "witness";

/** Peace must bring the cluster back within this time, without a person. */
const RECOVERY_MS = 30_000;

export class Violation extends Error {}

export class Simulation {
  readonly world: World;
  readonly nodes: readonly [Node, Node];
  readonly acknowledged = new Set<number>();
  readonly kind: Kind;
  readonly witness: Witness | undefined;
  #writes = 0;
  /** Who acknowledged last, and every reign that has ended by that. */
  #reign = 0;
  readonly #over = new Set<number>();

  constructor(seed: number, kind: Kind) {
    this.kind = kind;
    this.world = new World(seed);
    this.witness = kind === "witness" ? new Witness(this.world) : undefined;
    const make = (index: 0 | 1): Node =>
      new Node({
        world: this.world,
        index,
        other: () => this.nodes[1 - index]!,
        witness: this.witness,
        acknowledged: (node, write) => this.#acknowledge(node, write),
        serves: (node) => this.#served(node),
        takes: (node) => this.#taken(node),
      });
    this.nodes = [make(0), make(1)];
  }

  run(): void {
    const { world } = this;
    this.#start();
    const rounds = Math.floor(world.between(2, 6));
    for (let round = 0; round < rounds; round++) {
      world.note(`--- round ${round + 1} of ${rounds}`);
      if (this.kind === "single") this.#oneFault();
      else this.#manyFaults();
      this.#peace();
      this.#recover();
    }
  }

  /** First start: empty nodes wait; a person says which is good; the other follows. */
  #start(): void {
    const { world } = this;
    for (const node of this.nodes) node.boot();
    this.#write();
    world.runUntil(world.now + 3000);
    for (const node of this.nodes) {
      if (node.view?.role !== "WAIT" || !node.view.reason?.includes("prim")) {
        this.#violated(`first start: ${node.view?.role}, expected WAIT`);
      }
    }
    this.nodes[0].say("prim");
    this.#recover();
  }

  /** With a witness one reign follows the other: who acknowledges after another one has begun to was not fenced. */
  #acknowledge(node: Node, write: number): void {
    this.acknowledged.add(write);
    if (this.kind !== "witness") return;
    const { reign } = node.replicator!;
    if (reign === this.#reign) return;
    if (this.#over.has(reign)) {
      this.#violated(
        `node${
          node.index + 1
        } acknowledges ${write} although the other node has gone on`,
      );
    }
    this.#over.add(this.#reign);
    this.#reign = reign;
  }

  #write(): void {
    this.world.later(this.world.between(20, 80), () => {
      for (const node of this.nodes) {
        this.#writes += 1;
        node.write(this.#writes);
      }
      this.#write();
    });
  }

  #oneFault(): void {
    const { world } = this;
    world.loss = world.chance(0.3) ? 0.05 : 0;
    const node = world.pick(this.nodes);
    const quiet = () => world.runUntil(world.now + world.between(0, 6000));
    const fault = world.pick([
      () => {
        node.powerCut();
        quiet();
        node.boot();
      },
      () => {
        node.killReplicator();
        quiet();
      },
      () => {
        node.killAgent();
        quiet();
        node.startAgent();
      },
      () => {
        const pause = world.between(200, 6000);
        node.pauseAgent(pause);
        world.runUntil(world.now + pause + 1000);
      },
      () => {
        world.cut[node.index] = true;
        world.note(`cut: nothing arrives from node${node.index + 1}`);
        this.#breakConnections();
        quiet();
      },
      () => {
        node.fail("input/output error");
        quiet();
      },
      () => {
        node.startFails = true;
        quiet();
      },
      () => {
        node.say("stop");
        quiet();
        node.say("start");
      },
      () => {
        node.say("swap");
        quiet();
      },
      () => {
        node.say(world.pick(["restart", "stopstart"]));
        quiet();
      },
      () => {
        node.rule(world.pick(["restart", "stopstart", "stop", "swap"]));
        quiet();
      },
      () => {
        node.block("ping.router is down");
        quiet();
        node.block(null);
      },
      () => {
        for (const one of this.nodes) one.powerCut();
        quiet();
        node.boot();
        quiet();
        this.nodes[1 - node.index]!.boot();
      },
    ]);
    fault();
  }

  #manyFaults(): void {
    const { world } = this;
    // So many lost in a row that the peer seems dead is a cut, and belongs to chaos.
    const cuts = this.kind === "chaos" || this.kind === "witness";
    const worst = cuts ? 0.3 : 0.1;
    world.loss = world.chance(0.5) ? world.between(0, worst) : 0;
    const count = Math.floor(world.between(2, 7));
    for (let fault = 0; fault < count; fault++) {
      const node = world.pick(this.nodes);
      const kinds = [
        () => node.powerCut(),
        () => node.boot(),
        () => node.killReplicator(),
        () => node.killAgent(),
        () => node.startAgent(),
        () => node.pauseAgent(world.between(200, 6000)),
        () => node.fail("input/output error"),
        () => node.say(world.pick(["stop", "start", "swap", "restart"])),
        () => node.rule(world.pick(["restart", "stopstart", "stop", "swap"])),
        () => node.block(world.chance(0.5) ? "ping.router is down" : null),
      ];
      if (cuts) {
        kinds.push(() => node.pauseAll(world.between(500, 6000)), () => {
          const cut = world.chance(0.6);
          world.cut[node.index] = cut;
          if (world.chance(0.5)) world.cut[1 - node.index] = cut;
          world.note(`cut: ${world.cut}`);
          this.#breakConnections();
        });
      }
      const { witness } = this;
      if (witness !== undefined) {
        kinds.push(
          () => witness.stop(),
          () => witness.start(),
          () => witness.start(true),
          () => {
            witness.cut[node.index] = world.chance(0.6);
            world.note(`cut from the witness: ${witness.cut}`);
          },
          // A machine that loses all its cables.
          () => {
            world.cut[0] = world.cut[1] = true;
            witness.cut[node.index] = true;
            world.note(`node${node.index + 1} is cut off`);
            this.#breakConnections();
          },
        );
      }
      world.pick(kinds)();
      world.runUntil(world.now + world.between(0, 4000));
    }
  }

  /** A cut connection is noticed by its time-outs, on each side when it likes. */
  #breakConnections(): void {
    const { world } = this;
    for (const node of this.nodes) {
      const { replicator } = node;
      const connection = replicator?.connection ?? 0;
      world.later(world.between(300, 2500), () => {
        if (!world.connected()) replicator?.noticeLoss(connection);
      });
    }
  }

  #peace(): void {
    const { world } = this;
    const awake = Math.max(
      ...this.nodes.map(({ agent }) => agent?.pausedUntil ?? 0),
    );
    if (awake > world.now) world.runUntil(awake);
    world.note("--- peace");
    world.loss = 0;
    if (!world.connected()) world.cutAt = world.now;
    world.cut[0] = false;
    world.cut[1] = false;
    if (this.witness !== undefined) {
      this.witness.cut[0] = this.witness.cut[1] = false;
      if (!this.witness.up) this.witness.start();
    }
    for (const node of this.nodes) {
      node.startFails = false;
      node.block(null);
      if (!node.power) node.boot();
      else node.startAgent();
    }
  }

  #recover(): void {
    const { world } = this;
    const begin = world.now;
    const started = new Set<Node>();
    while (!this.#settled()) {
      if (world.now - begin > RECOVERY_MS) {
        if (this.#person()) return this.#recover();
        const roles = this.nodes.map((node) =>
          `${node.view?.role} ${node.view?.status} (${node.view?.reason})`
        );
        this.#violated(`no PRIM and SECOND after peace: ${roles.join(", ")}`);
      }
      world.runUntil(world.now + 200);
      for (const node of this.nodes) {
        // A person started again what stopped itself, or was stopped; once a round.
        const stopped = node.view?.role === "STOP" &&
          node.view.status === "NotReady";
        if (stopped && !started.has(node) && world.now - begin > 1000) {
          started.add(node);
          node.say("start");
        }
      }
    }
    this.#check();
    const before = this.acknowledged.size;
    world.runUntil(world.now + 1000);
    // A broken connection may have been noticed on one side only so far.
    if (this.acknowledged.size === before) world.runUntil(world.now + 4000);
    if (this.acknowledged.size === before) {
      this.#violated("PRIM and SECOND are ready, and no write is acknowledged");
    }
  }

  /** After chaos a person may be needed: only where the automaton says so in words. */
  #person(): boolean {
    if (this.kind === "single") return false;
    const waiting = this.nodes.filter((node) => node.view?.role === "WAIT");
    const asked = waiting.filter((node) => node.view?.reason?.includes("prim"));
    if (waiting.length < 2 || asked.length === 0) return false;
    const node = asked.find(({ disk }) => disk.identity.consistent);
    if (node === undefined) return false;
    // A copy that says itself that it is behind is not what is chosen while the other does not say so.
    this.world.note(`a person decides: ${node.view?.reason}`);
    node.say("prim");
    return true;
  }

  #settled(): boolean {
    const roles = this.nodes.map(({ view }) =>
      view?.status === "Ready" ? view.role : null
    );
    return roles.includes("PRIM") && roles.includes("SECOND");
  }

  /** At rest: everything acknowledged is on both nodes, or kept aside after a divergence. */
  #check(): void {
    const { world, nodes } = this;
    const primary = nodes.find((node) => node.view?.role === "PRIM")!;
    const second = nodes.find((node) => node.view?.role === "SECOND")!;
    // The secondary may have one that is still on its way, and nothing else.
    const missing = [...primary.disk.data].filter((write) =>
      !second.disk.data.has(write)
    );
    if (missing.length > 0) {
      this.#violated(`mirrored, but the secondary lacks ${missing.join(" ")}`);
    }
    for (const write of this.acknowledged) {
      const kept = primary.disk.data.has(write) ||
        (this.kind === "chaos" &&
          nodes.some(({ disk }) => disk.salvage.has(write)));
      if (!kept) this.#violated(`acknowledged write ${write} is nowhere`);
    }
    if (!primary.addresses || second.addresses) {
      this.#violated(
        `addresses: primary ${primary.addresses}, secondary ${second.addresses}`,
      );
    }
    if (!primary.service || second.service) {
      this.#violated(
        `service: primary ${primary.service}, secondary ${second.service}`,
      );
    }
    world.note(
      `--- PRIM node${
        primary.index + 1
      }, ${this.acknowledged.size} acknowledged`,
    );
  }

  #served(node: Node): void {
    const { identity } = node.disk;
    if (!identity.consistent) this.#violated("a half copied node serves");
    if (this.kind === "chaos") return;
    for (const write of this.acknowledged) {
      if (!node.disk.data.has(write)) {
        this.#violated(
          `node${node.index + 1} serves without acknowledged write ${write}`,
        );
      }
    }
  }

  /**
   * Whoever hands over lets go first. (A node whose agent is dead or stopped cannot; nor one that is cut off: its writes wait, but
   * the address is there twice until it is back.)
   */
  #taken(node: Node): void {
    if (this.kind === "chaos") return;
    const other = this.nodes[1 - node.index]!;
    const parted = !this.world.connected() ||
      this.world.now - this.world.cutAt < 3000;
    const excused = node.stalled || other.stalled || parted;
    if (other.addresses && !excused) {
      this.#violated(`node${node.index + 1} takes the address that is held`);
    }
  }

  #violated(what: string): never {
    throw new Violation(
      `seed ${this.world.seed} (${this.kind}): ${what}\n${
        this.world.journal.slice(-120).join("\n")
      }`,
    );
  }
}
