/** Two nodes under a seed: faults as drawn, invariants checked while it runs, and whether peace brings PRIM and SECOND back. */
import type { Event } from "../../src/machine/event.ts";
import type { State } from "../../src/machine/step.ts";
import { Clock } from "./clock.ts";
import type { Coverage } from "./coverage.ts";
import { clear, type Stage } from "./faults.ts";
import type { Kind } from "./kinds.ts";
import { ModelDisk } from "./model.ts";
import { Node, type NodeOptions, TIMEOUT_MS } from "./node.ts";
import { Violation, type Watching } from "./violation.ts";
import { Witness } from "./witness.ts";
import { World } from "./world.ts";

/** Peace must bring the cluster back within this time, without a person. */
const RECOVERY_MS = 30_000;
/** Two of the last heartbeats. */
const UNHEARD_MS = 700;
/** Detection, and the time that an agent whose loop hangs is still believed (src/heartbeat/worker.ts). */
const PROMPT_MS = 18_000;
/** Nobody need be asked any more, and a resync holds them up for a moment only, unless its connection breaks just then. */
const PROMPT_ALONE_MS = 3_000;
/** Two that serve at the same time, and hear each other: until one of them has let go. */
const BOTH_MS = 3_000;
const HUNG = /has not ended an? |has said nothing /;
/** README's word for how long a disk may hang. */
const HANGS_MS = 20_000;
/** A disk that hangs is left within this time: one whose replicator hangs in it, too, must be ended first. */
const SUCCEEDED_MS = 12_000;
/** What a person must be told of a wait that does not end by itself. */
const REMEDY = /"hakit |by itself|follows when|has newer data|tried again/;

export class Simulation implements Stage {
  readonly world: World;
  readonly nodes: readonly [Node, Node];
  readonly witness: Witness | undefined;
  readonly router: [boolean, boolean] = [true, true];
  readonly acknowledged = new Set<number>();
  readonly kind: Kind;
  disturbed = false;
  readonly #coverage: Coverage | undefined;
  #writes = 0;
  /** Who acknowledged last, and every reign that has ended by that. */
  #reign = 0;
  readonly #over = new Set<number>();
  /** Set while nobody may change his role. */
  #steady = false;

  constructor(seed: number, kind: Kind, watching: Watching = {}) {
    this.kind = kind;
    this.world = new World(seed);
    this.world.recording = watching.recording ?? false;
    this.#coverage = watching.coverage;
    const { world } = this;
    this.witness = kind.arbiter === "witness"
      ? new Witness(world, this.#clock())
      : undefined;
    const timings = this.#timings();
    const make = (index: 0 | 1): Node =>
      new Node({
        world,
        index,
        ...timings[index],
        clock: this.#clock(),
        storage: new ModelDisk(),
        mirrored: kind.data !== "none",
        witness: this.witness,
        pings: kind.arbiter === "ping"
          ? (index) => this.router[index]
          : undefined,
        rules: kind.rules,
        other: () => this.nodes[1 - index]!,
        acknowledged: (node, write) => this.#acknowledge(node, write),
        serves: (node) => this.#served(node),
        takes: (node) => this.#taken(node),
        stepped: (node, before, event, after) =>
          this.#stepped(node, before, event, after),
      });
    this.nodes = [make(0), make(1)];
    this.nodes[1].lacksWitness = kind.unlike ?? false;
    // A lease must not end for it.
    for (const node of this.nodes) {
      if (world.chance(0.1)) node.secondScriptsMs = world.between(1_000, 4_000);
      if (world.chance(0.1)) node.stopMs = world.between(1_000, 6_000);
    }
  }

  /** Crystals differ by some parts in a million; three parts in a hundred are more than any machine's. */
  #clock(): Clock {
    const { world } = this;
    const ahead = world.between(0, 1e9);
    const rate = this.kind.skewed ? world.between(0.97, 1.03) : 1;
    return new Clock(world, { rate, ahead });
  }

  /** Others than by default, short ones too; or a cluster.yaml that was changed on one node only. */
  #timings(): readonly [Partial<NodeOptions>, Partial<NodeOptions>] {
    const { world } = this;
    if (!this.kind.skewed || world.chance(0.6)) return [{}, {}];
    const draw = () => {
      // Where nothing is to happen a node stands still for 400 ms: with a short time-out that is no small thing.
      const timeoutMs = !this.kind.steady && world.chance(0.4)
        ? world.pick([500, 700, 1_000])
        : Math.round(world.between(1_500, 2 * TIMEOUT_MS));
      const most = Math.floor(timeoutMs / 3);
      return {
        timeoutMs,
        periodMs: Math.min(world.pick([200, 300, 400]), most),
      };
    };
    const both = draw();
    return world.chance(0.5) ? [both, both] : [both, draw()];
  }

  run(): void {
    const { world } = this;
    this.#start();
    const rounds = Math.floor(world.between(2, 6));
    for (let round = 0; round < rounds; round++) {
      world.note(`--- round ${round + 1} of ${rounds}`);
      this.disturbed = true;
      this.#steady = this.kind.steady ?? false;
      this.#disturb();
      this.disturbed = false;
      this.#peace();
      this.#recover();
      this.#steady = false;
    }
  }

  /** First start: empty nodes wait; a person says which is good; the other follows. */
  #start(): void {
    const { world, nodes } = this;
    for (const node of nodes) node.boot();
    if (this.kind.data === "none") return this.#recover();
    this.#write();
    world.runFor(3_000);
    for (const node of nodes) {
      if (node.view?.role !== "WAIT" || !node.view.reason?.includes("prim")) {
        this.#violated(`first start: ${node.view?.role}, expected WAIT`);
      }
    }
    nodes[0].say("prim");
    this.#recover();
  }

  /** One reign follows the other: who acknowledges after another one has begun to was not fenced. */
  #acknowledge(node: Node, write: number): void {
    this.acknowledged.add(write);
    if (!this.kind.oneWriter) return;
    const { reign } = node.replicator!;
    if (reign === this.#reign) return;
    // Without a lease the answer that was in its socket is read late; what the other node has is acknowledged rightly.
    const here = this.kind.arbiter !== "witness" &&
      this.nodes[1 - node.index]!.copy.has(write);
    if (this.#over.has(reign)) {
      if (here) return;
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
        this.#prompt(node);
        this.#succeeded(node);
      }
      this.#oneService();
      this.#write();
    });
  }

  /** A slow, hanging or dying peer must not hold up the applications of a primary that is well. */
  #prompt(node: Node): void {
    const { agent, replicator, diskStallsUntil, world } = node;
    if (agent === null || replicator === null || !agent.begun) return;
    const { role, plan } = agent.state;
    if ((role !== "PRIM" && role !== "ALONE") || plan !== null) return;
    if (role === "PRIM" && !this.kind.prompt) return;
    const most = role === "ALONE" ? PROMPT_ALONE_MS : PROMPT_MS;
    if (replicator.report().fault !== null) return;
    const since = Math.max(
      replicator.waitingSince,
      agent.roleSince,
      agent.begunAt,
      agent.awakeAt,
      replicator.awakeAt,
      diskStallsUntil,
      // It would answer, or go on itself, if it could record it.
      node.other.diskStallsUntil,
      node.diskHangsUntil,
    );
    if (world.now - since < most) return;
    this.#violated(
      `writes of node${node.index + 1} wait ${
        ((world.now - since) / 1000).toFixed(0)
      } s although it is well`,
    );
  }

  readonly #hungSince: [number, number] = [Infinity, Infinity];

  /** Who serves from a disk that hangs is succeeded by a node that can go on at once, whatever else lies on that disk. */
  #succeeded(node: Node): void {
    const { other, world } = node;
    const hung = world.now < node.diskHangsUntil;
    const free = other.view?.role === "SECOND" && other.copy.consistent &&
      other.view.identity.upToDate && other.view.failover !== false &&
      !other.stalled && !other.replicator?.paused && !other.view.stalls &&
      world.now >= other.diskStallsUntil;
    // Its record, which would be its word, may lie on that disk.
    const heard = !node.stalled && world.connected() &&
      (this.witness?.well ?? true) &&
      world.weather.loss + world.weather.late < 0.2;
    const since = this.#hungSince[node.index];
    if (!hung || !free || !heard) {
      this.#hungSince[node.index] = Infinity;
      return;
    }
    if (since === Infinity && this.#mustLeave(node)) {
      this.#hungSince[node.index] = world.now;
    }
    if (world.now - since < SUCCEEDED_MS) return;
    this.#violated(
      `node${
        node.index + 1
      }'s disk hangs, and the other node does not go on for ${
        SUCCEEDED_MS / 1000
      } s`,
    );
  }

  #mustLeave(node: Node): boolean {
    const { agent, replicator, diskHangsSince, world } = node;
    if (node.isSaving) return false;
    if (agent?.state.role !== "PRIM" || agent.state.plan !== null) return false;
    if (replicator?.session !== "mirrored") return false;
    const since = Math.max(diskHangsSince, replicator.waitingSince);
    return world.now - since > HANGS_MS;
  }

  #disturb(): void {
    const { world, kind } = this;
    world.weather.loss = world.chance(0.5) ? world.between(0, kind.loss) : 0;
    const names = Object.keys(kind.faults);
    const first = Object.keys(kind.first ?? kind.faults);
    const count = Math.floor(world.between(...kind.count));
    for (let fault = 0; fault < count; fault++) {
      const name = world.pick(fault === 0 ? first : names);
      const node = world.pick(this.nodes);
      this.#coverage?.count(`fault: ${name}`);
      world.note(`FAULT ${name}, node${node.index + 1}`);
      kind.faults[name]!(this, node);
      world.runFor(world.between(0, count === 1 ? 6_000 : 4_000));
    }
  }

  #peace(): void {
    const { world } = this;
    const awake = Math.max(
      ...this.nodes.map((
        { agent, replicator, diskStallsUntil, diskHangsUntil },
      ) =>
        Math.max(
          agent?.awakeAt ?? 0,
          replicator?.awakeAt ?? 0,
          diskStallsUntil,
          diskHangsUntil,
        )
      ),
    );
    if (awake > world.now) world.runUntil(awake);
    world.note("--- peace");
    clear(this);
    for (const node of this.nodes) {
      node.startFails = node.addressFails = node.hangs = false;
      node.router = "up";
      node.block(null);
      node.switchFailover(true);
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
      world.runFor(200);
      for (const node of this.nodes) {
        // A person started again what stopped itself, or was stopped; once a round.
        const stopped = node.view?.role === "STOP" &&
          node.view.status === "NotReady";
        if (stopped && !started.has(node) && world.now - begin > 1_000) {
          started.add(node);
          node.say("start");
        }
      }
    }
    this.#check();
    if (this.kind.data === "none") return;
    const before = this.acknowledged.size;
    world.runFor(1_000);
    // A broken connection may have been noticed on one side only so far.
    if (this.acknowledged.size === before) world.runFor(4_000);
    if (this.acknowledged.size === before) {
      this.#violated("PRIM and SECOND are ready, and no write is acknowledged");
    }
  }

  /** After chaos a person may be needed: only where the automaton says so in words. */
  #person(): boolean {
    if (!this.kind.person) return false;
    const waiting = this.nodes.filter((node) => node.view?.role === "WAIT");
    const asked = waiting.filter((node) => node.view?.reason?.includes("prim"));
    if (waiting.length < 2 || asked.length === 0) return false;
    // A copy that says itself that it is behind is not what is chosen while the other does not say so.
    const node = asked.find(({ copy }) => copy.consistent);
    if (node === undefined) return false;
    this.world.note(`a person decides: ${node.view?.reason}`);
    this.#coverage?.count("a person decides");
    node.say("prim");
    return true;
  }

  #settled(): boolean {
    // An address that another machine had is taken back when it is looked for next.
    const roles = this.nodes.map(({ view, addresses }) =>
      view?.status === "Ready" && (view.role !== "PRIM" || addresses)
        ? view.role
        : null
    );
    return roles.includes("PRIM") && roles.includes("SECOND");
  }

  /** At rest: everything acknowledged is on both nodes, or kept aside after a divergence. */
  #check(): void {
    const { world, nodes } = this;
    const primary = nodes.find((node) => node.view?.role === "PRIM")!;
    const second = nodes.find((node) => node.view?.role === "SECOND")!;
    // The secondary may have one that is still on its way, and nothing else.
    const missing = primary.copy.lackedBy(second.copy);
    if (missing !== null) {
      this.#violated(`mirrored, but the secondary lacks ${missing}`);
    }
    for (const write of this.acknowledged) {
      const kept = primary.copy.has(write) ||
        (this.kind.promise === "served or kept" &&
          nodes.some(({ copy }) => copy.salvage.has(write)));
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
    if (!node.copy.consistent) this.#violated("a half copied node serves");
    if (this.kind.promise !== "served") return;
    for (const write of this.acknowledged) {
      if (!node.copy.has(write)) {
        this.#violated(
          `node${node.index + 1} serves without acknowledged write ${write}`,
        );
      }
    }
  }

  /**
   * Whoever hands over lets go first. (A node whose agent is dead or stopped cannot; nor one that is cut off: its writes wait, but
   * the address is there twice until it is back. And a node whose disk stood still while it recorded that it takes over does so
   * late, when the other one may have come back: that one's writes wait, and it yields when it hears.)
   */
  #taken(node: Node): void {
    if (!this.kind.oneAddress) return;
    const other = this.nodes[1 - node.index]!;
    const { world } = this;
    const late = world.now - node.diskStallsUntil < 3_000;
    const free = other.stalled && !other.guarded;
    if (node.stalled || free || this.#parted() || late) return;
    if (this.kind.arbiter !== "witness") return this.#takenUnheard(node);
    if (other.addresses) {
      this.#violated(`node${node.index + 1} takes the address that is held`);
    }
    if (other.answers) {
      this.#violated(
        `node${node.index + 1} takes the address while the other one serves`,
      );
    }
  }

  /**
   * Without a witness a guard takes a heartbeat that left for one that was heard: of the last ones before its agent died some may have
   * been lost, and the other node begins so much earlier.
   */
  #takenUnheard(node: Node): void {
    const other = this.nodes[1 - node.index]!;
    if (!other.addresses && !other.answers) return;
    this.world.later(UNHEARD_MS, () => {
      if (!node.addresses || other.stalled && !other.guarded) return;
      if (other.addresses || other.answers) {
        this.#violated(`node${node.index + 1} has the address that is held`);
      }
    });
  }

  /** With a witness who is cut off is fenced. */
  #parted(): boolean {
    const { world, kind } = this;
    if (kind.arbiter === "witness") return false;
    return world.cut[0] || world.cut[1] || world.now - world.cutAt < 3_000;
  }

  #bothSince = Infinity;

  /** Whatever made both of them serve: it ends as soon as they hear each other, and not when a service has stopped in order. */
  #oneService(): void {
    const { world, nodes } = this;
    const both = nodes.every(({ answers }) => answers);
    const excused = this.#parted() || world.weather.loss > 0.2 ||
      world.weather.late > 0.1 ||
      nodes.some((node) =>
        (node.stalled && !node.isWarded) || world.now < node.diskStallsUntil
      );
    if (!both || excused) this.#bothSince = world.now;
    if (world.now - this.#bothSince <= BOTH_MS) return;
    this.#violated(`both nodes serve for ${BOTH_MS / 1000} s`);
  }

  #stepped(node: Node, before: State, event: Event, after: State): void {
    this.#coverage?.stepped(before, event, after);
    if (
      this.#steady && before.role !== after.role && before.begun
    ) {
      this.#violated(
        `node${
          node.index + 1
        } went from ${before.role} to ${after.role} although both were healthy`,
      );
    }
    if (
      before.role === "ALONE" && after.role === "WAIT" &&
      HUNG.test(after.reason ?? "")
    ) {
      this.#violated("the only copy is left because its disk hangs");
    }
    const waits = after.role === "WAIT" && after.plan === null &&
      !after.pending && after.record.goal === "run" && after.reason !== null;
    if (
      waits && after.reason !== before.reason && !REMEDY.test(after.reason!)
    ) {
      this.#violated(`a WAIT without a remedy: ${after.reason}`);
    }
  }

  #violated(what: string): never {
    throw new Violation(this.kind.name, this.world.seed, what);
  }
}
