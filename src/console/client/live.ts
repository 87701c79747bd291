/**
 * Follows the cluster while the page is seen: one event stream, and a question of its own whenever the stream is silent. A power cut
 * closes no connection, so silence must not look like health.
 */
import type { ClusterState } from "../../api/state.ts";
import { UNASKED } from "./ask.ts";
import { notify, wanted } from "./notify.ts";
import { whileSeen } from "./stream.ts";

export interface Listener {
  /** The cluster as it is now. */
  readonly heard: (state: ClusterState) => void;
  /** No answer; called again each second with the age of what is shown. */
  readonly away: (seconds: number) => void;
  /** The session has ended. */
  readonly loggedOut: () => void;
}

/** The agent sends at least this often while it lives; or it is asked. */
const QUIET_MS = 4_000;
const ANSWER_MS = 4_000;
const RETRY_MS = 2_000;

export function follow({ heard, away, loggedOut }: Listener): void {
  let heardAt = moment();
  /** When the stream said something, or was opened. */
  let spokeAt = moment();
  let askedAt = -Infinity;
  let asking = false;
  let lost = false;
  const stream = whileSeen({
    url: "/api/events",
    listen(source) {
      spokeAt = moment();
      source.addEventListener("state", (event) => {
        spokeAt = moment();
        take(JSON.parse(event.data));
      });
      source.onerror = () => void ask();
    },
    background: wanted,
  });

  setInterval(() => {
    if (!stream.listening()) return;
    if (lost) away(age());
    if (since(heardAt) > QUIET_MS) void ask();
  }, 1000);
  // A phone that was asleep shows the past until it is told otherwise.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void ask();
  });

  function take(state: ClusterState): void {
    heardAt = moment();
    lost = false;
    // The page first: what a browser cannot notify of is seen at least.
    heard(state);
    notify(state);
  }

  async function ask(): Promise<void> {
    if (asking || performance.now() - askedAt < RETRY_MS) return;
    asking = true;
    askedAt = performance.now();
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const response = await fetch("/api/state", { signal, headers: UNASKED });
      if (response.status === 401) return loggedOut();
      if (!response.ok) throw new Error(String(response.status));
      const state = await response.json();
      // What hung, was refused or stays silent is opened anew, now that somebody answers.
      if (lost || since(spokeAt) > QUIET_MS) stream.renew();
      take(state);
    } catch {
      lost = true;
      away(age());
    } finally {
      asking = false;
    }
  }

  function age(): number {
    return Math.round(since(heardAt) / 1000);
  }
}

function moment() {
  return { monotonic: performance.now(), clock: Date.now() };
}

/** Milliseconds: the one clock may stand still while the machine sleeps, the other may be set back. */
function since({ monotonic, clock }: ReturnType<typeof moment>): number {
  return Math.max(performance.now() - monotonic, Date.now() - clock);
}
