/** Who did what. Filtered by the server: it works without JavaScript, and finds what is older than what is shown. */
import type { AuditEntry } from "../api/audit.ts";
import { Back } from "./account_pages.tsx";
import { Layout } from "./layout.tsx";
import type { PageUser } from "./pages.tsx";
import { texts } from "./text/texts.ts";

export const RESULTS = ["done", "refused", "failed"] as const;

export interface AuditFilter {
  readonly text: string;
  /** Empty: any. */
  readonly result: typeof RESULTS[number] | "";
}

export function isFilter({ text, result }: AuditFilter): boolean {
  return text.trim() !== "" || result !== "";
}

export function AuditPage(props: {
  readonly user: PageUser;
  readonly cluster: string;
  readonly node: string;
  readonly nodes: readonly string[];
  readonly filter: AuditFilter;
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** How many passed the filter; the newest of them are shown. */
  readonly found: number;
  readonly problem: string | null;
}) {
  const { user, cluster, node, nodes, filter, entries, found, problem } = props;
  const all = texts(user.language);
  const t = all.people;
  const query = (name: string) =>
    new URLSearchParams({ node: name, ...filter }).toString();
  return (
    <Layout title={`${t.audit} – ${node}`} user={user} cluster={cluster} wide>
      <section class="logs">
        <Back t={t} />
        <header class="head">
          <h1>{t.whoDidWhat}</h1>
          <nav class="tabs" aria-label={all.common.node}>
            {nodes.map((name) => (
              <a
                href={`/audit?${query(name)}`}
                aria-current={name === node ? "page" : undefined}
              >
                {name}
              </a>
            ))}
          </nav>
        </header>
        <form class="filter row" method="get" action="/audit">
          <input type="hidden" name="node" value={node} />
          <label>
            <span>{t.result}</span>
            <select name="result" data-submit>
              <option value="">{t.anyResult}</option>
              {RESULTS.map((result) => (
                <option value={result} selected={result === filter.result}>
                  {t.results[result]}
                </option>
              ))}
            </select>
          </label>
          <label class="grow">
            <span>{all.logs.text}</span>
            <input
              type="search"
              name="text"
              value={filter.text}
              maxlength={100}
            />
          </label>
          <button type="submit">{all.logs.refresh}</button>
          {isFilter(filter) ? null : (
            <button
              type="button"
              data-live
              data-other={all.logs.goOn(0)}
              aria-pressed="false"
              hidden
            >
              {all.logs.pause}
            </button>
          )}
          <a class="button" href={`/audit/save?${query(node)}`} download>
            {all.logs.save}
          </a>
        </form>
        <p role="status" class="failed" data-away={all.common.away}></p>
        <div id="entries">
          {problem ? <p class="failed" role="alert">{problem}</p> : (
            <>
              <p class="quiet count">
                {isFilter(filter)
                  ? t.matching(entries.length, found)
                  : t.newest(entries.length)}
              </p>
              <Entries entries={entries} t={t} />
            </>
          )}
        </div>
      </section>
    </Layout>
  );
}

function Entries({ entries, t }: {
  readonly entries: readonly AuditEntry[];
  readonly t: ReturnType<typeof texts>["people"];
}) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={t.audit}>
      <table>
        <thead>
          <tr>
            {[t.when, t.who, t.from, t.result, t.what].map((word) => (
              <th scope="col" key={word}>{word}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr>
              <td>{entry.at.slice(0, 19).replace("T", " ")}</td>
              <td>{entry.who}</td>
              <td>{entry.from}</td>
              <td class={entry.result}>{t.results[entry.result]}</td>
              <td>{`${entry.what} ${entry.detail}`.trim()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
