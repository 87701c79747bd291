/** The audit page goes on by itself until somebody pauses it: the server draws its entries, again and again. */
import { UNASKED } from "./ask.ts";
import { poll } from "./poll.ts";

const EVERY_MS = 5000;

export function goOn(button: HTMLButtonElement): void {
  const here = document.getElementById("entries");
  const status = document.querySelector<HTMLElement>("[data-away]");
  let paused = false;
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    const { other = "" } = button.dataset;
    button.dataset["other"] = button.textContent ?? "";
    button.textContent = other;
    button.setAttribute("aria-pressed", String(paused));
  });
  poll(async () => {
    if (paused || document.hidden) return;
    const answer = await fetch(location.href, { headers: UNASKED })
      .catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => null) : null;
    if (status) {
      status.textContent = text === null ? status.dataset["away"] ?? "" : "";
    }
    if (text === null || paused || !here) return;
    const fresh = new DOMParser().parseFromString(text, "text/html")
      .getElementById("entries");
    // The login's page: the session has ended.
    if (!fresh) return location.reload();
    // Not while it is the same: what is marked or scrolled to would be lost.
    if (fresh.innerHTML !== here.innerHTML) {
      here.replaceChildren(...fresh.childNodes);
    }
  }, EVERY_MS);
}
