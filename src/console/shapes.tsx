/** Shapes that tell the tones apart without colour: tick, circling arrow, triangle, cross, bar. No style attributes: the page's CSP refuses them. */
import type { Tone } from "./view.ts";

/** Disc, ring, triangle, octagon, square: outlines alone tell them apart on a black and white print. */
const OUTLINES: Readonly<{ [tone in Tone]: string }> = {
  good: "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22z",
  busy: "M12 1l11 11-11 11L1 12z",
  risk: "M12 1.5L23.5 22.5H.5z",
  bad: "M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z",
  off:
    "M3 2h18a1 1 0 0 1 1 1v18a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1z",
};
const MARKS: Readonly<{ [tone in Tone]: string }> = {
  good: "M6.5 12.5l3.8 3.8 7.2-8",
  busy: "M8 12h.01M12 12h.01M16 12h.01",
  risk: "M12 9v6M12 18.6v.01",
  bad: "M8 8l8 8M16 8l-8 8",
  off: "M7.5 12h9",
};

/** Decoration: the word beside it says the same. `hollow`: only the outline, for a node that stands by. */
export function Shape({ tone, hollow = false }: {
  readonly tone: Tone;
  readonly hollow?: boolean;
}) {
  const name = `shape ${tone}${hollow ? " hollow" : ""}`;
  return (
    <svg class={name} viewBox="0 0 24 24" aria-hidden="true">
      <path class="outline" d={OUTLINES[tone]} />
      <path class="mark" d={MARKS[tone]} />
    </svg>
  );
}
