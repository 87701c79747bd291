/** Single sign-on as it is set up, without its secret, and whether each node gets on with the issuer. */
import { useEffect, useState } from "hono/jsx/dom";
import type { UserRole } from "../../api/accounts_file.ts";
import type { OidcAnswer, OidcTestAnswer } from "../../oidc/settings.ts";
import type { Texts } from "../text/en.ts";
import { type Answer, ask, refusedText } from "./ask.ts";
import { say } from "./said.ts";

const ROLES: readonly UserRole[] = ["administrator", "operator", "viewer"];

export function SignOn({ nodes, t }: {
  readonly nodes: readonly string[];
  readonly t: Texts;
}) {
  const [shown, setShown] = useState<Answer<OidcAnswer> | null>(null);
  const [tried, setTried] = useState<{ ok: boolean; text: string } | null>(
    null,
  );
  const { signOn } = t.support;
  useEffect(() => {
    void ask<OidcAnswer>("/api/oidc").then(setShown);
  }, []);

  async function test(node: string): Promise<void> {
    setTried({ ok: true, text: signOn.busy(node) });
    const answer = await ask<OidcTestAnswer>("/api/oidc/test", {
      method: "POST",
      body: { node },
    });
    if (!answer.ok) return setTried({ ok: false, text: refusedText(answer) });
    const { problem, remedy } = answer.value;
    setTried(
      problem === null ? { ok: true, text: signOn.reaches(node) } : {
        ok: false,
        text: `${node}: ${refusedText({ message: problem, remedy })}`,
      },
    );
  }

  return (
    <section class="pane" aria-labelledby="sign-on-title">
      <h2 id="sign-on-title">{signOn.title}</h2>
      {shown === null
        ? <p class="quiet">{t.common.loading}</p>
        : !shown.ok
        ? <p class="failed" role="alert">{refusedText(shown)}</p>
        : shown.value.problem !== null
        ? <p class="failed">{signOn.problem(say(shown.value.problem))}</p>
        : shown.value.settings === null
        ? <p class="quiet">{signOn.off}</p>
        : (
          <>
            <Settings
              settings={shown.value.settings}
              redirects={shown.value.redirects}
              t={t}
            />
            <p class="row">
              {nodes.map((node) => (
                <button
                  type="button"
                  key={node}
                  onClick={() => void test(node)}
                >
                  {signOn.test(node)}
                </button>
              ))}
            </p>
          </>
        )}
      {tried
        ? (
          <p
            class={tried.ok ? "done" : "failed"}
            role={tried.ok ? "status" : "alert"}
          >
            {tried.text}
          </p>
        )
        : null}
    </section>
  );
}

export function Settings({ settings, redirects, t: { support: { signOn } } }: {
  readonly settings: NonNullable<OidcAnswer["settings"]>;
  readonly redirects: readonly string[];
  readonly t: Texts;
}) {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [signOn.issuer, [settings.issuer]],
    [signOn.client, [settings.client]],
    [signOn.secret, [signOn.kept]],
    [signOn.claim, [settings.claim]],
    ...ROLES.map((role) =>
      [role, [settings.roles[role].join(", ") || signOn.nobody]] as const
    ),
    [signOn.scopes, [
      ["openid", "profile", "email", ...settings.scopes].join(" "),
    ]],
    [signOn.authority, [settings.authority === null ? signOn.no : signOn.yes]],
    [signOn.button, [settings.label || signOn.plain]],
    [signOn.session, [signOn.hours(settings.hours)]],
    [signOn.redirects, redirects],
  ];
  return (
    <>
      <dl>
        {rows.map(([name, values]) => (
          <>
            <dt>{name}</dt>
            {values.map((value) => <dd key={value}>{value}</dd>)}
          </>
        ))}
      </dl>
      <p class="quiet">{signOn.changed}</p>
    </>
  );
}
