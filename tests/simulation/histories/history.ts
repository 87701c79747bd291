/**
 * The real copy of a real directory under a seed: volumes, pipeline, follower, marks, dirty.log and both sides of a resync of two nodes,
 * over a simulated wire. Applications do what they like while sessions break and processes die; whenever the copies count as level,
 * they must be: in every name, byte, attribute and time.
 */
import { Pipeline } from "../../../src/replication/pipeline.ts";
import { wayTo } from "../../../src/replication/way_to.ts";
import { Violation, type Watching } from "../violation.ts";
import { World } from "../world.ts";
import { Applications, type Primary } from "./applications.ts";
import { differences } from "./compare.ts";
import { Node } from "./node.ts";
import { Session } from "./session.ts";

const NAMES = ["a", "b", "c", "d\xff", "e"];
const ROUNDS = 10;
/** Sessions that may break in a row. */
const BREAKS = 4;
const FIRST_ID = 5 * 2 ** 33;

export class History {
  readonly world: World;
  readonly #folder: string;
  readonly #applications: Applications;
  #primary: Primary;
  #secondary: Node;
  #session: Session | null = null;
  #sessions = 0;
  /** A resync was cut in the middle. */
  #wasCut = false;
  /** Why the session cannot go on. */
  #diverged: string | null = null;

  constructor(
    readonly kind: string,
    readonly seed: number,
    { recording = false }: Watching = {},
  ) {
    this.world = new World(seed);
    this.world.recording = recording;
    this.#folder = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "hakit-" });
    this.#applications = new Applications(this.world, {
      names: NAMES.slice(0, 3 + seed % 3),
      links: seed % 2 === 1,
    });
    let id = FIRST_ID;
    const options = { newId: () => ++id, answersAhead: seed % 4 >= 2 };
    const node = new Node("node1", this.#folder, options);
    this.#primary = { node, pipeline: this.#pipeline(node) };
    this.#secondary = new Node("node2", this.#folder, options);
  }

  run(): void {
    const { world } = this;
    try {
      this.#primary.pipeline.goAlone();
      this.#alone(80);
      this.#level(true);
      for (let round = 0; round < ROUNDS; round++) {
        this.#mirrored();
        const happens = world.pick([
          () => this.#secondaryIsLost(),
          () => this.#primaryDies(),
          () => this.#sessionBreaks(),
        ]);
        happens();
        this.#level(false);
      }
    } finally {
      this.#session?.close();
      this.#primary.pipeline.close();
      for (const node of [this.#primary.node, this.#secondary]) node.close();
      Deno.removeSync(this.#folder, { recursive: true });
    }
  }

  readonly #violated = (what: string): never => {
    this.world.note(`VIOLATION ${what}`);
    throw new Violation(this.kind, this.seed, what);
  };

  #pipeline({ dirty, volume }: Node): Pipeline {
    return new Pipeline(
      dirty,
      { fsync: (_fd, _dataOnly, done) => done(0) },
      {
        diverged: (why, lacks) => {
          this.world.note(`diverged: ${why}`);
          this.#diverged ??= why;
          const inode = lacks && volume.get(lacks.id);
          if (!inode) return;
          dirty.add(wayTo(volume, inode, volume.pathOf(inode)));
          dirty.flush();
        },
        fault: this.#violated,
        unreadable: this.#violated,
        late: this.#violated,
        persist: () => {
          dirty.flush();
          return true;
        },
      },
      () => this.world.now,
    );
  }

  #alone(most: number): void {
    this.#applications.alone(this.#primary, most);
  }

  #below(limit: number): number {
    return Math.floor(this.world.between(0, limit));
  }

  /** In as many sessions as it takes. */
  #level(full: boolean): void {
    const { world } = this;
    for (let attempt = 0;; attempt++) {
      const session = this.#session = new Session({
        world,
        primary: this.#primary,
        secondary: this.#secondary,
        applications: this.#applications,
        number: ++this.#sessions,
        violated: this.#violated,
      });
      const breaks = attempt < BREAKS && world.chance(0.5);
      const turns = breaks ? this.#below(600) : Infinity;
      if (session.level(full, turns)) break;
      this.#wasCut = true;
      this.#hangUp();
      const { pipeline } = this.#primary;
      if (pipeline.alone) this.#alone(this.#below(30));
      if (pipeline.alone && world.chance(0.3)) this.#primaryRestarts();
      else if (world.chance(0.3)) {
        world.note(`${this.#secondary.name} dies and is secondary again`);
        this.#secondary.dies();
      }
    }
    this.#compare("after a resync");
  }

  #mirrored(): void {
    const { world } = this;
    this.#diverged = null;
    const over = () => this.#diverged !== null;
    this.#session!.mirrored(20 + this.#below(250), over);
    if (over() || !world.chance(0.25)) return;
    this.#session!.deliver(over);
    if (!over()) this.#compare("when all was delivered");
  }

  #compare(when: string): void {
    const { node } = this.#primary;
    const found = differences(node, this.#secondary, {
      // A resync that is cut may have changed names in directories that nobody has marked (those with further links of a file), and
      // has not come to set their times.
      directoryTimes: !this.#wasCut,
    });
    if (found.length === 0) return;
    this.#violated(
      [`the copies (${node.name}, ${this.#secondary.name}) differ ${when}`]
        .concat(found).join("\n  "),
    );
  }

  #hangUp(): void {
    this.#session?.close();
    this.#session = null;
  }

  /** It is shut out, and the primary goes on alone. */
  #secondaryIsLost(): void {
    const { world } = this, { node: { dirty }, pipeline } = this.#primary;
    world.note("the secondary is shut out");
    this.#hangUp();
    if (world.chance(0.5)) this.#secondary.dies();
    dirty.add(pipeline.unsettled);
    dirty.flush();
    pipeline.unsettled.clear();
    pipeline.goAlone();
    this.#alone(this.#below(40));
  }

  /** The secondary goes on alone, from what it has in memory. */
  #primaryDies(): void {
    const { node, pipeline } = this.#primary, next = this.#secondary;
    this.world.note(`${node.name} dies, ${next.name} becomes primary`);
    this.#hangUp();
    this.#applications.die();
    pipeline.close();
    node.dies();
    this.#secondary = node;
    next.dirty.add(next.marks);
    next.dirty.flush();
    next.marks.clear();
    this.#serve(next);
    this.#alone(this.#below(40));
  }

  #primaryRestarts(): void {
    const { node, pipeline } = this.#primary;
    this.world.note(`${node.name} dies and is primary again`);
    this.#applications.die();
    pipeline.close();
    node.dies();
    this.#serve(node);
  }

  #serve(node: Node): void {
    const pipeline = this.#pipeline(node);
    this.#primary = { node, pipeline };
    pipeline.goAlone();
  }

  /** Nobody is shut out: applications wait for the next session. */
  #sessionBreaks(): void {
    this.world.note("the session breaks");
    this.#hangUp();
  }
}
