/**
 * A part of a directory's names that is levelled by itself: those whose hash has one remainder. What a directory of millions costs
 * in memory is then what a part costs. Carried by a LIST frame's argument and flags. Pure.
 */
import { hashName } from "../name.ts";

export interface Page {
  readonly number: number;
  readonly count: number;
  /** What must leave its place leaves, nothing is placed yet: the first of two rounds over all parts, so that moves are found. */
  readonly removeOnly: boolean;
}

/** Names of a page: each one costs a look at all names of the directory, and some 30 MiB while it is levelled. */
const NAMES = 32_768;
const SHIFT = 2 ** 20;
const LIST_REMOVE_ONLY = 2;

export const WHOLE: Page = { number: 0, count: 1, removeOnly: false };

/** The pages of a directory of so many names, in the order in which they are done. */
export function pagesOf(names: number): readonly Page[] {
  const count = Math.ceil(names / NAMES);
  if (count <= 1) return [WHOLE];
  const round = (removeOnly: boolean) =>
    Array.from({ length: count }, (_, number) => ({
      number,
      count,
      removeOnly,
    }));
  return [...round(true), ...round(false)];
}

export function isOnPage(page: Page, name: Uint8Array): boolean {
  return page.count === 1 || hashName(name) % page.count === page.number;
}

export function encodePage(page: Page): { argument: number; flags: number } {
  return {
    argument: page.count === 1 ? 0 : page.count * SHIFT + page.number,
    flags: page.removeOnly ? LIST_REMOVE_ONLY : 0,
  };
}

/** Null: none. */
export function decodePage(argument: number, flags: number): Page | null {
  const number = argument % SHIFT;
  const count = argument === 0 ? 1 : Math.floor(argument / SHIFT);
  if (number >= count || count >= SHIFT) return null;
  return { number, count, removeOnly: (flags & LIST_REMOVE_ONLY) !== 0 };
}
