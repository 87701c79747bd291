/** Compares a directory's names and what stands behind them on both disks, some dozens a question. */
import { equalBytes } from "../../system/bytes.ts";
import { joinPath } from "../name.ts";
import { ROOT, type Volume } from "../volume.ts";
import { type Checker, digests, listing } from "./checker.ts";
import { shown } from "../unreadable.ts";
import type { Differences } from "./differences.ts";
import {
  CHECK,
  decodeNames,
  DIGEST,
  encodeEntries,
  isUnreadable,
  judge,
  type Look,
} from "./form.ts";
import type { Question, Questions } from "./questions.ts";

/** Entries in one question: their attributes are read while changes wait. */
export const ENTRIES = 64;
/** What looking at an entry counts against the rate. */
const ENTRY_BYTES = 4096;

interface Looked {
  readonly facts: readonly Look[];
  /** Id of the directory that they stand in. */
  readonly directory: number;
  /** Whether the time of modification may be compared. */
  readonly times: readonly boolean[];
}

export class CompareNames {
  constructor(
    readonly questions: Questions,
    readonly checker: Checker,
    readonly differences: Differences,
    readonly tools: {
      /** Whether the peer has been told the times of an inode. */
      timesTold(volume: Volume, id: number): boolean;
      /** So many entries were looked at. */
      looked(entries: number): void;
      /** Compares the data of a file that both have. */
      data(
        volume: Volume,
        path: Uint8Array,
        size: number,
      ): Generator<void, void>;
    },
  ) {}

  /** Everything below the volume's root. */
  *run(volume: Volume): Generator<void, void> {
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
          if (part.broke) this.#unlisted(volume, path, "primary");
          for (const name of part.names) seen.add(text(name));
          yield* this.#compare(volume, path, part.names, queue);
        }
      } finally {
        mine.close();
      }
      // Names that only the secondary has: its own listing brings them up.
      for (let part = 0, last = false; !last; part = 1) {
        const asked = yield* this.questions.answer({
          volume,
          flags: CHECK.NAMES,
          argument: part,
          payload: path,
          look: () => null,
        });
        const names = asked.theirs && decodeNames(asked.theirs, 1);
        if (!names) throw new Error("the peer's listing is none");
        last = asked.theirs![0] === 1;
        if (names.some((name) => name.length === 0)) {
          this.#unlisted(volume, path, "secondary");
        }
        const others = names.filter((name) =>
          name.length > 0 && !seen.has(text(name))
        );
        yield* this.#compare(volume, path, others, queue);
      }
    }
  }

  /** What stands there besides nobody knows: told, and not mended. */
  #unlisted(volume: Volume, path: Uint8Array, node: string): void {
    this.differences.tell({
      path: shown(volume, path),
      what: "name",
      text: `the names in it cannot all be read on the ${node}`,
    });
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
      const asked = yield* this.questions.answer(question);
      const { theirs } = asked, mine = asked.mine as Looked;
      if (theirs?.length !== some.length * DIGEST) {
        throw new Error("the peer's answer is none");
      }
      const digested = digests(mine.facts);
      for (const [i, facts] of mine.facts.entries()) {
        const from = i * DIGEST;
        const length = mine.times[i] ? DIGEST : 16;
        // Two that cannot be read are not the same.
        const same = !isUnreadable(facts) && equalBytes(
          digested.subarray(from, from + length),
          theirs.subarray(from, from + length),
        );
        const stands = same || !(yield* this.#detail(volume, path, some[i]!));
        if (!facts || isUnreadable(facts) || !stands) continue;
        const below = some[i]!.length === 0 ? path : joinPath(path, some[i]!);
        if (facts.type === "directory" && some[i]!.length > 0) {
          queue.push(below);
        }
        if (facts.type === "file") {
          files.push({ path: below, size: facts.size });
        }
      }
      this.tools.looked(some.length);
      yield* this.questions.wait(some.length * ENTRY_BYTES);
      for (const file of files) {
        yield* this.tools.data(volume, file.path, file.size);
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
    const facts = this.checker.facts(volume, entries);
    return {
      facts,
      directory: this.checker.id(volume, entries.path),
      // The root's time is this node's own: our folder is made in it.
      times: facts.map((each) => {
        const id = each && !isUnreadable(each) ? each.id : 0;
        return id !== ROOT && this.tools.timesTold(volume, id);
      }),
    };
  }

  /** Asks for one entry in full: what differs, told and marked. True: it is not the same file, so there is nothing below to compare. */
  *#detail(
    volume: Volume,
    path: Uint8Array,
    name: Uint8Array,
  ): Generator<void, boolean> {
    const entries = { path, names: [name] };
    const asked = yield* this.questions.answer({
      volume,
      flags: CHECK.FACTS,
      argument: 0,
      payload: encodeEntries(path, [name]),
      look: () => this.#look(volume, entries),
    });
    const mine = asked.mine as Looked, [facts] = mine.facts;
    const theirs = JSON.parse(
      new TextDecoder().decode(asked.theirs ?? new Uint8Array(0)),
    ) as Look;
    const judged = judge(facts ?? null, theirs, mine.times[0]!);
    // Not any more: a time had still been on its way when it was looked at first.
    if (!judged) return facts === null;
    const id = facts && !isUnreadable(facts) ? facts.id : 0;
    if (judged.unreadable) {
      // A mark would have the peer's copy removed as one that stands nowhere else.
    } else if (judged.names) {
      this.differences.marks.names(volume.index, mine.directory || ROOT, 0);
      this.differences.marks.attributes(
        volume.index,
        mine.directory || ROOT,
        0,
      );
    } else {
      if (judged.size) {
        this.differences.marks.tail(volume.index, id, 0, 0);
      }
      this.differences.marks.attributes(volume.index, id, 0);
    }
    this.differences.tell({
      path: shown(volume, name.length === 0 ? path : joinPath(path, name)),
      what: judged.names || judged.unreadable ? "name" : "attributes",
      text: judged.words,
    });
    return judged.names || judged.unreadable === true;
  }
}

function text(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
