/** A page's island: what the server left for it in the attributes of its place, and the drawing of it there. */
import { type Child, render } from "hono/jsx/dom";
import type { Texts } from "../text/en.ts";
import { learn } from "./said.ts";
import { words } from "./words.ts";

interface Woken {
  readonly t: Texts;
  readonly text: string;
  readonly module?: string;
  readonly schema?: string;
  readonly template?: string;
  readonly node?: string;
  readonly nodes?: string;
  readonly live?: string;
  readonly role?: string;
  readonly drills?: string;
  readonly state?: string;
  readonly port?: string;
}

/** Draws an island in its place on the page, if the page has it; `text` is what the server drew there. */
export async function wake(
  id: string,
  draw: (data: Woken) => Child,
): Promise<void> {
  const place = document.getElementById(id);
  if (!place) return;
  await learn();
  const t = words();
  const text = place.querySelector("pre")?.textContent ?? "";
  place.replaceChildren();
  render(<>{draw({ ...place.dataset, t, text } as never)}</>, place);
}
