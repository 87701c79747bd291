/** The pages, one function each: cluster, login, logs, and what went wrong. */
import type { ClusterState } from "../api/state.ts";
import type { UserRole } from "../api/users.ts";
import { ClusterView, logsUrl } from "./cluster_view.tsx";
import { Layout } from "./layout.tsx";
import type { Language } from "./text/texts.ts";
import { headline } from "./view.ts";

export interface PageUser {
  readonly name: string;
  readonly csrf: string;
  readonly role: UserRole;
  readonly language: Language;
}

export function ClusterPage({ state, user, port }: {
  readonly state: ClusterState;
  readonly user: PageUser;
  readonly port: string;
}) {
  return (
    <Layout
      title={`${headline(state).text} – ${state.cluster}`}
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
        <ClusterView state={state} role={user.role} port={port} />
      </div>
      <noscript>
        <p class="warning">
          Without JavaScript this page shows one moment and cannot act: reload
          it, or use the hakit command.
        </p>
      </noscript>
    </Layout>
  );
}

export function LoginPage({ message, once, next, name }: {
  readonly message?: string | undefined;
  /** A one-time token: it is used by the button, not by the mere link, which mail and chat programs open too. */
  readonly once?: string | undefined;
  readonly next: string;
  readonly name?: string | undefined;
}) {
  return (
    <Layout title="Log in – hakit" user={null}>
      <form class="login" method="post" action="/login">
        <h1>Log in</h1>
        {message ? <p class="failed" role="alert">{message}</p> : null}
        <input type="hidden" name="next" value={next} />
        {once
          ? (
            <>
              <p>This link logs you in once.</p>
              <input type="hidden" name="once" value={once} />
            </>
          )
          : (
            <>
              <label>
                Name
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
                Password
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
        <button type="submit" class="primary">Log in</button>
      </form>
    </Layout>
  );
}

export interface LogPageProps {
  readonly user: PageUser;
  readonly cluster: string;
  readonly module: string;
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
  const { user, cluster, module, node, nodes, file, files, lines } = props;
  const here = logsUrl(module, node);
  const address = (name: string | null) =>
    name ? `${here}&file=${encodeURIComponent(name)}` : here;
  const save = address(file).replace("/logs?", "/logs/save?");
  return (
    <Layout
      title={`Logs of ${module} – ${node}`}
      user={user}
      cluster={cluster}
      here="logs"
    >
      <section class="logs">
        <nav class="back">
          <a href="/">← Cluster</a>
        </nav>
        <header>
          <h1>{module}: logs</h1>
          <nav class="tabs" aria-label="Node">
            {nodes.map((name) => (
              <a
                href={logsUrl(module, name)}
                aria-current={name === node ? "page" : undefined}
              >
                {name}
              </a>
            ))}
          </nav>
        </header>
        <form class="pick" method="get" action={here.split("?")[0]}>
          <input type="hidden" name="node" value={node} />
          <label>
            Show
            <select name="file" data-submit>
              <option value="" selected={!file}>Module log</option>
              {files.map((name) => (
                <option value={name} selected={name === file}>
                  {scriptLabel(name)}
                </option>
              ))}
            </select>
          </label>
          <button type="submit">Refresh</button>
          <a class="button" href={save} download>Save to file</a>
        </form>
        {props.problem
          ? <p class="failed" role="alert">{props.problem}</p>
          : (
            <div class="scroll">
              <pre tabindex={0} aria-label={file ?? "Module log"}>
                {lines.length > 0 ? lines.join("\n") : "Nothing written yet."}
              </pre>
            </div>
          )}
      </section>
    </Layout>
  );
}

export function ProblemPage({ title, message, user }: {
  readonly title: string;
  readonly message: string;
  readonly user: PageUser | null;
}) {
  return (
    <Layout title={`${title} – hakit`} user={user}>
      <section class="problem">
        <h1>{title}</h1>
        <p>{message}</p>
        <p>
          <a href="/">← Cluster</a>
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
