/**
 * A long write goes to the peer in parts: while it does the second one this node does the first, and encrypts the third. As a whole,
 * both nodes would do the same work one after the other. Each part is an operation of its own, in order; the application has one answer.
 */
import { HEADER } from "../peer/frame.ts";
import type { Pipeline } from "../replication/pipeline.ts";

/** What a part costs beside its bytes is some 20 us, and 64 KiB of them are done in about that time. */
const PART = 128 << 10;

export function isLong(size: number): boolean {
  return size > PART;
}

/** Submits a write whose data stands at `at` in the pipeline's memory, where its frame's payload belongs. */
export function submitInParts(
  pipeline: Pick<Pipeline, "memory" | "submit">,
  operation: Parameters<Pipeline["submit"]>[0] & { readonly argument: number },
  about: Omit<Parameters<Pipeline["submit"]>[1], "answer" | "whole">,
  { at, size, direct, answer }: {
    readonly at: number;
    readonly size: number;
    /** Around the page cache: there the kernel makes EIO of a short answer, and a virtual machine's disk is to hear ENOSPC. */
    readonly direct: boolean;
    readonly answer: (error: number, written: number) => void;
  },
): void {
  moveApart(pipeline.memory.bytes, at, size);
  const lengths = partsOf(size);
  const parts = new Parts(lengths, answer, { allOrNothing: direct });
  let { argument } = operation;
  for (const [part, length] of lengths.entries()) {
    pipeline.submit(
      { ...operation, argument },
      {
        ...about,
        whole: parts,
        answer: (error) => parts.ended(part, error),
      },
      length,
    );
    argument += length;
  }
}

/** How long each part of a write of `size` bytes is. */
export function partsOf(size: number): number[] {
  const lengths = [];
  for (let from = 0; from < size; from += PART) {
    lengths.push(Math.min(PART, size - from));
  }
  return lengths;
}

/** The data at `at` is moved apart so that there is room for a frame's header before each part but the first. */
export function moveApart(bytes: Uint8Array, at: number, size: number): void {
  for (let part = Math.ceil(size / PART) - 1; part > 0; part--) {
    const from = at + part * PART;
    const length = Math.min(PART, size - part * PART);
    bytes.copyWithin(from + part * HEADER, from, from + length);
  }
}

/**
 * One answer of all parts: as write(2) has it, what was written until the first part that failed, and an error only where that is nothing.
 * They end in order here, but may be answered in any: what only one of both nodes has done is answered later.
 */
export class Parts {
  readonly #errors: (number | null)[];
  #left: number;
  /** Errno of the part that failed here: those behind it must fail, too, or the file would be longer than what was answered. */
  failed = 0;

  constructor(
    readonly lengths: readonly number[],
    readonly answer: (error: number, written: number) => void,
    readonly options: { readonly allOrNothing: boolean },
  ) {
    this.#errors = lengths.map(() => null);
    this.#left = lengths.length;
  }

  ended(part: number, error: number): void {
    this.#errors[part] = error;
    if (--this.#left > 0) return;
    const failed = this.#errors.findIndex((one) => one !== 0);
    const good = failed < 0 ? this.lengths : this.lengths.slice(0, failed);
    const written = good.reduce((sum, length) => sum + length, 0);
    const tellsLength = written > 0 && !this.options.allOrNothing;
    this.answer(tellsLength ? 0 : this.#errors[failed] ?? 0, written);
  }
}
