/** The word that was probably meant. Pure. */

/** The nearest of `words` within a third of its length (at least one, at most three changes), or null. */
export function suggest(word: string, words: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of words) {
    const changes = distance(word, candidate);
    if (changes < least) [best, least] = [candidate, changes];
  }
  const limit = Math.min(3, Math.max(1, Math.ceil(word.length / 3)));
  return least <= limit ? best : null;
}

/** Levenshtein's distance. */
export function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(
        Math.min(row[j - 1]! + 1, above[j]! + 1, above[j - 1]! + change),
      );
    }
    above = row;
  }
  return above[b.length]!;
}
