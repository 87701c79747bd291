/** Patterns with * (anything) and ? (one character). Their time grows with text times pattern at worst: no pattern can hang the agent. Pure. */

export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let starText = 0;
  while (t < text.length) {
    const sign = pattern[p];
    if (sign === "*") {
      star = p++;
      starText = t;
    } else if (sign !== undefined && (sign === "?" || sign === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      // The last star takes one character more.
      p = star + 1;
      t = ++starText;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Whether it is somewhere in the text. */
export function globFinds(pattern: string, text: string): boolean {
  return globMatches(`*${pattern}*`, text);
}
