/** Timeline, resources and copies of a module, and support: frames that the browser part fills. */
import type { NodeState } from "../api/state.ts";
import { Layout } from "./layout.tsx";
import { ModuleTabs } from "./module_tabs.tsx";
import type { PageUser } from "./pages.tsx";
import { texts } from "./text/texts.ts";

export interface ModulePageProps {
  readonly user: PageUser;
  readonly cluster: string;
  readonly modules: readonly string[];
  /** Null: none is installed. */
  readonly module: string | null;
  /** This node first. */
  readonly nodes: readonly string[];
}

export function ModulePage(
  { here, ...props }: ModulePageProps & {
    readonly here: "timeline" | "resources" | "logs" | "kept";
  },
) {
  const { user, cluster, modules, module, nodes } = props;
  const t = texts(user.language);
  const title = module ? t[here].title(module) : t.nav[here];
  return (
    <Layout title={title} user={user} cluster={cluster} here={here} wide>
      <header class="head">
        <h1>{title}</h1>
        <ModuleTabs
          modules={modules}
          module={module ?? ""}
          label={t.common.module}
          href={(name) => `/${here}?module=${encodeURIComponent(name)}`}
        />
      </header>
      {here === "kept" ? <p class="intro">{t.kept.intro}</p> : null}
      {module === null ? <p class="empty">{t.common.noModule}</p> : (
        <div
          id={here}
          data-module={module}
          data-role={user.role}
          data-nodes={JSON.stringify(nodes)}
        >
          <noscript>
            <p class="warning">{t.common.noScript}</p>
          </noscript>
        </div>
      )}
    </Layout>
  );
}

/** What hakit drill is made for; it is begun on this node. */
function hasK3s(nodes: readonly NodeState[]): boolean {
  return nodes.some(({ local, modules }) =>
    local && modules.some(({ name }) => name === "k3s")
  );
}

export function SupportPage({ user, cluster, nodes }: {
  readonly user: PageUser;
  readonly cluster: string;
  readonly nodes: readonly NodeState[];
}) {
  const t = texts(user.language);
  const versions = new Set(nodes.flatMap(({ version }) => version ?? []));
  const unsaid = nodes.find(({ version }) => version === null);
  return (
    <Layout
      title={t.support.title}
      user={user}
      cluster={cluster}
      here="support"
    >
      <h1 class="first">{t.support.title}</h1>
      <section class="pane" aria-labelledby="snapshot">
        <h2 id="snapshot">{t.support.snapshot}</h2>
        <p>{t.support.snapshotText}</p>
        {user.role === "administrator"
          ? (
            <p class="row">
              <a
                class="button"
                href="/api/snapshot"
                download="hakit-snapshot.tar"
              >
                {t.support.save}
              </a>
              <a
                class="button"
                href="/api/snapshot?anonymous=1"
                download="hakit-snapshot-anonymous.tar"
                title={t.support.anonymousText}
              >
                {t.support.saveAnonymous}
              </a>
            </p>
          )
          : <p class="quiet">{t.support.onlyAdministrator}</p>}
      </section>
      <section class="pane" aria-labelledby="versions">
        <h2 id="versions">{t.support.versions}</h2>
        <dl>
          {nodes.map(({ name, version }) => (
            <>
              <dt>{name}</dt>
              <dd>{version ?? t.support.unknown}</dd>
            </>
          ))}
        </dl>
        <p class={versions.size > 1 ? "failed" : "quiet"}>
          {versions.size > 1
            ? t.support.differ
            : unsaid
            ? t.support.unsaid(unsaid.name)
            : t.support.same}
        </p>
      </section>
      <div
        id="support"
        data-role={user.role}
        data-nodes={JSON.stringify(nodes.map(({ name }) => name))}
        data-drills={hasK3s(nodes) ? "1" : undefined}
      >
        <p class="quiet">{t.common.loading}</p>
      </div>
      <section
        class="pane"
        aria-labelledby="notify"
        id="notify-part"
      >
        <h2 id="notify">{t.support.notify}</h2>
        <p>{t.support.notifyText}</p>
        <p class="row">
          <button type="button" data-notify>{t.support.notifyOn}</button>
        </p>
        <p role="status"></p>
      </section>
      <section class="pane" aria-labelledby="api">
        <h2 id="api">{t.support.api}</h2>
        <p>
          {t.support.apiText} <a href="/api/openapi.json">openapi.json</a>{" "}
          <a href="/api/grafana.json">grafana.json</a>
        </p>
      </section>
    </Layout>
  );
}
