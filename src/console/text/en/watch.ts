/** What the console says in English: logs, timeline and resources. */
export const watchTexts = {
  logs: {
    title: (what: string) => `${what}: logs`,
    agent: "Agent",
    moduleLog: "Module log",
    show: "Show",
    refresh: "Refresh",
    save: "Save to file",
    level: "At least",
    levels: { info: "everything", warning: "warnings", error: "errors" },
    words: { warning: "warning", error: "error" },
    text: "Text",
    from: "From (UTC)",
    to: "To (UTC)",
    pause: "Pause",
    goOn: (late: number) => late > 0 ? `Go on (${late} new)` : "Go on",
    shown: (shown: number, all: number) =>
      `${shown} of ${all} lines, newest last.`,
    nothing: "Nothing written yet.",
  },
  timeline: {
    title: (module: string) => `Timeline of ${module}`,
    takeovers: "How the service came to a node",
    none: "In what the logs hold, no node took the service.",
    story: "Both nodes",
    steps: "each step",
    time: "Time (UTC)",
    away: (node: string) =>
      `${node} does not answer: its part is missing, or old.`,
    skew: (node: string, ms: number) =>
      Math.abs(ms) < 5
        ? "The clocks agree."
        : `The clock of ${node} differs by ${ms} ms; its times are corrected.`,
    took: (seconds: string) => `ready after ${seconds} s`,
    unfinished: "did not become ready",
    notYet: "not ready yet",
    between: "between",
    notHeard: "other node not heard",
  },
  resources: {
    title: (module: string) => `Resources of ${module}`,
    noResources: "No checkers and no processes are configured.",
    states: {
      up: "up",
      down: "down",
      init: "first look",
      unknown: "not looked at",
    },
    since: (time: string) => `since ${time} UTC`,
    fired: "Rules that fired",
    none: "None, as far as the logs go back.",
    figures: (node: string) => `Replication on ${node}, the last hour`,
    noResync: "nothing is copied",
    graphs: {
      dirtyBytes: "What the other node lacks, at most",
      changeMs: "Until a write is on both nodes (99 of 100)",
      fsyncMs: "Until an fsync is on both disks (99 of 100)",
      waiting: "Writes that wait for the other node",
      waitingBytes: "Not yet acknowledged by it",
      waitingMs: "The oldest of them waits",
      resyncBytesPerSecond: "Copying",
      roundTripMs: "Round trip of the best link",
    },
  },
};
