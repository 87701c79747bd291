/** What checkers found on both nodes with its history, the figures of the replication, and the rule that fired last. */
import { useEffect, useState } from "hono/jsx/dom";
import type { Assignment, Resource } from "../../checker/board.ts";
import { cannotBeTold } from "../../rules/rule.ts";
import type { Series } from "../../agent/figures.ts";
import type { Texts } from "../text/en.ts";
import { Shape } from "../shapes.tsx";
import type { Tone } from "../view.ts";
import { bytes } from "../../system/units.ts";
import { ask, missedText } from "./ask.ts";
import { Graph } from "./graphs.tsx";
import { type Line, parseLine } from "./lines.ts";
import { poll } from "./poll.ts";
import { say } from "./said.ts";

export interface ResourcesProps {
  readonly module: string;
  readonly nodes: readonly string[];
  readonly t: Texts;
}

interface Found {
  readonly node: string;
  /** A text: why they are not known. */
  readonly resources: readonly Resource[] | string;
  readonly figures: Series | null;
  readonly fired: readonly Line[];
}

const AGAIN_MS = 5000;
const LOOK = { timeoutMs: 15_000, unasked: true } as const;
const milliseconds = (ms: number) => `${Math.round(ms * 100) / 100} ms`;
const GRAPHS: readonly {
  readonly name: Exclude<keyof Series, "at">;
  readonly words: (value: number) => string;
}[] = [
  { name: "dirtyBytes", words: bytes },
  { name: "changeMs", words: milliseconds },
  { name: "fsyncMs", words: milliseconds },
  { name: "waiting", words: String },
  { name: "waitingBytes", words: bytes },
  { name: "waitingMs", words: milliseconds },
  { name: "resyncBytesPerSecond", words: (rate) => `${bytes(rate)}/s` },
  { name: "roundTripMs", words: milliseconds },
];
const TONE: { readonly [state in Resource["state"]]: Tone } = {
  up: "good",
  down: "bad",
  init: "busy",
  unknown: "off",
};

export function Resources({ module, nodes, t }: ResourcesProps) {
  const [found, setFound] = useState<readonly Found[] | null>(null);
  useEffect(() => {
    const load = async () =>
      setFound(await Promise.all(nodes.map((node) => look(module, node))));
    return poll(load, AGAIN_MS);
  }, []);
  if (found === null) return <p class="quiet">{t.common.loading}</p>;
  const fired = found.flatMap(({ node, fired }) =>
    fired.map((line) => ({ ...line, node }))
  ).toSorted((a, b) => a.at < b.at ? 1 : -1).slice(0, 5);
  return (
    <>
      <div class="nodes">
        {found.map((one) => <NodeResources found={one} t={t} key={one.node} />)}
      </div>
      <section class="pane" aria-labelledby="fired">
        <h2 id="fired">{t.resources.fired}</h2>
        {fired.length === 0
          ? <p class="quiet">{t.resources.none}</p>
          : (
            <ul class="plain">
              {fired.map((line) => (
                <li key={line.node + line.at}>
                  <time>{line.at.slice(0, 19).replace("T", " ")}</time>{" "}
                  <b>{line.node}</b> {say(line.text)}
                </li>
              ))}
            </ul>
          )}
      </section>
      {found.map(({ node, figures }) =>
        figures && figures.at.length > 0
          ? (
            <section
              class="pane"
              key={node}
              aria-label={t.resources.figures(node)}
            >
              <h2>{t.resources.figures(node)}</h2>
              <div class="graphs">
                {GRAPHS.map(({ name, words }) => (
                  <Graph
                    key={name}
                    title={t.resources.graphs[name]}
                    at={figures.at}
                    values={figures[name]}
                    words={words}
                    nothing={name === "resyncBytesPerSecond"
                      ? t.resources.noResync
                      : "–"}
                  />
                ))}
              </div>
            </section>
          )
          : null
      )}
    </>
  );
}

function NodeResources({ found, t }: {
  readonly found: Found;
  readonly t: Texts;
}) {
  const { node, resources } = found;
  return (
    <section class="pane" aria-label={node}>
      <h2>{node}</h2>
      {typeof resources === "string"
        ? <p class="failed">{resources}</p>
        : resources.length === 0
        ? <p class="quiet">{t.resources.noResources}</p>
        : (
          <ul class="plain resources">
            {resources.map((resource) => (
              <li key={resource.name}>
                <details>
                  <summary>
                    <Shape
                      tone={cannotBeTold(resource)
                        ? "risk"
                        : TONE[resource.state]}
                    />
                    <code>{resource.name}</code>
                    <b>{word(resource, t)}</b>
                    <small>
                      {say(resource.detail ?? "")} {t.resources.since(
                        stamp(resource.at),
                      )}
                    </small>
                  </summary>
                  <ol class="plain">
                    {resource.history.toReversed().map((one) => (
                      <li key={one.at}>
                        <time>{stamp(one.at)}</time> <b>{word(one, t)}</b>{" "}
                        {say(one.detail ?? "")}
                      </li>
                    ))}
                  </ol>
                </details>
              </li>
            ))}
          </ul>
        )}
    </section>
  );
}

function word(one: Assignment, t: Texts): string {
  return cannotBeTold(one)
    ? t.overview.cannotBeTold
    : t.resources.states[one.state];
}

async function look(module: string, node: string): Promise<Found> {
  const at = `/api/modules/${encodeURIComponent(module)}`;
  const [resources, figures, log] = await Promise.all([
    ask<{ resources: Resource[] }>(`${at}/resources?node=${node}`, LOOK),
    ask<{ module: Series }>(`${at}/figures?node=${node}`, LOOK),
    ask<{ lines: string[] }>(`${at}/log?lines=1000&node=${node}`, LOOK),
  ]);
  return {
    node,
    resources: resources.ok
      ? resources.value.resources
      : missedText(node, resources),
    figures: figures.ok ? figures.value.module : null,
    fired: log.ok
      ? log.value.lines.map(parseLine).filter(({ text }) =>
        / by rule |called by a rule/.test(text)
      )
      : [],
  };
}

function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
