/**
 * What the agent says, in the reader's language. It says it in English, so that its API, its logs and its commands speak one language;
 * each sentence is a key with places in it. What no phrase fits, as of a newer node, stays as it came. Runs on both sides. Pure.
 */
import type { ClusterState } from "../../api/state.ts";

export type Say = (sentence: string) => string;

export const AS_IT_CAME: Say = (sentence) => sentence;

/** A language's phrases by their keys, as phrases.ts makes it. */
export interface Table {
  readonly [key: string]: string;
}

/** In a key: a place and its kind. */
const PLACE = /\{([a-z]+)([*=!?]?)\}/g;

/** What some places can only hold: "node2 is PRIM" is no checker's "tcp.web is down". */
const ONLY: { readonly [place: string]: string } = {
  role: "STOP|WAIT|ALONE|PRIM|SECOND",
  state: "up|down|init|unknown",
  code: "\\d+",
};

/** By kind. */
const ANY: { readonly [kind: string]: string } = {
  "": "\\S+?",
  "*": ".+?",
  "=": ".+?",
  "!": ".+?",
  "?": ".*?",
};

interface Phrase {
  readonly pattern: RegExp;
  readonly said: string;
  readonly kinds: { readonly [place: string]: string };
  /** Characters outside of its places. */
  readonly own: number;
}

/** What a script has printed may be long, and is nobody's sentence. */
const LONGEST = 2000;

export function speech(
  { ".": stop = ".", " ": gap = " ", ...all }: Table,
): Say {
  // What says more of its own goes first: others would fit a part of it.
  const phrases = Object.entries(all).map(([key, said]) => phrase(key, said))
    .toSorted((one, other) => other.own - one.own);

  /** Of the text that is looked at now: phrases within phrases ask for the same part again and again. */
  let searches = new Map<string, string | null>();

  /** `whole`: only where every sentence in it is known, too. */
  function fitting(text: string, whole = false): string | null {
    const key = `${whole} ${text}`;
    let said = searches.get(key);
    if (said === undefined) searches.set(key, said = searched(text, whole));
    return said;
  }

  function searched(text: string, whole: boolean): string | null {
    for (const { pattern, said, kinds } of phrases) {
      const match = pattern.exec(text);
      const parts = match && filled(match.groups ?? {}, kinds, whole);
      if (parts) return said.replace(PLACE, (_, place) => parts[place]!);
    }
    return null;
  }

  function filled(
    groups: { readonly [place: string]: string },
    kinds: Phrase["kinds"],
    whole: boolean,
  ) {
    const parts: { [place: string]: string } = {};
    for (const [place, text] of Object.entries(groups)) {
      const kind = kinds[place]!;
      const isSentence = kind !== "" && kind !== "*" && text !== "";
      const known = isSentence ? fitting(text, whole) : text;
      if (known === null && (whole || kind !== "=")) return null;
      parts[place] = known ?? text;
    }
    return parts;
  }

  /** A reason may have become a sentence: with a capital, where it begins with no name, and a full stop. */
  function sentence(text: string): string | null {
    const body = text.replace(/\.$/, "");
    const end = body === text ? "" : stop;
    for (const whole of [true, false]) {
      const known = fitting(text, whole);
      if (known !== null) return known;
      const named = fitting(body, whole);
      if (named !== null) return named + end;
      const first = body.charAt(0);
      const reason = fitting(first.toLowerCase() + body.slice(1), whole);
      if (reason !== null) return begun(reason, body) + end;
    }
    return null;
  }

  /** One that is known as it stands, or several, one after the other. */
  function sentences(text: string): string | null {
    const known = fitting(text, true);
    if (known !== null) return known;
    for (const { index } of text.matchAll(/[.!?] /g)) {
      const first = sentence(text.slice(0, index + 1));
      if (first === null) continue;
      const rest = text.slice(index + 2);
      return first + gap + (sentences(rest) ?? rest);
    }
    return sentence(text);
  }

  return (text) => {
    if (text.length > LONGEST) return text;
    searches = new Map();
    return sentences(text) ?? text;
  };
}

function phrase(key: string, said: string): Phrase {
  const kinds: { [place: string]: string } = {};
  let [pattern, own, at] = ["", 0, 0];
  for (const match of key.matchAll(PLACE)) {
    const [all, place = "", kind = ""] = match;
    pattern += literal(key.slice(at, match.index));
    own += match.index - at;
    at = match.index + all.length;
    if (place in kinds) pattern += `\\k<${place}>`;
    else {
      pattern += `(?<${place}>${ONLY[place] ?? ANY[kind]})`;
      kinds[place] = kind;
    }
  }
  pattern += literal(key.slice(at));
  own += key.length - at;
  return { pattern: new RegExp(`^${pattern}$`, "s"), said, kinds, own };
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A name keeps its spelling at the beginning of a sentence, too: it stood in the English one. */
function begun(text: string, english: string): string {
  const [word = ""] = text.split(" ");
  return english.includes(word)
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1);
}

/** The cluster with all that is said of it said so. */
export function told(state: ClusterState, say: Say): ClusterState {
  const sentences = Object.entries(state.sentences)
    .map(([module, sentence]) => [module, say(sentence)] as const);
  // The page looks whether a module's sentence stands in the whole one already.
  const isSum = sentences.length > 0 &&
    Object.values(state.sentences).join(" ") === state.sentence;
  return {
    ...state,
    nodes: state.nodes.map((node) => ({
      ...node,
      modules: node.modules.map((module) => ({
        ...module,
        reason: module.reason && say(module.reason),
        ...module.hindered && { hindered: say(module.hindered) },
        resources: module.resources.map((resource) => ({
          ...resource,
          detail: resource.detail && say(resource.detail),
        })),
      })),
    })),
    arbiter: say(state.arbiter),
    sentence: isSum
      ? sentences.map(([, sentence]) => sentence).join(" ")
      : say(state.sentence),
    sentences: Object.fromEntries(sentences),
    warnings: state.warnings.map(say),
  };
}
