/** What two nodes' logs, checkers and figures say after a night with a failover. node2's clock is 1.234 s ahead. */
import { Figures } from "../../src/agent/figures.ts";
import type { DrillReport } from "../../src/k3s/drill/outcome.ts";
import { Latency } from "../../src/replication/latency.ts";
import { sampleState } from "./sample.ts";

export const LOG_1: readonly string[] = [
  "2026-11-23T02:18:00.000Z info start called by user ann",
  "2026-11-23T02:18:00.400Z info WAIT becomes ALONE: this node goes first, node2 follows",
  "2026-11-23T02:18:00.900Z info start_prim begins, start_prim_2026-11-23T02-18-00.log",
  "2026-11-23T02:18:02.100Z info start_prim ended after 1.20 s",
  "2026-11-23T02:18:02.120Z info ALONE is ready after 1.72 s",
  "2026-11-23T02:18:20.000Z info ALONE becomes PRIM: node2 is up to date",
  "2026-11-23T02:19:40.000Z warning custom.datastore is down: exit code 1",
  "2026-11-23T02:19:55.000Z error stopstart called by rule c_datastore: custom.datastore is down (exit code 1)",
  "2026-11-23T02:19:55.010Z info PRIM becomes WAIT: custom.datastore is down (exit code 1)",
  "2026-11-23T02:20:01.000Z info WAIT becomes SECOND: node2 is ALONE",
];
export const LOG_2: readonly string[] = [
  "2026-11-23T02:18:12.234Z info WAIT becomes SECOND: node1 is ALONE",
  "2026-11-23T02:19:56.434Z info SECOND becomes ALONE: node1 left",
  "2026-11-23T02:19:56.484Z info directories mounted after 0.05 s",
  "2026-11-23T02:19:56.604Z info addresses taken after 0.12 s",
  "2026-11-23T02:19:56.614Z info start_prim begins, start_prim_2026-11-23T02-20-11.log",
  "2026-11-23T02:19:58.104Z info start_prim ended after 1.49 s",
  "2026-11-23T02:19:58.134Z info ALONE is ready after 1.70 s",
  "2026-11-23T02:20:04.234Z info ALONE becomes PRIM: node1 is up to date",
  "2026-11-23T02:25:00.234Z info configuration 2 in force: hold (by user ann)",
];

const at = Date.parse("2026-11-23T02:20:00Z");
export const RESOURCES = [
  {
    name: "custom.datastore",
    state: "up",
    detail: null,
    at,
    history: [
      { at: at - 120_000, state: "init", detail: null },
      { at: at - 110_000, state: "up", detail: null },
      { at: at - 20_000, state: "down", detail: "exit code 1" },
      { at, state: "up", detail: null },
    ],
  },
  {
    name: "proc.k3s",
    state: "down",
    detail: "0 run, expected at least 1",
    at,
    history: [{
      at,
      state: "down",
      detail: "0 run, expected at least 1",
    }],
  },
  {
    name: "custom.volume",
    state: "unknown",
    detail: null,
    at,
    history: [{ at, state: "unknown", detail: null }],
  },
];

export const EXAMINED = {
  findings: [
    {
      code: "clock.differs",
      level: "problem",
      node: null,
      what: "The clocks differ by 1.2 s",
      why: "Certificates and Kubernetes' leases of one look wrong to the other",
      fix: "timedatectl set-ntp true",
    },
    {
      code: "watchdog",
      level: "warning",
      node: "node2",
      what: "No watchdog device and no module softdog",
      why:
        "If all of hakit's processes stand still while the kernel lives, nothing takes this node's address away",
      fix: null,
    },
  ],
  well: [
    "processors, memory, swap (node1)",
    "room on the disks (node1)",
    "way to the other node (node2)",
    "clocks of both",
  ],
  unreachable: false,
} as const;
export const DRILL: DrillReport = {
  fault: "kill",
  date: "2026-11-20T03:12:44.000Z",
  cluster: "office",
  from: "node1",
  to: "node2",
  timeline: [
    { what: "node1 is not heard any more", seconds: 2.1 },
    { what: "node2 is ALONE Ready", seconds: 4.4 },
    { what: "the application acknowledges writes", seconds: 4.9 },
  ],
  pauseSeconds: 4.9,
  acknowledged: 812,
  rows: 812,
  lines: 812,
  lost: [],
  errors: ["connection refused"],
};
export const CHANNELS = [
  { channel: "e-mail to ops@example.com", waiting: 0, problem: null },
  {
    channel: "webhook (slack) hooks.slack.com",
    waiting: 2,
    problem: "hooks.slack.com answered 403",
  },
];

export function sampleFigures() {
  const figures = new Figures();
  const [changes, fsyncs] = [new Latency(), new Latency()];
  for (let index = 0; index < 720; index++) {
    const away = index > 300 && index < 380;
    changes.add(index % 40 < 3 ? 4 : 0.4);
    fsyncs.add(index % 25 < 2 ? 20 : 2);
    figures.take(
      sampleState(
        {
          dirtyBytes: away ? (index - 300) * 400_000 : 0,
          resync: index >= 380 && index < 400
            ? {
              stage: "data",
              bytesDone: 1,
              bytesTotal: 2,
              bytesSent: 1,
              bytesPerSecond: 60e6 + 5e6 * Math.sin(index),
              secondsLeft: 1,
            }
            : null,
        },
        {},
        {
          links: [{
            local: "10.0.0.1",
            remote: "10.0.0.2",
            state: "up",
            roundTripMs: 0.3 + 0.1 * Math.sin(index / 9),
          }],
        },
      ),
      [{
        module: "k3s",
        waiting: Math.round(6 + 5 * Math.sin(index / 20)),
        waitingMs: 1.5 + Math.cos(index / 15),
        waitingBytes: Math.round(24_000 + 20_000 * Math.sin(index / 20)),
        latency: { changes: changes.waits, fsyncs: fsyncs.waits },
      }],
      Date.parse("2026-11-23T01:30:00Z") + index * 5000,
    );
  }
  return figures.of("k3s");
}
