/** The pages, one function each: cluster, login, logs, and what went wrong. */
import type { ClusterState } from "../api/state.ts";
import type { UserRole } from "../api/users.ts";
import { ClusterView, logsUrl } from "./cluster_view.tsx";
import { Layout } from "./layout.tsx";
import { sayIn } from "./text/phrases.ts";
import { told } from "./text/speech.ts";
import { type Language, texts } from "./text/texts.ts";
import { headline } from "./view.ts";

export interface PageUser {
  readonly name: string;
  readonly csrf: string;
  readonly role: UserRole;
  readonly language: Language;
  /** Came in by single sign-on: has no password here. */
  readonly guest: boolean;
}

export function ClusterPage({ state, user, port }: {
  readonly state: ClusterState;
  readonly user: PageUser;
  readonly port: string;
}) {
  const t = texts(user.language);
  return (
    <Layout
      title={`${headline(state, t).text} – ${state.cluster}`}
      user={user}
      cluster={state.cluster}
      here="overview"
    >
      <div
        id="cluster"
        data-state={JSON.stringify(state)}
        data-role={user.role}
        data-port={port}
      >
        <ClusterView
          state={told(state, sayIn(user.language))}
          role={user.role}
          port={port}
          t={t}
        />
      </div>
      <noscript>
        <p class="warning">{t.overview.script}</p>
      </noscript>
    </Layout>
  );
}

export function LoginPage(
  { language, message, once, next, name, offer = null }: {
    readonly language: Language;
    readonly message?: string | undefined;
    /** A one-time token: it is used by the button, not by the mere link, which mail and chat programs open too. */
    readonly once?: string | undefined;
    readonly next: string;
    readonly name?: string | undefined;
    /** Single sign-on, where it is set up. */
    readonly offer?: { readonly label: string } | null;
  },
) {
  const t = texts(language);
  return (
    <Layout
      title={`${t.login.title} – hakit`}
      user={null}
      language={language}
    >
      <form class="login" method="post" action="/login">
        <h1>{t.login.title}</h1>
        {message ? <p class="failed" role="alert">{message}</p> : null}
        <input type="hidden" name="next" value={next} />
        {once
          ? (
            <>
              <p>{t.login.once}</p>
              <input type="hidden" name="once" value={once} />
            </>
          )
          : (
            <>
              <label>
                {t.people.name}
                <input
                  name="name"
                  value={name}
                  autocomplete="username"
                  autocapitalize="none"
                  maxlength={100}
                  required
                  autofocus={!name}
                />
              </label>
              <label>
                {t.people.password}
                <input
                  name="password"
                  type="password"
                  autocomplete="current-password"
                  maxlength={256}
                  required
                  autofocus={Boolean(name)}
                />
              </label>
            </>
          )}
        <button type="submit" class="primary">{t.login.title}</button>
        {/* A link: the issuer's page comes by a redirect, which the policy of forms refuses. */}
        {offer && !once
          ? (
            <a
              class="button"
              href={`/login/oidc?next=${encodeURIComponent(next)}`}
            >
              {t.login.signOn(offer.label)}
            </a>
          )
          : null}
      </form>
    </Layout>
  );
}

/**
 * After single sign-on. Not a redirect: what follows one from another site is that site's doing to a browser, and the session's cookie
 * stays at home.
 */
export function EnteredPage({ language, next }: {
  readonly language: Language;
  readonly next: string;
}) {
  const t = texts(language);
  return (
    <Layout
      title={`${t.login.title} – hakit`}
      user={null}
      language={language}
      goOn={next}
    >
      <section class="login">
        <h1>{t.login.entered}</h1>
        <a class="button" href={next}>{t.login.goOn}</a>
      </section>
    </Layout>
  );
}

export interface LogPageProps {
  readonly user: PageUser;
  readonly cluster: string;
  readonly modules: readonly string[];
  /** Null: the agent's own. */
  readonly module: string | null;
  readonly node: string;
  readonly nodes: readonly string[];
  /** Null: the module's own log. */
  readonly file: string | null;
  readonly files: readonly string[];
  readonly lines: readonly string[];
  /** Why there is nothing to show. */
  readonly problem: string | null;
}

export function LogPage(props: LogPageProps) {
  const { user, cluster, modules, module, node, nodes, file } = props;
  const t = texts(user.language);
  const here = (name: string) =>
    module === null ? `/logs/agent?node=${name}` : logsUrl(module, name);
  const address = file
    ? `${here(node)}&file=${encodeURIComponent(file)}`
    : here(node);
  const save = module === null
    ? address.replace("/agent?", "/agent/save?")
    : address.replace("/logs?", "/logs/save?");
  const title = t.logs.title(module ?? t.logs.agent);
  return (
    <Layout title={title} user={user} cluster={cluster} here="logs" wide>
      <section class="logs">
        <header class="head">
          <h1>{title}</h1>
          <nav class="tabs" aria-label={t.common.module}>
            {modules.map((name) => (
              <a
                href={logsUrl(name, node)}
                aria-current={name === module ? "page" : undefined}
              >
                {name}
              </a>
            ))}
            {user.role === "viewer" ? null : (
              <a
                href={`/logs/agent?node=${node}`}
                aria-current={module === null ? "page" : undefined}
              >
                {t.logs.agent}
              </a>
            )}
          </nav>
          <nav class="tabs" aria-label={t.common.node}>
            {nodes.map((name) => (
              <a
                href={here(name)}
                aria-current={name === node ? "page" : undefined}
              >
                {name}
              </a>
            ))}
          </nav>
        </header>
        <form class="pick" method="get" action={here(node).split("?")[0]}>
          <input type="hidden" name="node" value={node} />
          {module === null ? null : (
            <label>
              {t.logs.show}
              <select name="file" data-submit>
                <option value="" selected={!file}>{t.logs.moduleLog}</option>
                {props.files.map((name) => (
                  <option value={name} selected={name === file}>
                    {scriptLabel(name)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <button type="submit">{t.logs.refresh}</button>
          <a class="button" href={save} download>{t.logs.save}</a>
        </form>
        {props.problem
          ? <p class="failed" role="alert">{props.problem}</p>
          : <LogLines {...props} />}
      </section>
    </Layout>
  );
}

/** What the server draws is what a browser without JavaScript keeps. */
function LogLines({ user, module, node, file, lines }: LogPageProps) {
  const t = texts(user.language);
  return (
    <div
      id="log"
      data-module={module ?? undefined}
      data-node={node}
      data-live={file === null ? "1" : undefined}
    >
      <div class="scroll">
        <pre tabindex={0} aria-label={file ?? t.logs.moduleLog}>
          {lines.length > 0 ? lines.join("\n") : t.logs.nothing}
        </pre>
      </div>
    </div>
  );
}

export function ProblemPage({ language, title, message, user }: {
  readonly language: Language;
  readonly title: string;
  readonly message: string;
  readonly user: PageUser | null;
}) {
  return (
    <Layout title={`${title} – hakit`} user={user} language={language}>
      <section class="problem">
        <h1>{title}</h1>
        <p>{message}</p>
        <p>
          <a href="/">{texts(language).people.back}</a>
        </p>
      </section>
    </Layout>
  );
}

/** "start_prim_2026-11-23T02-20-11.log" → "start_prim, 2026-11-23 02:20:11". */
function scriptLabel(file: string): string {
  const match = /^(.+)_(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)/.exec(file);
  if (!match) return file;
  const [, script, day, hour, minute, second] = match;
  return `${script}, ${day} ${hour}:${minute}:${second}`;
}
