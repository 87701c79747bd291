/** Browser notifications: asked for on the support page, shown by whatever page of the console is open. */
import type { ClusterState } from "../../api/state.ts";
import { isLanguage, texts } from "../text/texts.ts";
import { headline, moduleNames, places, roleMeaning } from "../view.ts";

const WANTED = "hakit-notify";
let before: Map<string, string> | null = null;

/** The button on the support page. */
export function offerNotifications(): void {
  const button = document.querySelector("[data-notify]");
  const part = document.getElementById("notify-part");
  if (!(button instanceof HTMLButtonElement) || !part) return;
  const { language } = part.dataset;
  const t = texts(isLanguage(language) ? language : "en").support;
  const show = () => {
    const on = wanted();
    button.textContent = on ? t.notifyOff : t.notifyOn;
    button.setAttribute("aria-pressed", String(on));
  };
  show();
  button.addEventListener("click", async () => {
    if (wanted()) localStorage.removeItem(WANTED);
    else if (await Notification.requestPermission() === "granted") {
      localStorage.setItem(WANTED, "1");
    } else button.after(document.createTextNode(` ${t.notifyDenied}`));
    show();
  });
}

function wanted(): boolean {
  return localStorage.getItem(WANTED) === "1" && "Notification" in globalThis &&
    Notification.permission === "granted";
}

/** Called with every state: each role that is another than before is one notification, replaced by the next of its kind. */
export function notify(state: ClusterState): void {
  const now = new Map<string, string>();
  const { lang } = document.documentElement;
  const t = texts(isLanguage(lang) ? lang : "en");
  for (const name of moduleNames(state)) {
    for (const place of places(state, name)) {
      const role = place.module?.role ?? "";
      const reachable = place.node.local || place.node.reachable;
      now.set(
        `${name} – ${place.node.name}: ${reachable ? role : "?"}`,
        `${headline(state, t).text}. ${roleMeaning(place, t)}`,
      );
    }
  }
  const changed = before &&
    [...now].filter(([title]) => !before!.has(title));
  before = now;
  if (!changed || !wanted()) return;
  for (const [title, body] of changed) {
    new Notification(title, { body, tag: title.split(":")[0]! });
  }
}
