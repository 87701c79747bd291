/** What the name of a point-in-time copy says of it. Runs in the browser. Pure. */

export interface KeptCopy {
  readonly name: string;
  /** replaced: what stood there before a copy was restored; resync: this node's copy before it was brought up to date. */
  readonly kind: "taken" | "replaced" | "resync";
  /** "2026-11-26 02:30:00"; null: the name has no date. */
  readonly at: string | null;
}

/** Of the form that src/agent/copy_folders.ts and fallback.ts give. */
export function keptCopy(name: string): KeptCopy {
  const [, before = "", day, hour, minute, second] =
    /^(before-(?:resync-)?)?(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)/
      .exec(name) ?? [];
  return {
    name,
    kind: before === ""
      ? "taken"
      : before === "before-"
      ? "replaced"
      : "resync",
    at: day ? `${day} ${hour}:${minute}:${second}` : null,
  };
}
