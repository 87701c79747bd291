/** Browser notifications: asked for on the support page, shown by the overview while it is open. */
import type { ClusterState } from "../../api/state.ts";
import { headline, moduleNames, places, roleMeaning } from "../view.ts";
import { words } from "./words.ts";

const WANTED = "hakit-notify";
let before: Map<string, string> | null = null;

/** The button on the support page. */
export function offerNotifications(): void {
  const button = document.querySelector("[data-notify]");
  const part = document.getElementById("notify-part");
  if (!(button instanceof HTMLButtonElement) || !part) return;
  const t = words().support;
  const said = part.querySelector("[role=status]");
  const say = (text: string) => {
    if (said) said.textContent = text;
  };
  if (!("Notification" in globalThis)) {
    // As in Safari on iOS, where only an installed application may.
    button.disabled = true;
    return say(t.notifyCannot);
  }
  const show = () => {
    const on = wanted();
    button.textContent = on ? t.notifyOff : t.notifyOn;
    button.setAttribute("aria-pressed", String(on));
  };
  show();
  button.addEventListener("click", async () => {
    say("");
    if (wanted()) localStorage.removeItem(WANTED);
    else if (await Notification.requestPermission() !== "granted") {
      say(t.notifyDenied);
    } else if (shown(t.notify, { body: t.notifyText })) {
      localStorage.setItem(WANTED, "1");
    } else say(t.notifyCannot);
    show();
  });
}

/** False where only a service worker may notify, as in Chrome on Android: there the constructor throws. */
function shown(title: string, options: NotificationOptions): boolean {
  try {
    new Notification(title, options);
    return true;
  } catch {
    return false;
  }
}

export function wanted(): boolean {
  return localStorage.getItem(WANTED) === "1" && "Notification" in globalThis &&
    Notification.permission === "granted";
}

/** Called with every state: each role that is another than before is one notification, replaced by the next of its kind. */
export function notify(state: ClusterState): void {
  const now = new Map<string, string>();
  const t = words();
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
    shown(title, { body, tag: title.split(":")[0]! });
  }
}
