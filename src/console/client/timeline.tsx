/** What happened to a module on both nodes, side by side, newest first; and how long each takeover took, phase by phase. */
import { useEffect, useState } from "hono/jsx/dom";
import type { Texts } from "../text/en.ts";
import { ask, missedText } from "./ask.ts";
import { parseLine } from "./lines.ts";
import { poll } from "./poll.ts";
import { say } from "./said.ts";
import {
  aheadOf,
  inOrder,
  type Moment,
  momentsOf,
  type Way,
  waysOf,
} from "./story.ts";

export interface TimelineProps {
  readonly module: string;
  readonly nodes: readonly string[];
  readonly t: Texts;
}

const LINES = 2000;
const AGAIN_MS = 5000;
const LOOK = { timeoutMs: 15_000, unasked: true } as const;
const SHOWN = 300;

export function Timeline({ module, nodes, t }: TimelineProps) {
  const [moments, setMoments] = useState<readonly Moment[] | null>(null);
  const [steps, setSteps] = useState(false);
  const [skew, setSkew] = useState<number | null>(null);
  /** By node: why its part is missing. */
  const [missed, setMissed] = useState<ReadonlyMap<string, string>>(new Map());

  async function load(): Promise<void> {
    const missing = new Map<string, string>();
    const offsets = await Promise.all(nodes.map(offsetOf));
    const ahead = aheadOf(offsets);
    const all = await Promise.all(nodes.map(async (node, index) => {
      const answer = await ask<{ lines: string[] }>(
        `/api/modules/${
          encodeURIComponent(module)
        }/log?lines=${LINES}&node=${node}`,
        LOOK,
      );
      if (!answer.ok) {
        missing.set(node, missedText(node, answer));
        return [];
      }
      const lines = answer.value.lines.map(parseLine);
      return momentsOf(node, lines, index === 0 ? 0 : ahead ?? 0);
    }));
    setSkew(ahead);
    setMissed(missing);
    // What was heard of a node that has just died stays, with what its peer says now.
    setMoments((before) =>
      inOrder([
        ...all.flat(),
        ...(before ?? []).filter(({ node }) => missing.has(node)),
      ])
    );
  }
  useEffect(() => poll(load, AGAIN_MS), []);

  if (moments === null) return <p class="quiet">{t.common.loading}</p>;
  const ways = waysOf(moments);
  const rows = moments.filter(({ kind, level }) =>
    steps || kind !== "step" || level !== "info"
  ).toReversed().slice(0, SHOWN);
  return (
    <>
      {[...new Set(missed.values())].map((why) => (
        <p class="warning" key={why}>{why}</p>
      ))}
      <section class="pane" aria-labelledby="ways">
        <h2 id="ways">{t.timeline.takeovers}</h2>
        {ways.length === 0 ? <p class="quiet">{t.timeline.none}</p> : null}
        <ol class="ways">
          {ways.slice(0, 10).map((way) => (
            <WayView way={way} t={t} key={`${way.node} ${way.at}`} />
          ))}
        </ol>
      </section>
      <section class="pane" aria-labelledby="story">
        <header class="head">
          <h2 id="story">{t.timeline.story}</h2>
          <label class="check">
            <input
              type="checkbox"
              checked={steps}
              onChange={() => setSteps(!steps)}
            />{" "}
            {t.timeline.steps}
          </label>
          {skew === null ? null : (
            <small>
              {t.timeline.skew(nodes[1] ?? "", Math.round(skew))}
            </small>
          )}
        </header>
        <div class="across">
          <table class="story">
            <thead>
              <tr>
                <th scope="col">{t.timeline.time}</th>
                {nodes.map((node) => <th scope="col" key={node}>{node}</th>)}
              </tr>
            </thead>
            <tbody>
              {rows.map((moment, index) => (
                <tr key={index} class={`of-${moment.level}`}>
                  <th scope="row">
                    <a href={logUrl(module, moment)}>
                      <time>{stamp(moment.at)}</time>
                    </a>
                  </th>
                  {nodes.map((node) => (
                    <td key={node} data-node={node}>
                      {node === moment.node
                        ? (
                          <span class={`moment ${moment.kind}`}>
                            {moment.role ? <b>{moment.role}</b> : null}
                            {say(moment.text)}
                          </span>
                        )
                        : null}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

function WayView({ way, t }: { readonly way: Way; readonly t: Texts }) {
  const { seconds, phases, lost, underWay } = way;
  const known = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const rest = seconds === null ? 0 : Math.max(0, seconds - known);
  const bars = [
    ...lost === null ? [] : [{ name: t.timeline.notHeard, seconds: lost }],
    ...phases,
    ...rest > 0.005 ? [{ name: t.timeline.between, seconds: rest }] : [],
  ];
  const whole = Math.max(
    bars.reduce((sum, phase) => sum + phase.seconds, 0),
    0.01,
  );
  return (
    <li>
      <p>
        <b>
          {way.node}: {way.from} → {way.role}
        </b>{" "}
        {seconds === null
          ? underWay ? t.timeline.notYet : t.timeline.unfinished
          : t.timeline.took(((lost ?? 0) + seconds).toFixed(2))}
        <small>
          <time>{stamp(way.at)}</time> · {say(way.why)}
        </small>
      </p>
      <svg
        class="phases"
        viewBox="0 0 1000 26"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {bars.map((phase, index) => {
          const before = bars.slice(0, index)
            .reduce((sum, one) => sum + one.seconds, 0);
          return (
            <rect
              key={index}
              class={`phase-${index % 4}`}
              x={(before / whole) * 1000}
              y="0"
              width={Math.max(2, (phase.seconds / whole) * 1000 - 3)}
              height="26"
            />
          );
        })}
      </svg>
      <ul class="legend">
        {bars.map((phase, index) => (
          <li key={index}>
            <i class={`phase-${index % 4}`}></i>
            {say(phase.name)} {phase.seconds.toFixed(2)}
            {"\u00a0"}s
          </li>
        ))}
      </ul>
    </li>
  );
}

/** How far a node's clock is ahead of the browser's; null: it does not answer. */
async function offsetOf(node: string): Promise<number | null> {
  const began = Date.now();
  const answer = await ask<{ at: number }>(`/api/ping?node=${node}`, LOOK);
  if (!answer.ok) return null;
  return answer.value.at - (began + Date.now()) / 2;
}

function logUrl(module: string, { node, written }: Moment): string {
  const query = new URLSearchParams({ node, at: written });
  return `/modules/${encodeURIComponent(module)}/logs?${query}`;
}

function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 23).replace("T", " ");
}
