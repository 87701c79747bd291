/** The configuration pages: the cluster's, one module's, and a new one's. The browser part fills them. */
import { z } from "zod";
import { clusterSchema, moduleSchema } from "../module/schema.ts";
import { Layout } from "./layout.tsx";
import { ModuleTabs } from "./module_tabs.tsx";
import type { PageUser } from "./pages.tsx";
import { texts } from "./text/texts.ts";

const SCHEMA = formSchema(moduleSchema);
const CLUSTER_SCHEMA = formSchema(clusterSchema);

/** The form's, without what no form needs. */
function formSchema(schema: z.ZodType): string {
  const shown = z.toJSONSchema(schema, {
    io: "input",
    override({ jsonSchema }) {
      delete jsonSchema.pattern;
      delete jsonSchema.allOf;
      delete jsonSchema.additionalProperties;
      delete jsonSchema.propertyNames;
    },
  });
  return JSON.stringify(shown);
}

interface Shared {
  readonly user: PageUser;
  readonly cluster: string;
}

export function ConfigPage({ user, cluster, modules, module }: Shared & {
  readonly modules: readonly string[];
  readonly module: string | null;
}) {
  const t = texts(user.language);
  const title = module ? t.config.title(module) : t.nav.config;
  return (
    <Layout title={title} user={user} cluster={cluster} here="config" wide>
      <header class="head">
        <h1>{title}</h1>
        <ModuleTabs
          modules={modules}
          module={module ?? ""}
          label={t.common.module}
          href={(name) => `/config?module=${encodeURIComponent(name)}`}
        />
        <a class="button" href="/config/cluster">{t.clusterConfig.title}</a>
        <a class="button" href="/config/new">{t.config.newModule}</a>
      </header>
      {module === null ? <p class="empty">{t.common.noModule}</p> : (
        <>
          <p class="intro">{t.config.intro}</p>
          <div
            id="config"
            data-module={module}
            data-schema={SCHEMA}
          >
            <noscript>
              <p class="warning">{t.common.noScript}</p>
            </noscript>
          </div>
        </>
      )}
    </Layout>
  );
}

export function ClusterConfigPage({ user, cluster, nodes }: Shared & {
  /** This node first. */
  readonly nodes: readonly string[];
}) {
  const t = texts(user.language);
  const { title, intro } = t.clusterConfig;
  return (
    <Layout title={title} user={user} cluster={cluster} here="config" wide>
      <header class="head">
        <h1>{title}</h1>
        <a class="button" href="/config">{t.common.module}</a>
      </header>
      <p class="intro">{intro}</p>
      <div
        id="cluster-config"
        data-schema={CLUSTER_SCHEMA}
        data-nodes={JSON.stringify(nodes)}
      >
        <noscript>
          <p class="warning">{t.common.noScript}</p>
        </noscript>
      </div>
    </Layout>
  );
}

/** Files of a template, as the editor takes them. */
export interface Template {
  readonly name: string;
  readonly files: readonly unknown[];
}

export function NewModulePage(
  { user, cluster, templates, template, problem }: Shared & {
    readonly templates: readonly string[];
    readonly template: Template | null;
    readonly problem: string | null;
  },
) {
  const t = texts(user.language);
  return (
    <Layout
      title={t.config.newTitle}
      user={user}
      cluster={cluster}
      here="config"
      wide
    >
      <header class="head">
        <h1>{template ? template.name : t.config.newTitle}</h1>
      </header>
      {problem ? <p class="note failed" role="alert">{problem}</p> : null}
      {template
        ? (
          <div
            id="config"
            data-module={template.name}
            data-schema={SCHEMA}
            data-template={JSON.stringify(template.files)}
          >
            <noscript>
              <p class="warning">{t.common.noScript}</p>
            </noscript>
          </div>
        )
        : (
          <div class="people">
            <form class="card" method="get" action="/config/new">
              <h2>{t.config.fromTemplate}</h2>
              <label>
                {t.config.template}
                <select name="template">
                  {templates.map((name) => (
                    <option value={name} key={name}>{name}</option>
                  ))}
                </select>
              </label>
              <NameField label={t.config.name} />
              <button type="submit" class="primary">{t.config.template}</button>
            </form>
            <form class="card" data-upload>
              <h2>{t.config.fromArchive}</h2>
              <label>
                {t.config.archive}
                <input type="file" name="archive" accept=".tar" required />
              </label>
              <NameField label={t.config.name} />
              <button type="submit" class="primary">{t.config.upload}</button>
              <p role="status" class="failed"></p>
            </form>
          </div>
        )}
    </Layout>
  );
}

function NameField({ label }: { readonly label: string }) {
  return (
    <label>
      {label}
      <input
        name="name"
        required
        maxlength={31}
        pattern="[a-z][a-z0-9\-]*"
        autocomplete="off"
        autocapitalize="none"
      />
    </label>
  );
}
