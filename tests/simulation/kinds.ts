/** What kinds of lives there are: who decides, what goes wrong, and what is promised all the same. */
import { parseRules } from "../../src/rules/parse.ts";
import type { Rule } from "../../src/rules/rule.ts";
import {
  CRASHES,
  CUT_OFF,
  CUTS,
  HANGS,
  HARMLESS,
  PEOPLE,
  PING,
  RESOURCES,
  TROUBLE,
  WITNESS,
} from "./faults.ts";

export interface Kind {
  readonly name: string;
  readonly arbiter: "none" | "ping" | "witness";
  /** The second node was put back to before the witness was added: it heeds none. */
  readonly unlike?: true;
  /** model: what src/replication promises; none: no directories. */
  readonly data: "model" | "none";
  readonly faults: typeof CRASHES;
  /** Each round begins with one of these. */
  readonly first?: typeof CRASHES;
  /** How many in a round, at least and below. */
  readonly count: readonly [number, number];
  /** Datagrams that are lost all the time: at most this share, and never so many in a row that the peer seems dead. */
  readonly loss: number;
  /**
   * Every acknowledged write is on whichever node serves; or, where both may go on: it is served or kept aside. nothing: there is no data.
   */
  readonly promise: "served" | "served or kept" | "nothing";
  /** Who acknowledges after another one has begun to was not fenced. */
  readonly oneWriter: boolean;
  /** An address is never taken while the other node, which is awake and heard, holds it. */
  readonly oneAddress: boolean;
  /** After peace a person may be needed: only where the automaton says so in words. */
  readonly person: boolean;
  /** The clocks' rates, and the nodes' time-outs, differ. */
  readonly skewed: boolean;
  /** Whatever the peer does, a healthy primary's writes do not wait long: without a witness nobody else need be asked. */
  readonly prompt?: true;
  /** Nobody changes his role. */
  readonly steady?: true;
  readonly rules?: readonly Rule[];
  /** Of all seeds that are run together. */
  readonly share: number;
}

const RULES = parseRules(`
  t_web: if (tcp.web == down) then restart();
  p_router: if (ping.router == down) for 1s then wait();
`);

const CALM = { count: [2, 7], loss: 0.1, skewed: true } as const;

const WITNESSED: Kind = {
  ...CALM,
  name: "witness",
  arbiter: "witness",
  data: "model",
  faults: { ...CRASHES, ...CUTS, ...WITNESS, ...CUT_OFF },
  loss: 0.3,
  promise: "served",
  oneWriter: true,
  oneAddress: true,
  person: true,
  share: 0.25,
};

export const KINDS: readonly Kind[] = [
  {
    name: "single",
    arbiter: "none",
    data: "model",
    faults: { ...CRASHES, ...TROUBLE },
    count: [1, 2],
    loss: 0.05,
    promise: "served",
    oneWriter: false,
    oneAddress: true,
    person: false,
    skewed: true,
    prompt: true,
    share: 0.2,
  },
  {
    ...CALM,
    name: "crashes",
    prompt: true,
    arbiter: "none",
    data: "model",
    faults: CRASHES,
    promise: "served",
    oneWriter: true,
    oneAddress: true,
    person: true,
    share: 0.15,
  },
  {
    ...CALM,
    name: "chaos",
    prompt: true,
    arbiter: "none",
    data: "model",
    faults: { ...CRASHES, ...CUTS },
    loss: 0.3,
    promise: "served or kept",
    oneWriter: false,
    oneAddress: false,
    person: true,
    share: 0.1,
  },
  WITNESSED,
  {
    ...CALM,
    name: "ping",
    arbiter: "ping",
    data: "model",
    faults: { ...CRASHES, ...CUTS, ...PING },
    loss: 0.3,
    promise: "served or kept",
    oneWriter: false,
    oneAddress: false,
    person: true,
    share: 0.06,
  },
  {
    ...CALM,
    name: "rules",
    arbiter: "witness",
    data: "model",
    faults: { ...CRASHES, ...RESOURCES },
    promise: "served",
    oneWriter: true,
    oneAddress: true,
    person: true,
    rules: RULES,
    share: 0.06,
  },
  {
    ...CALM,
    name: "people",
    arbiter: "none",
    data: "model",
    faults: { ...CRASHES, ...CUTS, ...PEOPLE },
    loss: 0.3,
    promise: "served or kept",
    oneWriter: false,
    oneAddress: false,
    person: true,
    share: 0.06,
  },
  {
    ...CALM,
    name: "bare",
    arbiter: "witness",
    data: "none",
    faults: { ...CRASHES, ...WITNESS },
    promise: "nothing",
    oneWriter: false,
    oneAddress: true,
    person: true,
    share: 0.06,
  },
  {
    ...CALM,
    name: "healthy",
    arbiter: "witness",
    data: "model",
    faults: { ...HARMLESS, ...WITNESS },
    loss: 0.1,
    promise: "served",
    oneWriter: true,
    oneAddress: true,
    person: false,
    skewed: true,
    steady: true,
    share: 0.06,
  },
];

/** Run only when it is named: the others, and what their seeds find, stay as they are. */
const UNLIKE: Kind = {
  ...WITNESSED,
  name: "unlike",
  unlike: true,
  share: 1,
};

/** The same: disks that hang, with a witness and without. */
const HANGING: readonly Kind[] = [
  {
    ...WITNESSED,
    name: "hangs",
    faults: { ...WITNESSED.faults, ...HANGS },
    first: HANGS,
    share: 1,
  },
  {
    ...CALM,
    name: "hangsbare",
    arbiter: "none",
    data: "model",
    faults: { ...CRASHES, ...HANGS },
    first: HANGS,
    promise: "served",
    oneWriter: true,
    oneAddress: true,
    person: true,
    prompt: true,
    share: 1,
  },
];

/** Run only when they are named. */
export const NAMED: readonly Kind[] = [UNLIKE, ...HANGING];

/** The real data path by itself: see data.ts. */
export const DATA = { name: "data", share: 0.15 } as const;

/** The real copies of a real directory: see histories/history.ts. */
export const HISTORY = { name: "history", share: 1 } as const;
/** The same, in a copy of the sources with small limits. */
export const SMALL = { name: "small", share: 1 } as const;

/** Run only when they are named. */
export const NEED_ROOT: readonly AnyKind[] = [HISTORY, SMALL];

type AnyKind = Kind | typeof DATA | typeof HISTORY | typeof SMALL;

export function kindOf(name: string): AnyKind {
  const all: readonly AnyKind[] = [...KINDS, ...NAMED, DATA, HISTORY, SMALL];
  const kind = all.find((one) => one.name === name);
  if (kind) return kind;
  throw new RangeError(
    `unknown kind "${name}", expected ${all.map((one) => one.name).join(", ")}`,
  );
}
