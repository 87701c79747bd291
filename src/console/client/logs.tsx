/** A log that goes on: what the server drew, then each new line as it is written; filtered, and still when a person reads. */
import { useEffect, useMemo, useRef, useState } from "hono/jsx/dom";
import type { Texts } from "../text/en.ts";
import { ask } from "./ask.ts";
import {
  EVERYTHING,
  type Filter,
  leavesGap,
  type Level,
  type Line,
  parseLine,
  passes,
  SCRIPT_RUN,
  unseen,
} from "./lines.ts";
import { whileSeen } from "./stream.ts";

export interface LogsIslandProps {
  readonly first: readonly string[];
  /** Null: the agent's own. */
  readonly module: string | null;
  readonly node: string;
  /** False: a script's, which is at its end or read again. */
  readonly live: boolean;
  readonly t: Texts;
}

/** More would make typing in the filter slow; the file has them all. */
const KEPT = 5000;
/** As many as the server draws. */
const READ = 1000;
const READ_MS = 15_000;
const AGAIN_MS = 2000;

export function LogsIsland(props: LogsIslandProps) {
  const { first, module, node, live, t } = props;
  const [lines, setLines] = useState<readonly Line[]>(first.map(parseLine));
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [paused, setPaused] = useState(false);
  const [late, setLate] = useState(0);
  const [broken, setBroken] = useState(false);
  /** All that was heard; what is shown of it stands still in a pause. */
  const all = useRef(lines);
  const still = useRef(false);
  const reads = useRef(0);
  /** What the stream brings while the log is read. */
  const meanwhile = useRef<Line[] | null>(null);
  const box = useRef<HTMLDivElement>(null);
  /** The line that the timeline led to. */
  const meant = new URLSearchParams(location.search).get("at");

  function add(more: readonly Line[]): void {
    const fresh = unseen(more, all.current);
    if (fresh.length === 0) return;
    all.current = [...all.current, ...fresh].slice(-KEPT);
    if (still.current) setLate((before) => before + fresh.length);
    else setLines(all.current);
  }

  /** A stream tells what comes from now on: what was written since the page was drawn, or since the stream broke, is read. */
  async function read(): Promise<void> {
    const number = ++reads.current;
    meanwhile.current ??= [];
    const path = module === null
      ? "/api/log"
      : `/api/modules/${encodeURIComponent(module)}/log`;
    const query = new URLSearchParams({ node, lines: String(READ) });
    const answer = await ask<{ lines: string[] }>(`${path}?${query}`, {
      timeoutMs: READ_MS,
      unasked: true,
    });
    // Opened once more since then: that one takes it all.
    if (number !== reads.current) return;
    const came = meanwhile.current ?? [];
    meanwhile.current = null;
    if (answer.ok) {
      const lines = answer.value.lines.map(parseLine);
      const [shown, most] = [all.current, READ];
      if (leavesGap(lines, { shown, most })) all.current = [];
      add(lines);
    }
    add(came);
  }

  useEffect(() => {
    if (!live) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const { renew, end } = whileSeen({
      url: `/api/events?only=log&node=${encodeURIComponent(node)}`,
      listen(stream) {
        stream.addEventListener("log", (event) => {
          const { module: of, ...line } = JSON.parse(event.data);
          if (of !== module) return;
          if (meanwhile.current) meanwhile.current.push(line);
          else add([line]);
        });
        // Lines are gone that it should have brought: from the beginning.
        stream.addEventListener("reset", () => renew());
        stream.onopen = () => {
          setBroken(false);
          void read();
        };
        stream.onerror = () => {
          setBroken(true);
          // A browser tries again by itself only when the connection broke, not after an answer such as 502.
          if (stream.readyState !== EventSource.CLOSED) return;
          clearTimeout(timer);
          // A stream does not say why it was refused; what is read leads to the login when the session has ended.
          timer = setTimeout(() => void read().then(renew), AGAIN_MS);
        };
      },
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, []);
  useEffect(() => {
    const line = meant && box.current?.querySelector(".here");
    if (line) line.scrollIntoView({ block: "center" });
    else if (!paused && box.current) box.current.scrollTop = 0;
  }, [lines, paused]);

  function pause(): void {
    still.current = !still.current;
    setPaused(still.current);
    if (still.current) return;
    setLate(0);
    setLines(all.current);
  }

  const shown = useMemo(() => lines.filter((line) => passes(line, filter)), [
    lines,
    filter,
  ]);
  const set = (key: keyof Filter) => (event: Event) =>
    setFilter((before) => ({
      ...before,
      [key]: (event.target as HTMLInputElement).value,
    }));
  return (
    <>
      <div class="filter row">
        <label>
          <span>{t.logs.level}</span>
          <select onChange={set("level")}>
            {(["info", "warning", "error"] satisfies Level[]).map((level) => (
              <option value={level} key={level}>{t.logs.levels[level]}</option>
            ))}
          </select>
        </label>
        <label class="grow">
          <span>{t.logs.text}</span>
          <input type="search" onInput={set("text")} />
        </label>
        <label>
          <span>{t.logs.from}</span>
          <input type="datetime-local" onInput={set("from")} />
        </label>
        <label>
          <span>{t.logs.to}</span>
          <input type="datetime-local" onInput={set("to")} />
        </label>
        {live
          ? (
            // In words: of a boolean the browser's part makes an empty attribute or none, which tells a screen reader of no switch.
            <button
              type="button"
              aria-pressed={paused ? "true" : "false"}
              onClick={pause}
            >
              {paused ? t.logs.goOn(late) : t.logs.pause}
            </button>
          )
          : null}
      </div>
      <p class="quiet count">
        <span role="status">{broken ? `${t.common.away} ` : ""}</span>
        {t.logs.shown(shown.length, lines.length)}
      </p>
      <div class="scroll" ref={box} tabindex={0} role="log" aria-live="off">
        <ol class="lines">
          {shown.length === 0 ? <li class="quiet">{t.logs.nothing}</li> : null}
          {shown.map((line, index) => (
            <li
              class={line.at !== "" && line.at === meant
                ? `${line.level} here`
                : line.level}
              key={index}
            >
              {line.at
                ? <time>{line.at.slice(0, 23).replace("T", " ")}</time>
                : null}
              {line.level === "info" ? null : <b>{t.logs.words[line.level]}</b>}
              <Text line={line} module={module} node={node} />
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

function Text({ line, module, node }: {
  readonly line: Line;
  readonly module: string | null;
  readonly node: string;
}) {
  const [run] = SCRIPT_RUN.exec(line.text) ?? [];
  if (!run || module === null) return <span>{line.text}</span>;
  const [before, after] = line.text.split(run);
  const query = new URLSearchParams({ node, file: run });
  return (
    <span>
      {before}
      <a href={`/modules/${encodeURIComponent(module)}/logs?${query}`}>{run}</a>
      {after}
    </span>
  );
}
