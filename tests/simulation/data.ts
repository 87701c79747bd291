/**
 * The real data path under a seed: pipeline, follower, marks, dirty.log, journal and frames of two nodes, over a simulated wire and
 * disks that lose what was not synced. What the agents decide is given; what is asked is whether every acknowledged write is on the
 * survivor, every acknowledged fsync on the disks, and every place where the copies differ in the marks that a resync begins from.
 */
import { join } from "node:path";
import type { Inode } from "../../src/replication/inode.ts";
import { Dirty } from "../../src/replication/dirty.ts";
import { Follower } from "../../src/replication/follower.ts";
import { Journal } from "../../src/replication/journal.ts";
import { CHUNK, GROUP, Marks } from "../../src/replication/marks.ts";
import { KIND } from "../../src/replication/operation.ts";
import { Pipeline } from "../../src/replication/pipeline.ts";
import type { Context } from "../../src/replication/context.ts";
import { Settler } from "../../src/replication/settler.ts";
import { fits, nextLevel, type Tide } from "../../src/replication/tide.ts";
import type { Volume } from "../../src/replication/volume.ts";
import { Cable } from "./cable.ts";
import type { Coverage } from "./coverage.ts";
import { IDS, Machine, OFFSET, type Region, REGIONS } from "./machine.ts";
import { Violation, type Watching } from "./violation.ts";
import { World } from "./world.ts";

const GENERATION = "0123456789abcdef";

/** TideStore, without its file. */
class KeptTide {
  kept: Tide = { value: 0 };
  keep(tide: Tide): void {
    this.kept = tide;
  }
  keepBeside(tide: Tide, _: unknown, done: (error: number) => void): void {
    this.keep(tide);
    done(0);
  }
}

/** The primary's process. */
interface Source {
  readonly pipeline: Pipeline;
  readonly settler: Settler;
  readonly dirty: Dirty;
  readonly volume: Volume;
}

export class DataSimulation {
  readonly world: World;
  readonly #folder: string;
  readonly #machines: readonly [Machine, Machine];
  readonly #coverage: Coverage | undefined;
  /** Which machine is primary. */
  #primary: 0 | 1 = 0;
  #source: Source | null = null;
  #cable: Cable | null = null;
  #follower: Follower | null = null;
  #journal: Journal;
  /** The secondary's marks: they outlive a session, not the process. */
  #marks = new Marks();
  #sessions = 0;
  /** Bumped when a process dies: what it was to do is not done. */
  #life = 0;
  #writes = 0;
  /** By region: the last acknowledged write, and what an fsync that was acknowledged has promised. */
  readonly #acknowledged = REGIONS.map(() => 0);
  readonly #promised = REGIONS.map(() => 0);

  readonly #tides = [new KeptTide(), new KeptTide()] as const;
  readonly #snapshots: readonly [(() => void)[], (() => void)[]] = [[], []];

  constructor(readonly seed: number, watching: Watching = {}) {
    this.world = new World(seed);
    this.world.recording = watching.recording ?? false;
    this.#coverage = watching.coverage;
    this.#folder = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "hakit-" });
    this.#machines = [0, 1].map((index) =>
      new Machine(this.world, join(this.#folder, `node${index + 1}`))
    ) as [Machine, Machine];
    this.#journal = this.#openJournal();
  }

  run(): void {
    const { world } = this;
    try {
      this.#serve();
      this.#mirror();
      const rounds = Math.floor(world.between(3, 9));
      for (let round = 0; round < rounds; round++) {
        this.#work(world.between(50, 2_500));
        const [name, happens] = world.pick(this.#events);
        this.#coverage?.count(`data fault: ${name}`);
        world.note(`FAULT ${name}`);
        happens();
      }
      this.#work(500);
    } finally {
      this.#die();
      for (const machine of this.#machines) machine.close();
      Deno.removeSync(this.#folder, { recursive: true });
    }
  }

  readonly #events: readonly (readonly [string, () => void])[] = [
    ["the connection breaks", () => this.#reconnect()],
    ["the secondary loses its power", () => this.#secondaryDies(false)],
    [
      "the secondary loses its power, the primary too while it is alone",
      () => this.#secondaryDies(true),
    ],
    [
      "the secondary loses its power, and is set back to a snapshot",
      () => this.#secondaryDies(this.world.chance(0.3), true),
    ],
    ["the primary loses its power", () => this.#primaryDies()],
    [
      "the primary loses its power, and is set back to a snapshot",
      () => this.#primaryDies(true),
    ],
    ["both lose their power", () => this.#bothDie()],
  ];

  get #second(): 0 | 1 {
    return this.#primary === 0 ? 1 : 0;
  }

  #openJournal(): Journal {
    return new Journal(join(this.#folder, "journal"), (why) => {
      throw new Error(`no journal: ${why}`);
    });
  }

  #dirtyFile(index: 0 | 1): string {
    return join(this.#folder, `dirty${index + 1}.log`);
  }

  /** A primary begins; alone or not is said afterwards. */
  #serve(): void {
    const machine = this.#machines[this.#primary];
    const dirty = new Dirty(this.#dirtyFile(this.#primary));
    const volume = machine.volume();
    const pipeline = new Pipeline(dirty, {
      fsync: (fd, _, done) => machine.sync(fd, this.#alive(done)),
    }, {
      diverged: (why) => this.#violated(`the copies diverged: ${why}`),
      fault: (what) => this.#violated(what),
      unreadable: (what) => this.#violated(what),
      late: (what) => this.#violated(what),
      persist: () => {
        dirty.flush();
        return true;
      },
    }, () => this.world.now);
    const { now } = this.world, tide = this.#tides[this.#primary];
    const log = (text: string) => this.#violated(text);
    const context = { now: () => now, tide, log } as unknown as Context;
    const settler = new Settler(context, pipeline, []);
    this.#source = { pipeline, settler, dirty, volume };
    this.#turnAlways();
    this.#settleAlways();
  }

  /** Of the process that is there now. */
  #alive<T extends unknown[]>(run: (...args: T) => void): (...args: T) => void {
    const life = this.#life;
    return (...args) => {
      if (life === this.#life) run(...args);
    };
  }

  /** The copies are level: from now on every change goes to both. */
  #mirror(): void {
    const { world } = this;
    const { pipeline, settler, dirty, volume } = this.#source!;
    const mine = this.#tides[this.#primary], theirs = this.#tides[this.#second];
    mine.keep(nextLevel(mine.kept, theirs.kept));
    const cable = new Cable(world);
    this.#cable = cable;
    this.#sessions++;
    for (const id of IDS) volume.get(id)!.boundIn = this.#sessions;
    const [here, there] = cable.ends;
    const machine = this.#machines[this.#second];
    this.#journal.begin(GENERATION);
    // Numbers of an earlier session mean nothing in this one.
    const old = new Marks();
    old.add(this.#marks, 0);
    this.#marks.clear();
    this.#marks.add(old);
    const follower = new Follower(
      there.connection,
      [machine.volume()],
      this.#marks,
      {
        aio: { fsync: (fd, _, done) => machine.sync(fd, this.#alive(done)) },
        syncAll: (done) => machine.sync(null, this.#alive(done)),
        journal: this.#journal,
        tide: theirs,
        log: (text) => this.#violated(text),
        // What is received together is done at once here.
        now: () => 0,
        broken: (error) => this.#violated(`a sync failed: ${error}`),
      },
      pipeline.sequence,
    );
    follower.level = true;
    follower.keepTides(pipeline.sequence);
    this.#follower = follower;
    here.arrived = this.#alive(() => this.#hear(cable));
    there.arrived = this.#alive(() => this.#follow(cable, follower));
    const { sequence } = pipeline;
    pipeline.mirror(here.connection, this.#sessions);
    pipeline.settle({ tide: sequence });
    settler.begin(cable);
    // Both disks have everything, and both have recorded it.
    const level = { value: mine.kept.value + 1 };
    for (const tide of [theirs, mine]) tide.keep(level);
    settler.keepTides();
    this.#marks.settle(0);
    dirty.clear();
    const other = new Dirty(this.#dirtyFile(this.#second));
    other.clear();
    other.close();
  }

  #hear(cable: Cable): void {
    const { connection } = cable.ends[0];
    const { pipeline } = this.#source!;
    while (connection.receive(this.world.now) === null) {
      const next = connection.next();
      if (next === false) break;
      if (next !== true) this.#violated(next);
      const heard = pipeline.heard(connection.frame);
      if (typeof heard === "string") this.#violated(heard);
    }
    this.#turn();
  }

  /** As SecondaryRole.#receive. */
  #follow(cable: Cable, follower: Follower): void {
    const { connection } = cable.ends[1];
    connection.receive(this.world.now);
    for (let next = connection.next(); next; next = connection.next()) {
      if (next !== true) this.#violated(next);
      if (connection.frame.kind >= 64) follower.release();
      const wrong = follower.heard();
      if (wrong !== null) this.#violated(wrong);
    }
    // It may die between the journal and the change, and between the change and the answer.
    follower.release();
    this.world.later(
      this.world.between(0, 2),
      this.#alive(() => {
        follower.acknowledge();
        follower.outgoing.flush(connection);
      }),
    );
  }

  #turn(): void {
    const { pipeline } = this.#source!;
    pipeline.complete();
    pipeline.flush();
  }

  #turnAlways(): void {
    this.world.later(
      20,
      this.#alive(() => {
        this.#turn();
        this.#follower?.outgoing.flush(this.#cable!.ends[1].connection);
        this.#turnAlways();
      }),
    );
  }

  /** Every now and then each node makes all durable and says so: SourceSession.#keep and SecondaryRole.turn. */
  #settleAlways(): void {
    const { world } = this;
    world.later(
      world.between(80, 400),
      this.#alive(() => {
        const { pipeline, settler } = this.#source!;
        const { session } = pipeline;
        const upTo = pipeline.done;
        if (world.chance(0.2)) this.#keepSnapshot(world.pick([0, 1] as const));
        if (session !== null) {
          this.#machines[this.#primary].sync(
            null,
            this.#alive(() => {
              if (pipeline.session !== session) return;
              pipeline.settle({ here: upTo });
              settler.beginTide((tide) =>
                pipeline.tell(KIND.SETTLED, 0, tide, null, upTo)
              );
            }),
          );
        }
        if (world.chance(0.7)) this.#follower?.settle();
        this.#settleAlways();
      }),
    );
  }

  /** Applications write and sync for so long. */
  #work(ms: number): void {
    const { world } = this;
    const end = world.now + ms;
    while (world.now < end) {
      const region = world.pick(REGIONS);
      if (world.chance(0.15)) this.#fsync(region.file);
      else this.#write(region);
      world.runFor(world.between(0, 12));
    }
  }

  #write(region: Region): void {
    const { pipeline, volume } = this.#source!;
    if (pipeline.waiting > 16) return;
    const value = ++this.#writes;
    const at = REGIONS.indexOf(region);
    const id = IDS[region.file]!;
    const payload = new Uint8Array(8);
    new DataView(payload.buffer).setFloat64(0, value);
    pipeline.submit(
      {
        kind: KIND.WRITE,
        id,
        argument: region.chunk * CHUNK + OFFSET,
      },
      {
        volume,
        inode: volume.get(id)!,
        answer: this.#alive((errno) => {
          if (errno !== 0) this.#violated(`a write failed: errno ${errno}`);
          this.#acknowledged[at] = Math.max(this.#acknowledged[at]!, value);
        }),
      },
      payload,
    );
    this.#turn();
  }

  #fsync(file: number): void {
    const { pipeline, volume } = this.#source!;
    if (pipeline.waiting > 16) return;
    const before = [...this.#acknowledged];
    pipeline.sync(volume, volume.get(IDS[file]!) as Inode, {
      dataOnly: true,
      local: false,
      answer: this.#alive((errno) => {
        if (errno !== 0) this.#violated(`an fsync failed: errno ${errno}`);
        REGIONS.forEach((region, at) => {
          if (region.file !== file) return;
          const value = before[at]!;
          this.#promised[at] = Math.max(this.#promised[at]!, value);
          const needed = pipeline.alone
            ? [this.#machines[this.#primary]]
            : this.#machines;
          for (const machine of needed) {
            if (machine.durable(region) < value) {
              this.#violated(
                `an fsync is acknowledged, and ${
                  name(region)
                } is not on the disk of ${
                  machine === this.#machines[0] ? "node1" : "node2"
                }`,
              );
            }
          }
        });
      }),
    });
    this.#turn();
  }

  /** The connection breaks; before anybody was shut out the two are made level from the marks of both, and go on. */
  #reconnect(): void {
    const { pipeline, dirty } = this.#source!;
    this.#hangUp();
    pipeline.lose();
    this.#work(100);
    const marks = new Marks();
    marks.add(dirty.marks, 0);
    marks.add(pipeline.unsettled, 0);
    marks.add(this.#marks, 0);
    this.#resync(marks);
    this.#mirror();
  }

  /** The primary goes on alone; the secondary returns with what its disk had, or had once. */
  #secondaryDies(primaryToo: boolean, setBack = false): void {
    this.#hangUp();
    this.#machines[this.#second].powerCut();
    if (setBack) this.#setBack(this.#second);
    this.#marks = new Marks();
    let { pipeline, dirty } = this.#source!;
    pipeline.lose();
    this.#work(100);
    this.#goAlone();
    this.#work(this.world.between(50, 500));
    if (primaryToo) {
      this.#check(this.#primary, this.#promised, "promised by fsync");
      this.#die();
      this.#machines[this.#primary].powerCut();
      this.#check(this.#primary, this.#promised, "promised by fsync");
      this.#forget(this.#primary);
      this.#serve();
      ({ pipeline, dirty } = this.#source!);
      this.#goAlone();
      this.#work(100);
    }
    const marks = new Marks();
    marks.add(dirty.marks, 0);
    this.#drain();
    marks.add(dirty.marks, 0);
    this.#resync(marks, { setBack });
    this.#mirror();
  }

  /** PrimaryRole.alone(). */
  #goAlone(): void {
    const { pipeline, dirty } = this.#source!;
    dirty.add(pipeline.unsettled);
    dirty.flush();
    pipeline.unsettled.clear();
    pipeline.goAlone();
  }

  /** The secondary takes over; the old primary returns with what its disk had, or had once. */
  #primaryDies(setBack = false): void {
    this.#die();
    const old = this.#primary;
    this.#machines[old].powerCut();
    if (setBack) this.#setBack(old);
    const survivor = this.#second;
    this.#check(survivor, this.#acknowledged, "acknowledged");
    // SecondaryRole.stop(false): what it remembers counts as its own from here on.
    const dirty = new Dirty(this.#dirtyFile(survivor));
    dirty.add(this.#marks);
    dirty.flush();
    dirty.close();
    this.#marks = new Marks();
    this.#primary = survivor;
    this.#serve();
    this.#goAlone();
    this.#work(this.world.between(50, 500));
    this.#drain();
    const marks = new Marks();
    marks.add(this.#source!.dirty.marks, 0);
    this.#resync(marks, { setBack });
    this.#mirror();
  }

  /** Only what was made durable is promised; the secondary's journal names what may differ, on whichever disk. */
  #bothDie(): void {
    this.#die();
    for (const machine of this.#machines) machine.powerCut();
    this.#marks = new Marks();
    this.#journal.close();
    this.#journal = this.#openJournal();
    const left = this.#journal.read(GENERATION);
    if (left === null) this.#violated("the journal cannot be read");
    const first = this.world.pick([0, 1] as const);
    this.#check(first, this.#promised, "promised by fsync");
    const marks = new Marks();
    marks.add(left);
    for (const index of [0, 1] as const) {
      const dirty = new Dirty(this.#dirtyFile(index));
      marks.add(dirty.marks, 0);
      dirty.close();
    }
    this.#primary = first;
    this.#forget(first);
    this.#serve();
    this.#resync(marks);
    this.#mirror();
  }

  /** What was not promised may be gone: the application finds what the disk has, and goes on from there. */
  #forget(index: 0 | 1): void {
    REGIONS.forEach((region, at) => {
      this.#acknowledged[at] = this.#machines[index].read(region);
    });
  }

  /** All that waits is done; nobody writes. */
  #drain(): void {
    this.#turn();
    this.world.runFor(100);
  }

  /** All of a machine at one moment: its disk and what its replicator has recorded. */
  #keepSnapshot(index: 0 | 1): void {
    const disk = this.#machines[index].snapshot(), tide = this.#tides[index];
    const { kept } = tide;
    const all = this.#snapshots[index];
    all.push(() => {
      disk();
      tide.keep(kept);
    });
    if (all.length > 4) all.shift();
  }

  #setBack(index: 0 | 1): void {
    const all = this.#snapshots[index];
    if (all.length === 0) return;
    this.world.pick(all)();
    this.world.note(`node${index + 1} is set back`);
  }

  /** Levels the other copy, in the places that the marks name if its tide fits: afterwards both must be equal. */
  #resync(marks: Marks, { setBack = false } = {}): void {
    const [from, to] = [
      this.#machines[this.#primary],
      this.#machines[this.#second],
    ];
    const [mine, theirs] = [
      this.#tides[this.#primary].kept,
      this.#tides[this.#second].kept,
    ];
    const all = !fits(mine, theirs);
    if (all && !setBack) {
      this.#violated(
        `tides ${mine.value} and ${theirs.value} of honest copies do not fit`,
      );
    }
    if (setBack) {
      this.#coverage?.count(
        all ? "data set back: all is compared" : "data set back: by marks",
      );
    }
    for (const region of REGIONS) {
      if (from.read(region) === to.read(region)) continue;
      if (!all && !covers(marks, region)) {
        this.#violated(
          `the copies differ in ${name(region)} (${from.read(region)}, ${
            to.read(region)
          }), which no mark names`,
        );
      }
      to.write(region, from.read(region));
    }
    for (const machine of this.#machines) machine.settle();
    this.world.note("level again");
  }

  #check(index: 0 | 1, least: readonly number[], what: string): void {
    REGIONS.forEach((region, at) => {
      const value = this.#machines[index].read(region);
      if (value >= least[at]!) return;
      this.#violated(
        `node${index + 1} goes on with write ${value} in ${
          name(region)
        }, and write ${least[at]} was ${what}`,
      );
    });
  }

  #hangUp(): void {
    this.#follower?.close();
    this.#follower = null;
    this.#cable?.close();
    this.#cable = null;
  }

  /** Both replicators' processes are gone. */
  #die(): void {
    this.#life++;
    this.#hangUp();
    this.#source?.pipeline.close();
    this.#source?.dirty.close();
    this.#source = null;
    this.#journal.close();
  }

  #violated(what: string): never {
    throw new Violation("data", this.seed, what);
  }
}

function covers(marks: Marks, { file, chunk }: Region): boolean {
  const id = IDS[file]!;
  const mark = marks.get(0, id);
  if (mark !== undefined) {
    if (mark.chunks.has(chunk) || mark.tail <= chunk) return true;
  }
  return chunk === 0 && marks.hasGroup(0, Math.floor(id / GROUP));
}

function name({ file, chunk }: Region): string {
  return `MiB ${chunk} of file ${IDS[file]}`;
}
