/** A journal as a person reads it: a column for each node, what concerns both in the margin. */

const WIDTH = 58;

export function timeline(journal: readonly string[]): string {
  const lines = [
    `${"seconds".padStart(9)}  ${"node1".padEnd(WIDTH)}  node2`,
  ];
  for (const line of journal) {
    const time = line.slice(0, 9);
    const text = line.slice(11);
    const node = /^node([12]) (.*)$/s.exec(text);
    if (node === null) {
      lines.push(`${time}  ${text}`);
      continue;
    }
    const left = node[1] === "1" ? node[2]! : "";
    const right = node[1] === "2" ? node[2]! : "";
    lines.push(
      `${time}  ${left.padEnd(right ? WIDTH : 0)}${right && "  "}${right}`,
    );
  }
  return lines.join("\n");
}
