/**
 * The primary's side of a verification: walks over all names and asks, for each place, both disks at the same number of operations.
 * The question goes to the peer in the one order of all changes; the peer looks when it reads it, this node when its turn comes in
 * `Pipeline.complete`. In between nothing stops, and nothing can differ but what does.
 */
import type { Frame } from "../../peer/frame.ts";
import { CHUNK, Marks } from "../marks.ts";
import { KIND } from "../operation.ts";
import { ROOT, type Volume } from "../volume.ts";
import type { VerifyReport } from "../control.ts";
import { Checker, digests, listing } from "./checker.ts";
import {
  CHECK,
  decodeNames,
  DIGEST,
  encodeEntries,
  type Facts,
  type Found,
  foundLine,
  judge,
  NO_FILE,
  NONE,
} from "./form.ts";
import { Pace } from "./pace.ts";
import { differingBlocks } from "./summaries.ts";
import type { Proof } from "./proof.ts";

/** Entries in one question: their attributes are read while changes wait. */
const ENTRIES = 64;
/** Questions about data on the way: one is looked at here while the peer looks at the next. */
const WINDOW = 3;
/** What looking at an entry counts against the rate. */
const ENTRY_BYTES = 4096;
/** Chunks without data that one question spans. */
const SPAN = 1 << 20;
/** Differences kept to be told one by one; all are counted. */
const TOLD = 1000;
/** Rounds of comparing and levelling before somebody must look. */
const MAX_ROUNDS = 3;

export interface VerifierTools {
  readonly volumes: readonly Volume[];
  readonly pipeline: {
    readonly sequence: number;
    readonly accepting: boolean;
    submit(
      operation: {
        readonly kind: number;
        readonly id: number;
        readonly argument: number;
        readonly flags: number;
      },
      about: {
        readonly volume: Volume;
        readonly peerOnly: true;
        readonly answer: (errno: number) => void;
      },
      payload: Uint8Array,
    ): void;
    timesTold(volume: Volume, id: number): boolean;
  };
  now(): number;
  log(text: string): void;
  /** Something that is told has changed. */
  changed(): void;
  /** What differs is marked durably and the peer is levelled again, as after any difference. */
  level(marks: Marks): void;
  /** A round found both copies identical. */
  proved(proof: Proof): void;
}

export interface Request {
  readonly repair: boolean;
  /** Bytes per second; 0: as fast as it goes. */
  readonly rate: number;
  readonly background: boolean;
}

interface Question {
  readonly volume: Volume;
  readonly flags: number;
  readonly argument: number;
  readonly payload: Uint8Array;
  /** Looks at this node's copy, at the question's number. */
  readonly look: () => unknown;
}
interface Asked {
  readonly question: Question;
  mine: unknown;
  theirs: Uint8Array | null;
  state: "waiting" | "answered" | "lost";
}

export class Verifier {
  readonly #checker = new Checker();
  readonly #pace: Pace;
  readonly #answers = new Map<number, Uint8Array | null>();
  #waiting = new Set<Asked>();
  #work: Generator<void, void>;
  #mirrored = false;
  #idle = false;
  readonly #marks = new Marks();
  readonly #found: Found[] = [];
  #count = 0;
  #round = 1;
  #bytes = 0;
  #total = 0;
  #entries = 0;
  #counting = true;
  #state: VerifyReport["state"] = "running";
  readonly #startedAt: number;
  /** Since when the bytes count for the rate that is shown. */
  #comparingSince: number;

  constructor(readonly tools: VerifierTools, readonly request: Request) {
    this.#startedAt = this.#comparingSince = tools.now();
    this.#pace = new Pace(request.rate, tools.now());
    this.#work = this.#run();
  }

  get running(): boolean {
    return this.#state === "running" || this.#state === "repairing";
  }

  /** It wants the loop's next turn at once. */
  get busy(): boolean {
    return this.running && this.#mirrored && !this.#idle;
  }

  heard(frame: Frame, bytes: Uint8Array): void {
    // A question of a session that has ended is nobody's any more.
    if (this.#answers.has(frame.sequence)) {
      this.#answers.set(frame.sequence, bytes);
    }
  }

  /** The copies are level and every change goes to both. */
  mirrored(): void {
    this.#mirrored = true;
  }

  /** The session is gone: what was asked is asked again in the next one. */
  interrupted(): void {
    this.#mirrored = false;
    this.#answers.clear();
    for (const asked of this.#waiting) asked.state = "lost";
    this.#waiting = new Set();
  }

  stop(why: string): void {
    if (!this.running) return;
    this.#work.return();
    this.interrupted();
    this.#end("stopped");
    this.tools.log(`verify: ${why}`);
  }

  /** Some milliseconds of it. */
  turn(): void {
    if (!this.running || !this.#mirrored) return;
    const { now, log } = this.tools, until = now() + 3;
    try {
      do {
        this.#idle = false;
        if (this.#work.next().done || !this.#mirrored) return;
      } while (!this.#idle && now() < until);
    } catch (error) {
      this.#end("failed");
      log(`verify failed: ${error instanceof Error ? error.message : error}`);
    }
  }

  get report(): Omit<VerifyReport, "number"> {
    const seconds = Math.max(
      0.001,
      (this.tools.now() - this.#comparingSince) / 1000,
    );
    const rate = this.#bytes / seconds;
    return {
      state: this.#state,
      background: this.request.background,
      repair: this.request.repair,
      bytesDone: this.#bytes,
      bytesTotal: this.#counting ? null : Math.max(this.#total, this.#bytes),
      entries: this.#entries,
      bytesPerSecond: Math.round(rate),
      secondsLeft: this.#counting || rate === 0
        ? null
        : Math.ceil(Math.max(0, this.#total - this.#bytes) / rate),
      round: this.#round,
      differences: this.#count,
      found: this.#found.slice(0, 20),
    };
  }

  #end(state: VerifyReport["state"]): void {
    this.#state = state;
    this.#checker.close();
    this.tools.changed();
  }

  *#run(): Generator<void, void> {
    yield* this.#countAll();
    for (;; this.#round++) {
      const began = this.#count, operation = this.tools.pipeline.sequence;
      const seconds = this.tools.now();
      this.#bytes = this.#entries = 0;
      this.#comparingSince = seconds;
      for (const volume of this.tools.volumes) yield* this.#volume(volume);
      const { log, changed } = this.tools;
      if (this.#count === began) {
        this.tools.proved({
          at: new Date().toISOString(),
          operation: this.tools.pipeline.sequence,
          since: operation,
          bytes: this.#bytes,
          entries: this.#entries,
        });
        log(
          `verify: ${this.#entries} entries and ${this.#bytes} bytes are identical, compared at operations ${operation} to ${this.tools.pipeline.sequence}`,
        );
        return this.#end(this.#count === 0 ? "identical" : "repaired");
      }
      log(`verify: ${this.#count - began} differences`);
      if (!this.request.repair || this.#round === MAX_ROUNDS) {
        return this.#end("different");
      }
      this.#state = "repairing";
      const marks = new Marks();
      marks.add(this.#marks);
      this.#marks.clear();
      this.tools.level(marks);
      changed();
      // Levelled again, everything is compared once more: what stood in a directory of another name had no name to be compared by.
      while (!this.#mirrored) yield;
      this.#state = "running";
    }
  }

  /** How much there is, for the progress: names as they are, no question asked. */
  *#countAll(): Generator<void, void> {
    for (const volume of this.tools.volumes) {
      const queue: Uint8Array[] = [new Uint8Array(0)];
      for (let path = queue.pop(); path; path = queue.pop()) {
        const names = listing(volume, path);
        try {
          for (let last = false; !last;) {
            const part = names.next();
            last = part.last;
            for (let at = 0; at < part.names.length; at += ENTRIES) {
              const some = part.names.slice(at, at + ENTRIES);
              const all = this.#checker.facts(volume, { path, names: some });
              all.forEach((facts, i) => {
                this.#total += facts?.size ?? 0;
                if (facts?.type === "directory") {
                  queue.push(join(path!, some[i]!));
                }
              });
              yield;
            }
          }
        } finally {
          names.close();
        }
      }
    }
    this.#counting = false;
  }

  *#volume(volume: Volume): Generator<void, void> {
    const top = new Uint8Array(0);
    yield* this.#compare(volume, top, [top], []);
    const queue: Uint8Array[] = [top];
    for (let path = queue.pop(); path; path = queue.pop()) {
      const seen = new Set<string>();
      const mine = listing(volume, path);
      try {
        for (let last = false; !last;) {
          const part = mine.next();
          last = part.last;
          for (const name of part.names) seen.add(text(name));
          yield* this.#compare(volume, path, part.names, queue);
        }
      } finally {
        mine.close();
      }
      // Names that only the secondary has: its own listing brings them up.
      for (let part = 0, last = false; !last; part = 1) {
        const asked = yield* this.#answer({
          volume,
          flags: CHECK.NAMES,
          argument: part,
          payload: path,
          look: () => null,
        });
        const names = asked.theirs && decodeNames(asked.theirs, 1);
        if (!names) throw new Error("the peer's listing is none");
        last = asked.theirs![0] === 1;
        const others = names.filter((name) => !seen.has(text(name)));
        yield* this.#compare(volume, path, others, queue);
      }
    }
  }

  *#compare(
    volume: Volume,
    path: Uint8Array,
    names: readonly Uint8Array[],
    queue: Uint8Array[],
  ): Generator<void, void> {
    for (let at = 0; at < names.length; at += ENTRIES) {
      const some = names.slice(at, at + ENTRIES);
      const files: { readonly path: Uint8Array; readonly size: number }[] = [];
      const entries = { path, names: some };
      const question: Question = {
        volume,
        flags: CHECK.ENTRIES,
        argument: 0,
        payload: encodeEntries(path, some),
        look: () => this.#look(volume, entries),
      };
      const asked = yield* this.#answer(question);
      const { theirs } = asked, mine = asked.mine as Looked;
      if (theirs?.length !== some.length * DIGEST) {
        throw new Error("the peer's answer is none");
      }
      const digested = digests(mine.facts);
      for (const [i, facts] of mine.facts.entries()) {
        const from = i * DIGEST;
        const length = mine.times[i] ? DIGEST : 16;
        const same = equal(
          digested.subarray(from, from + length),
          theirs.subarray(from, from + length),
        );
        const stands = same || !(yield* this.#detail(volume, path, some[i]!));
        if (!facts || !stands) continue;
        const below = some[i]!.length === 0 ? path : join(path, some[i]!);
        if (facts.type === "directory" && some[i]!.length > 0) {
          queue.push(below);
        }
        if (facts.type === "file") {
          files.push({ path: below, size: facts.size });
        }
      }
      this.#entries += some.length;
      yield* this.#wait(some.length * ENTRY_BYTES);
      for (const file of files) {
        yield* this.#data(volume, file.path, file.size);
        this.#bytes += file.size;
      }
    }
  }

  /** Runs in the pipeline's turn. The times are compared when the peer has been told them. */
  #look(
    volume: Volume,
    entries: {
      readonly path: Uint8Array;
      readonly names: readonly Uint8Array[];
    },
  ): Looked {
    const facts = this.#checker.facts(volume, entries);
    return {
      facts,
      directory: this.#checker.id(volume, entries.path),
      // The root's time is this node's own: our folder is made in it.
      times: facts.map((each) =>
        each?.id !== ROOT &&
        this.tools.pipeline.timesTold(volume, each?.id ?? 0)
      ),
    };
  }

  /** Asks for one entry in full: what differs, told and marked. True: it is not the same file, so there is nothing below to compare. */
  *#detail(
    volume: Volume,
    path: Uint8Array,
    name: Uint8Array,
  ): Generator<void, boolean> {
    const entries = { path, names: [name] };
    const asked = yield* this.#answer({
      volume,
      flags: CHECK.FACTS,
      argument: 0,
      payload: encodeEntries(path, [name]),
      look: () => this.#look(volume, entries),
    });
    const mine = asked.mine as Looked, [facts] = mine.facts;
    const theirs = JSON.parse(
      new TextDecoder().decode(asked.theirs ?? new Uint8Array(0)),
    ) as Facts | null;
    const judged = judge(facts ?? null, theirs, mine.times[0]!);
    // Not any more: a time had still been on its way when it was looked at first.
    if (!judged) return facts === null;
    if (judged.names) {
      this.#marks.names(volume.index, mine.directory || ROOT, 0);
      this.#marks.attributes(volume.index, mine.directory || ROOT, 0);
    } else {
      if (judged.size) this.#marks.tail(volume.index, facts!.id, 0, 0);
      this.#marks.attributes(volume.index, facts!.id, 0);
    }
    this.#tell({
      path: shown(volume, name.length === 0 ? path : join(path, name)),
      what: judged.names ? "name" : "attributes",
      text: judged.words,
    });
    return judged.names;
  }

  *#data(
    volume: Volume,
    path: Uint8Array,
    size: number,
  ): Generator<void, void> {
    const end = Math.ceil(size / CHUNK);
    const asking: { readonly asked: Asked; readonly from: number }[] = [];
    let from = 0;
    while (from < end || asking.length > 0) {
      if (from < end && asking.length < WINDOW) {
        const { to, bytes } = this.#next(volume, path, from, end);
        asking.push({
          asked: yield* this.#ask(this.#chunks(volume, path, from, to)),
          from,
        });
        yield* this.#wait(Math.min(bytes, size - from * CHUNK));
        from = to;
        continue;
      }
      const first = asking.shift()!;
      const asked = yield* this.#settled(first.asked);
      const { question } = asked;
      const to = new DataView(question.payload.buffer).getUint32(0, true);
      const next = this.#judgeData(volume, path, asked);
      // The span had data after all, on one side or both: its rest is looked at.
      if (next < to) {
        const rest = yield* this.#ask(this.#chunks(volume, path, next, to));
        asking.unshift({ asked: rest, from: next });
      }
    }
  }

  /** Where the next question ends: one chunk with data, or all that is a hole here. */
  #next(
    volume: Volume,
    path: Uint8Array,
    from: number,
    end: number,
  ): { readonly to: number; readonly bytes: number } {
    const to = Math.min(end, from + SPAN);
    const hole = this.#checker.firstData(volume, path, from, to);
    if (hole === from) return { to: from + 1, bytes: CHUNK };
    return { to: hole, bytes: ENTRY_BYTES };
  }

  #chunks(
    volume: Volume,
    path: Uint8Array,
    from: number,
    to: number,
  ): Question {
    const payload = new Uint8Array(4 + path.length);
    new DataView(payload.buffer).setUint32(0, to, true);
    payload.set(path, 4);
    return {
      volume,
      flags: CHECK.DATA,
      argument: from,
      payload,
      look: () => ({
        id: this.#checker.id(volume, path),
        answer: this.#checker.data(volume, path, from, to),
      }),
    };
  }

  /** Compares two answers about chunks; the first chunk that they say nothing of. */
  #judgeData(volume: Volume, path: Uint8Array, asked: Asked): number {
    const { id, answer } = asked.mine as {
      readonly id: number;
      readonly answer: Uint8Array;
    };
    const theirs = asked.theirs;
    if (!theirs || theirs.length < 4) {
      throw new Error("the peer's answer is none");
    }
    const chunk = (bytes: Uint8Array) =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const [a, b] = [chunk(answer), chunk(theirs)];
    // No file on either: gone meanwhile. On one only: the entry's own question says so.
    if (a === NO_FILE && b === NO_FILE) return Infinity;
    const first = Math.min(a, b);
    if (first === NONE) return Infinity;
    if (first === NO_FILE) {
      this.#tell({
        path: shown(volume, path),
        what: "data",
        text: "cannot be read on one of the nodes",
      });
      return Infinity;
    }
    const nothing = new Uint8Array(0);
    const blocks = differingBlocks(
      a === first ? answer.subarray(4) : nothing,
      b === first ? theirs.subarray(4) : nothing,
    );
    for (const { begin, end } of blocks) {
      const offset = first * CHUNK + begin, length = end - begin;
      if (id !== 0) {
        this.#marks.data(volume.index, id, { offset, length }, 0);
      }
      this.#tell({
        path: shown(volume, path),
        what: "data",
        text: `data differs within bytes ${offset} to ${offset + length}`,
        offset,
        length,
      });
    }
    return first + 1;
  }

  #tell(found: Found): void {
    this.#count++;
    if (this.#found.length < TOLD) {
      this.#found.push(found);
      this.tools.log(`verify: DIFFERENCE: ${foundLine(found)}`);
    }
    if (this.#count === 1) this.tools.changed();
  }

  *#answer(question: Question): Generator<void, Asked> {
    return yield* this.#settled(yield* this.#ask(question));
  }

  *#ask(question: Question): Generator<void, Asked> {
    const { pipeline } = this.tools;
    while (!this.#mirrored || !pipeline.accepting) {
      this.#idle = true;
      yield;
    }
    const asked: Asked = {
      question,
      mine: null,
      theirs: null,
      state: "waiting",
    };
    const { volume, flags, argument, payload } = question;
    let sequence = 0;
    pipeline.submit({ kind: KIND.CHECK, id: 0, argument, flags }, {
      volume,
      peerOnly: true,
      answer: () => {
        if (asked.state !== "waiting") return;
        this.#waiting.delete(asked);
        asked.theirs = this.#answers.get(sequence) ?? null;
        this.#answers.delete(sequence);
        asked.state = asked.theirs ? "answered" : "lost";
        // In the pipeline's turn: what goes wrong here must not end it.
        try {
          if (asked.theirs) asked.mine = question.look();
        } catch (error) {
          asked.state = "lost";
          this.tools.log(
            `verify: ${error instanceof Error ? error.message : error}`,
          );
        }
      },
    }, payload);
    sequence = pipeline.sequence;
    this.#answers.set(sequence, null);
    this.#waiting.add(asked);
    return asked;
  }

  /** Waits for an answer; what a lost session took with it is asked again. */
  *#settled(asked: Asked): Generator<void, Asked> {
    let tries = 0;
    while (asked.state !== "answered") {
      if (asked.state === "lost") {
        if (++tries > 100) throw new Error("no question is answered");
        // The peer's listing began in a session that is gone: from its beginning, names twice do no harm.
        const { question } = asked;
        const argument = question.flags === CHECK.NAMES ? 0 : question.argument;
        asked = yield* this.#ask({ ...question, argument });
      }
      this.#idle = true;
      yield;
    }
    return asked;
  }

  *#wait(bytes: number): Generator<void, void> {
    this.#pace.take(bytes);
    while (this.#pace.ahead(this.tools.now())) {
      this.#idle = true;
      yield;
    }
    yield;
  }
}

interface Looked {
  readonly facts: readonly (Facts | null)[];
  /** Id of the directory that they stand in. */
  readonly directory: number;
  /** Whether the time of modification may be compared. */
  readonly times: readonly boolean[];
}

function shown(volume: Volume, path: Uint8Array): string {
  // A name must not play with a terminal.
  const words = new TextDecoder().decode(path).replace(/\p{Cc}/gu, "?");
  return `${volume.path}/${words}`.slice(0, 300);
}

function text(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
function join(path: Uint8Array, name: Uint8Array): Uint8Array {
  if (path.length === 0) return name;
  const joined = new Uint8Array(path.length + 1 + name.length);
  joined.set(path);
  joined[path.length] = 47;
  joined.set(name, path.length + 1);
  return joined;
}
