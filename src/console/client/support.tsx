/** What a person looks at to be sure: both servers examined, notifications and single sign-on tried out, the last drill. */
import { useEffect, useState } from "hono/jsx/dom";
import type { UserRole } from "../../api/users.ts";
import type { Finding } from "../../doctor/facts.ts";
import type { ChannelReport } from "../../notify/notifier.ts";
import type { Texts } from "../text/en.ts";
import { ask, refusedText } from "./ask.ts";
import { Drill } from "./drill.tsx";
import { say } from "./said.ts";
import { SignOn } from "./sign_on.tsx";

export interface SupportProps {
  readonly nodes: readonly string[];
  readonly role: UserRole;
  /** Whether this node has what a drill is made with. */
  readonly drills: boolean;
  readonly t: Texts;
}

/** Both disks are tried. */
const DOCTOR_MS = 150_000;

interface Examined {
  readonly findings: readonly Finding[];
  readonly well: readonly string[];
  readonly unreachable: boolean;
}

export function Support({ nodes, role, drills, t }: SupportProps) {
  return (
    <>
      <Drill
        nodes={nodes}
        begins={drills && role === "administrator"}
        t={t}
      />
      <Doctor allowed={role !== "viewer"} t={t} />
      {role === "administrator"
        ? (
          <>
            <Channels nodes={nodes} t={t} />
            <SignOn nodes={nodes} t={t} />
          </>
        )
        : null}
    </>
  );
}

function Doctor(
  { allowed, t }: { readonly allowed: boolean; readonly t: Texts },
) {
  const [examined, setExamined] = useState<Examined | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const { doctor } = t.support;

  async function examine(): Promise<void> {
    setBusy(true);
    setFailed(null);
    const answer = await ask<Examined>("/api/doctor", {
      timeoutMs: DOCTOR_MS,
    });
    setBusy(false);
    if (answer.ok) setExamined(answer.value);
    else setFailed(refusedText(answer));
  }

  return (
    <section class="pane" aria-labelledby="doctor-title">
      <h2 id="doctor-title">{doctor.title}</h2>
      <p>{doctor.text}</p>
      {allowed
        ? (
          <p class="row">
            <button
              type="button"
              disabled={busy}
              onClick={() => void examine()}
            >
              {busy ? doctor.busy : doctor.begin}
            </button>
          </p>
        )
        : <p class="quiet">{doctor.onlyOperator}</p>}
      {failed ? <p class="failed" role="alert">{failed}</p> : null}
      {examined ? <Findings examined={examined} t={t} /> : null}
    </section>
  );
}

function Findings({ examined, t }: {
  readonly examined: Examined;
  readonly t: Texts;
}) {
  const { findings, well, unreachable } = examined;
  const { doctor } = t.support;
  return (
    <div role="status">
      {unreachable ? <p class="warning">{doctor.unreachable}</p> : null}
      <p>
        {findings.length === 0
          ? doctor.nothing(well.length)
          : doctor.found(findings.length, well.length)}
      </p>
      <ul class="plain findings">
        {findings.map((finding, index) => (
          <li key={index} class={finding.level}>
            <b>{doctor.levels[finding.level]}</b> {finding.node ?? doctor.both}:
            {" "}
            {say(finding.what)}
            <br />
            <small>{say(`${finding.why}.`)}</small>
            {finding.fix === null ? null : (
              <>
                <br />
                <code>{say(finding.fix)}</code>
              </>
            )}
          </li>
        ))}
      </ul>
      <details>
        <summary>{doctor.well}</summary>
        <ul>
          {well.map((title, index) => <li key={index}>{looked(title)}</li>)}
        </ul>
      </details>
    </div>
  );
}

/** "clock (node1)" */
function looked(title: string): string {
  const [, what = title, node = ""] = /^(.+)( \(\S+\))$/.exec(title) ?? [];
  return say(what) + node;
}

function Channels({ nodes, t }: {
  readonly nodes: readonly string[];
  readonly t: Texts;
}) {
  const [found, setFound] = useState<
    ReadonlyMap<string, readonly ChannelReport[] | string>
  >(new Map());
  const [tested, setTested] = useState<string | null>(null);
  const { channels } = t.support;
  const take = (node: string, what: readonly ChannelReport[] | string) =>
    setFound((before) => new Map(before).set(node, what));

  useEffect(() => {
    for (const node of nodes) {
      ask<{ channels: ChannelReport[] }>(`/api/notifications?node=${node}`)
        .then((answer) =>
          take(node, answer.ok ? answer.value.channels : refusedText(answer))
        );
    }
  }, []);

  async function test(node: string): Promise<void> {
    setTested(channels.busy(node));
    const answer = await ask<{ channels: ChannelReport[] }>(
      "/api/notifications/test",
      { method: "POST", body: { node } },
    );
    if (!answer.ok) return setTested(refusedText(answer));
    take(node, answer.value.channels);
    const bad = answer.value.channels.filter(({ problem }) => problem !== null);
    setTested(
      bad.length === 0
        ? channels.sent(node, answer.value.channels.length)
        : channels.notSent(node, bad.length),
    );
  }

  const none = nodes.every((node) => found.get(node)?.length === 0);
  return (
    <section class="pane" aria-labelledby="channels-title">
      <h2 id="channels-title">{channels.title}</h2>
      {none ? <p class="quiet">{channels.none}</p> : nodes.map((node) => {
        const known = found.get(node);
        return (
          <div key={node} class="channels">
            <h3>{node}</h3>
            {typeof known === "string"
              ? <p class="failed">{known}</p>
              : (
                <ul class="plain">
                  {(known ?? []).map(({ channel, waiting, problem }) => (
                    <li key={channel}>
                      <b>{say(channel)}</b>{" "}
                      {problem === null ? channels.good : null}
                      {problem === null
                        ? null
                        : <span class="failed">{say(problem)}</span>}{" "}
                      {waiting > 0 ? channels.waiting(waiting) : null}
                    </li>
                  ))}
                </ul>
              )}
            {known === undefined || known.length === 0 ? null : (
              <p class="row">
                <button type="button" onClick={() => void test(node)}>
                  {channels.test(node)}
                </button>
              </p>
            )}
          </div>
        );
      })}
      <p role="status">{tested ?? ""}</p>
    </section>
  );
}
