/**
 * May this waiting node start, and as what? The table for every doubtful case, by what both nodes' data are. Pure.
 * Both nodes ask it with the sides exchanged; it never answers "alone" to both when each has heard the other's present word.
 */
import { good, newerHere } from "./copies.ts";
import { GRACE_MS, hasLetGo, isPrimary, type State } from "./turn.ts";
import {
  entitled,
  type Facts,
  facts,
  iGoFirst,
  isEqual,
  shutOutBefore,
} from "./verdict_facts.ts";
import {
  alone,
  doubtful,
  flaw,
  pending,
  stuck,
  theirsDoubtful,
  theirsStrange,
  theyAreStopped,
  theyGoFirst,
  unlessBack,
  waits,
} from "./verdict_words.ts";
import { grantedThere } from "./witness_word.ts";

export type Verdict =
  | {
    readonly start: "alone";
    readonly cameFrom: "PRIM" | "SECOND";
    readonly why: string;
  }
  | { readonly start: "second"; readonly why: string }
  /** `pending`: it goes on by itself; otherwise the reason says what a person can do. */
  | {
    readonly start: "wait";
    readonly pending: boolean;
    readonly reason: string;
  };

/** A start on both nodes at once must be heard by each before the one that would stand back goes first after all. */
const SETTLE_MS = 1_500;

/** The verdict for a node in WAIT that wants to run; `waitedMs` since it began to wait. */
export function startVerdict(state: State, waitedMs: number): Verdict {
  return decide(state, waitedMs).verdict;
}

/** The same with the name of the row that decided, for the coverage report and the scenarios. */
export function decide(
  state: State,
  waitedMs: number,
): { readonly row: string; readonly verdict: Verdict } {
  const about = facts(state, waitedMs);
  const row = TABLE.find(({ when }) => when(about))!;
  const verdict = row.then(about);
  // Without failover the service stays where it was, whoever's data is good: a person moves it.
  const moves = verdict.start === "alone" && !state.config.failover &&
    state.record.lastRole === "SECOND";
  if (!moves) return { row: row.name, verdict };
  const { module, node, peer } = state.config;
  return {
    row: FAILOVER_OFF,
    verdict: stuck(
      `failover is off: waits for ${peer} to run the module again; to run it on ${node}: "hakit prim ${module} --node ${node}"`,
    ),
  };
}

interface Row {
  readonly name: string;
  when(about: Facts): boolean;
  then(about: Facts): Verdict;
}

const FAILOVER_OFF = "failover is off: the service stays where it was";

/** From the first row that applies; rows further down may count on those above. Each has a scenario. */
export const TABLE: readonly Row[] = [
  {
    name: "the replicator does not start",
    when: ({ state, config, waitedMs }) =>
      config.mirrored && state.report === null &&
      Math.min(waitedMs, state.lastAt - state.reportGoneAt) >= GRACE_MS,
    then: ({ config, theirs }) => {
      const { module, node, peer } = config;
      const ready = theirs !== null && !isPrimary(theirs.role) &&
        theirs.phase !== "absent" && good(theirs.identity);
      const meanwhile = !ready
        ? ""
        : `; to go on with the copy of ${peer}, which may lack the last writes: "hakit prim ${module} --node ${peer}"`;
      return stuck(
        `the replicator of ${node} has not started: see replicator.log of ${module} on ${node} (in /var/log/hakit/${module}); it may only be slow, and is tried again${meanwhile}`,
      );
    },
  },
  {
    name: "the replicator is starting",
    when: ({ state, config }) => config.mirrored && state.report === null,
    then: () => pending("the replicator is starting"),
  },
  {
    name: "the peer answers and has not spoken yet",
    when: ({ unsaid }) => unsaid,
    then: ({ config }) => pending(`listens to ${config.peer}`),
  },

  // The peer serves, or may.
  {
    name: "the peer is primary with older data",
    when: ({ theirs, state }) =>
      theirs !== null && isPrimary(theirs.role) && newerHere(state, theirs),
    then: ({ theirs, config }) =>
      pending(`${config.peer} is ${theirs!.role} with older data`),
  },
  {
    name: "the peer is primary",
    when: ({ theirs }) => theirs !== null && isPrimary(theirs.role),
    then: ({ theirs, config }) => ({
      start: "second",
      why: `${config.peer} is ${theirs!.role}`,
    }),
  },
  {
    name: "the peer is secondary",
    when: ({ theirs }) => theirs?.role === "SECOND",
    then: ({ config }) =>
      pending(`${config.peer} is SECOND and decides whether it takes over`),
  },
  {
    name: "the peer still holds the address or the mount",
    when: ({ theirs }) => theirs !== null && !hasLetGo(theirs),
    then: ({ config }) => pending(`${config.peer} is still stopping`),
  },

  // Both wait, and there is no data whose side it could be.
  {
    name: "no directories: the first node starts",
    when: ({ theirs, config }) =>
      theirs !== null && !config.mirrored && config.nodeIndex === 0,
    then: ({ state }) => alone(state),
  },
  {
    name: "no directories: the second node gives way",
    when: ({ theirs, config }) => theirs?.goal === "run" && !config.mirrored,
    then: ({ config }) => pending(`${config.peer} starts first`),
  },
  {
    name: "no directories: the first node is stopped",
    when: ({ theirs, config }) => theirs !== null && !config.mirrored,
    then: ({ state, config, waitedMs }) =>
      waitedMs < SETTLE_MS
        ? pending(`listens to ${config.peer}`)
        : alone(state),
  },

  // Both wait, and the peer's copy cannot be seen.
  {
    name: "the peer has no replicator, and was shut out",
    when: ({ theirs, state, waitedMs }) =>
      theirs?.phase === "absent" && shutOutBefore(state) &&
      waitedMs >= GRACE_MS,
    then: ({ state }) => alone(state),
  },
  {
    // Its own record tells the witness, and this node's request, what its copy cannot.
    name: "the peer has no replicator, and this node may be entitled",
    when: ({ theirs, state, staysMs }) =>
      theirs?.phase === "absent" && entitled(state) && staysMs >= GRACE_MS,
    then: ({ state }) => alone(state),
  },
  {
    name: "the peer's replicator does not start",
    when: ({ theirs, staysMs }) =>
      theirs?.phase === "absent" && staysMs >= GRACE_MS,
    then: ({ config, mine }) => {
      const { module, node, peer } = config;
      const or = good(mine)
        ? `; if the copy of ${node} is good: "hakit prim ${module} --node ${node}"`
        : "";
      return stuck(
        `the replicator of ${peer} has not started, so nobody knows whose data is newer: see replicator.log of ${module} on ${peer} (in /var/log/hakit/${module}); it may only be slow, and is tried again${or}`,
      );
    },
  },
  {
    name: "the peer has no replicator yet",
    when: ({ theirs }) => theirs?.phase === "absent",
    then: ({ config }) =>
      pending(`the replicator of ${config.peer} does not run yet`),
  },

  // Both wait, and data decides: what compare() says, and whether the copy is a good one.
  {
    name: "first start: neither node has data",
    when: ({ relation }) => relation === "both-empty",
    then: ({ config }) =>
      stuck(
        `first start: neither node has data of this module yet; say "hakit prim ${config.module}" on the node whose data is good`,
      ),
  },
  {
    // Its state knows nothing of what stands there: nobody can say that both wrote, and it would refuse to be primary.
    name: "the peer's data is not what its state knows",
    when: ({ relation, theirs }) =>
      relation === "diverged" && theirs!.otherFolder === true,
    then: (about) => stuck(theirsStrange(about)),
  },
  {
    name: "both wrote without the other",
    when: ({ relation }) => relation === "diverged",
    then: ({ config, mine, theirs }) => {
      const { module, node, peer } = config;
      return stuck(
        `both nodes wrote without the other, and a person must say whose data stays: that of ${node}${
          flaw(mine)
        } by "hakit prim ${module} --node ${node}", or that of ${peer}${
          flaw(theirs!.identity)
        } by "hakit prim ${module} --node ${peer}"; what only the losing side has is kept aside`,
      );
    },
  },
  {
    name: "this copy is newer, and no good one",
    when: ({ relation, mine }) => relation === "mine-newer" && !good(mine),
    then: ({ state, mine }) => stuck(doubtful(state, mine)),
  },
  {
    // An empty peer cannot tell what its lost disk knew: a former secondary may lack what was written without it.
    name: "the peer is empty, and this node was secondary",
    when: ({ relation, theirs, state }) =>
      relation === "mine-newer" && theirs!.identity.current === null &&
      state.record.lastRole === "SECOND",
    then: ({ config }) =>
      stuck(
        `${config.peer} is empty and ${config.node} was SECOND, so the copy of ${config.node} may lack the last writes; if it is good: "hakit prim ${config.module} --node ${config.node}"`,
      ),
  },
  {
    name: "this copy is newer",
    when: ({ relation }) => relation === "mine-newer",
    then: ({ state }) => alone(state),
  },
  {
    name: "the peer's copy is newer, and no good one",
    when: ({ relation, theirs }) =>
      relation === "theirs-newer" && !good(theirs!.identity),
    then: ({ config }) => stuck(theirsDoubtful(config)),
  },
  {
    name: "this node is empty, and the peer was secondary",
    when: ({ relation, mine, theirs }) =>
      relation === "theirs-newer" && mine.current === null &&
      theirs!.lastRole === "SECOND",
    then: ({ config }) =>
      stuck(
        `${config.node} has no data, and the copy of ${config.peer} may lack the last writes; if that one is good: "hakit prim ${config.module} --node ${config.peer}"`,
      ),
  },
  {
    name: "the peer's copy is newer, and it starts",
    when: ({ relation, theirs }) =>
      relation === "theirs-newer" && theirs!.goal === "run",
    then: (about) =>
      theyGoFirst(
        about,
        `${about.config.peer} has the newer data and starts first`,
      ),
  },
  {
    name: "the peer's copy is newer, and it is stopped",
    when: ({ relation }) => relation === "theirs-newer",
    then: (about) => stuck(theyAreStopped(about)),
  },
  {
    name: "equal copies, neither a good one",
    when: ({ relation, mine, theirs }) =>
      isEqual(relation) && !good(mine) && !good(theirs!.identity),
    then: ({ state, mine }) => stuck(doubtful(state, mine)),
  },
  {
    name: "equal copies, only the peer's a good one, and it starts",
    when: ({ relation, mine, theirs }) =>
      isEqual(relation) && !good(mine) && theirs!.goal === "run",
    then: (about) =>
      theyGoFirst(
        about,
        `${about.config.peer} has the newer data and starts first`,
      ),
  },
  {
    name: "equal copies, only the peer's a good one, and it is stopped",
    when: ({ relation, mine }) => isEqual(relation) && !good(mine),
    then: (about) => stuck(theyAreStopped(about)),
  },
  {
    name: "equal copies, only this one is good",
    when: ({ relation, theirs }) =>
      isEqual(relation) && !good(theirs!.identity),
    then: ({ state }) => alone(state),
  },
  {
    name: "equal copies, this node was primary last or is the first",
    when: ({ relation, state, theirs }) =>
      isEqual(relation) && iGoFirst(state, theirs!),
    then: ({ state }) => alone(state),
  },
  {
    name: "equal copies, the peer goes first",
    when: ({ relation, theirs }) => isEqual(relation) && theirs!.goal === "run",
    then: (about) =>
      theyGoFirst(
        about,
        `${about.config.peer} was primary last and starts first`,
      ),
  },
  {
    name: "equal copies, the peer would go first and is stopped",
    when: ({ relation }) => isEqual(relation),
    then: ({ state, config, waitedMs }) =>
      waitedMs < SETTLE_MS
        ? pending(`listens to ${config.peer}`)
        : alone(state),
  },

  // Nobody there to compare with.
  {
    name: "the peer was not heard yet",
    when: ({ state, waitedMs }) =>
      state.peer.verdict === "unknown" && waitedMs < GRACE_MS,
    then: ({ config }) => pending(`listens for ${config.peer}`),
  },
  {
    name: "no peer, and no directories",
    when: ({ config }) => !config.mirrored,
    then: ({ state }) => alone(state),
  },
  {
    // It may be true for a moment while the peer's agent starts.
    name: "the peer says that it has no such module, for a moment",
    when: ({ without, waitedMs }) => without && waitedMs < GRACE_MS,
    then: ({ config }) => pending(`${config.peer} has no such module`),
  },
  {
    name: "no peer, and this node had shut it out",
    when: ({ state }) => shutOutBefore(state),
    then: ({ state }) => alone(state),
  },
  {
    name: "no peer, and this node may be entitled at the witness",
    when: ({ state }) => entitled(state),
    then: ({ state }) => alone(state),
  },
  {
    name: "no peer, and the witness has let it go on",
    when: ({ state }) => grantedThere(state) !== null,
    then: ({ state }) => stuck(grantedThere(state)!),
  },
  {
    name: "no peer, and no data",
    when: ({ mine }) => mine.current === null,
    then: (about) =>
      waits(
        about,
        `${about.config.node} has no data yet; if there is none elsewhere: "hakit prim ${about.config.module} --node ${about.config.node}"`,
      ),
  },
  {
    name: "no peer, and this copy is half made",
    when: ({ mine }) => !mine.consistent,
    then: (about) =>
      waits(
        about,
        `it has the whole copy: bring it back, as that of ${about.config.node} is half made (files old, new or torn); only if the disk of ${about.config.peer} is gone for good: "hakit primforce ${about.config.module} --node ${about.config.node}"`,
      ),
  },
  {
    name: "no peer, which has newer data",
    when: ({ mine, state }) =>
      !mine.upToDate || state.record.lastRole === "ALONE",
    then: (about) =>
      waits(
        about,
        `it has newer data; ${unlessBack(about)}`,
      ),
  },
  {
    name: "no peer, which may have newer data",
    when: () => true,
    then: (about) =>
      waits(
        about,
        `it may have newer data; ${unlessBack(about)}`,
      ),
  },
];

/** Every row's name, for those who count which were reached. */
export const ROWS: readonly string[] = [
  ...TABLE.map(({ name }) => name),
  FAILOVER_OFF,
];
