/**
 * Which names of a mirrored directory are not mirrored (`exclude` in module.yaml). A pattern without "/" fits a name in any
 * directory, one with "/" is a path from the mirrored directory's root; "*" and "?" stand for anything within one name. Whatever
 * stands below an excluded name is excluded with it. Names are bytes: they are compared as one character each. Pure.
 */

/** Names here are text with one character a byte, so that any bytes can be compared. */
const latin = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/** One character of UTF-8, or one byte that is none. */
const ANY_CHARACTER =
  "(?:[\\x00-\\x7f]|[\\xc0-\\xff][\\x80-\\xbf]*(?![\\x80-\\xbf])|(?<![\\x80-\\xff])[\\x80-\\xbf])";

function expression(part: string): RegExp {
  const text = latin(new TextEncoder().encode(part))
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", ANY_CHARACTER);
  return new RegExp(`^${text}$`);
}

interface Anchored {
  readonly parts: readonly RegExp[];
  /** As written, to tell which patterns go on below a directory. */
  readonly words: readonly string[];
}

export class Exclusions {
  readonly #names: readonly RegExp[];
  readonly #anchored: readonly Anchored[];

  /** Null where nothing is excluded. */
  static of(patterns: readonly string[] | undefined): Exclusions | null {
    return patterns && patterns.length > 0 ? new Exclusions(patterns) : null;
  }

  constructor(patterns: readonly string[]) {
    const split = patterns.map((pattern) => pattern.split("/"));
    this.#names = split.filter((words) => words.length === 1)
      .map(([word]) => expression(word!));
    this.#anchored = split.filter((words) => words.length > 1)
      .map((words) => ({ words, parts: words.map(expression) }));
  }

  /** Whether `name` is excluded in a directory that is not; `path` is asked for that directory's path only where it matters. */
  excludes(name: Uint8Array, path: () => Uint8Array | null): boolean {
    const text = latin(name);
    if (this.#names.some((each) => each.test(text))) return true;
    const likely = this.#anchored.filter(({ parts }) =>
      parts.at(-1)!.test(text)
    );
    if (likely.length === 0) return false;
    const above = path();
    if (above === null) return false;
    const words = wordsOf(above);
    return likely.some(({ parts }) =>
      parts.length === words.length + 1 && leads(parts, words)
    );
  }

  /**
   * What is excluded below the directory `path`, as one text: a directory may move between two places where it is the same, and
   * everything in it stays on its side of the border.
   */
  below(path: Uint8Array): string {
    const words = wordsOf(path);
    return this.#anchored
      .filter(({ parts }) => parts.length > words.length && leads(parts, words))
      .map(({ words: all }) => all.slice(words.length).join("/"))
      .sort().join("\n");
  }
}

function wordsOf(path: Uint8Array): string[] {
  return path.length === 0 ? [] : latin(path).split("/");
}

function leads(parts: readonly RegExp[], words: readonly string[]): boolean {
  return words.every((word, i) => parts[i]!.test(word));
}

/** One list of patterns a directory, in a form that can be compared: identity.json and the handshake carry it. */
export type Excluded = readonly (readonly string[])[];

export function excludedOf(
  directories: readonly { readonly exclude?: readonly string[] | undefined }[],
): Excluded {
  const lists = directories.map(({ exclude }) =>
    [...new Set(exclude ?? [])].sort()
  );
  // Nothing excluded is written as nothing: also what says a replicator that knows no exclusions.
  return lists.every((list) => list.length === 0) ? [] : lists;
}

/** For the identity of copies that are level now. */
export function levelExclusions(
  directories: Parameters<typeof excludedOf>[0],
): { readonly excluded: Excluded | undefined } {
  const excluded = excludedOf(directories);
  // Absent where nothing is excluded: a replicator that knows no exclusions takes no identity that has the key.
  return { excluded: excluded.length > 0 ? excluded : undefined };
}

export function sameExcluded(a: Excluded, b: Excluded): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether something that was excluded when the copies became level is mirrored now, so that nobody knows what of it differs. */
export function takesBack(before: Excluded, now: Excluded): boolean {
  return before.some((list, directory) =>
    list.some((pattern) => !now[directory]?.includes(pattern))
  );
}
