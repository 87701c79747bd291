/** What a change would do, before it is done: the parts with what each costs, and the lines of every file. */
import type { DiffLine } from "../../../module/diff.ts";
import type { Plan } from "../../../module/plan.ts";
import type { Texts } from "../../text/en.ts";
import { say } from "../said.ts";

export function PlanView({ plan, refusal, t }: {
  readonly plan: Plan;
  readonly refusal: string | null;
  readonly t: Texts;
}) {
  if (plan.how === null) return <p class="quiet">{t.config.nothing}</p>;
  return (
    <>
      {plan.effects.length > 0
        ? (
          <ul class="effects">
            {plan.effects.map(({ part, how, text }) => (
              <li key={part}>
                <b class={`how ${how}`}>{t.config.how[how]}</b>
                <span>
                  <code>{part}</code> <small>{say(text)}</small>
                </span>
              </li>
            ))}
          </ul>
        )
        : null}
      {refusal ? <p class="failed refusal">{say(refusal)}</p> : null}
      {plan.files.map(({ path, lines }) => (
        <details key={path} class="diff" open={plan.files.length === 1}>
          <summary>{t.config.showLines(path)}</summary>
          <DiffLines lines={lines} label={t.config.showLines(path)} />
        </details>
      ))}
    </>
  );
}

export function DiffLines({ lines, label }: {
  readonly lines: readonly DiffLine[];
  readonly label: string;
}) {
  if (lines.length === 0) return null;
  return (
    <pre tabindex={0} aria-label={label}>
      {lines.map(({ kind, text }, index) => (
        <span class={CLASS[kind]} key={index}>
          {kind} {text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

const CLASS = { " ": "", "+": "added", "-": "removed", "@": "part" } as const;
