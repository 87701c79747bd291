/** Pages about people: one's own password, the users, and what was done by whom. */
import type { AuditEntry } from "../api/audit.ts";
import { ROLES, type UserRole } from "../api/accounts_file.ts";
import { Layout } from "./layout.tsx";
import type { PageUser } from "./pages.tsx";

/** What came of the form that was sent. */
export interface Outcome {
  readonly kind: "done" | "failed";
  readonly text: string;
}

interface Shared {
  readonly user: PageUser;
  readonly cluster: string;
  readonly outcome?: Outcome | undefined;
}

const ROLE_MEANING: { readonly [role in UserRole]: string } = {
  viewer: "sees everything here, changes nothing",
  operator: "also starts, stops and swaps",
  administrator: "also installs, configures, and may give data up",
};

export function AccountPage({ user, cluster, outcome }: Shared) {
  return (
    <Layout title="Your account – hakit" user={user} cluster={cluster}>
      <section class="people">
        <Back />
        <h1>{user.name}</h1>
        <p>
          You are <b>{user.role}</b>: {ROLE_MEANING[user.role]}.
        </p>
        <Result outcome={outcome} />
        <form class="card" method="post" action="/account/password">
          <h2>Change your password</h2>
          <Csrf user={user} />
          <PasswordField name="old" label="Old password" kind="current" />
          <PasswordField name="password" label="New password" kind="new" />
          <PasswordField name="again" label="New password again" kind="new" />
          <p>Wherever else you are logged in, you are logged out.</p>
          <button type="submit" class="primary">Change password</button>
        </form>
      </section>
    </Layout>
  );
}

export function UsersPage(
  { user, cluster, outcome, users }: Shared & {
    readonly users: readonly {
      readonly name: string;
      readonly role: UserRole;
    }[];
  },
) {
  return (
    <Layout title="Users – hakit" user={user} cluster={cluster}>
      <section class="people">
        <Back />
        <h1>Users</h1>
        <p>The same on both nodes.</p>
        <Result outcome={outcome} />
        <ul class="users">
          {users.map(({ name, role }) => (
            <li class="card">
              <h2>
                {name}
                <small>{name === user.name ? `${role}, you` : role}</small>
              </h2>
              <details>
                <summary>Change {name}</summary>
                <form method="post" action="/users/role">
                  <Csrf user={user} />
                  <input type="hidden" name="name" value={name} />
                  <RoleField chosen={role} />
                  <button type="submit">Set role</button>
                </form>
                <form method="post" action="/users/password">
                  <Csrf user={user} />
                  <input type="hidden" name="name" value={name} />
                  <PasswordField
                    name="password"
                    label="New password"
                    kind="new"
                  />
                  <button type="submit">Set password</button>
                </form>
                <form method="post" action="/users/remove">
                  <Csrf user={user} />
                  <input type="hidden" name="name" value={name} />
                  <p>{name} is logged out everywhere and cannot come back.</p>
                  <button type="submit" class="grave">Remove {name}</button>
                </form>
              </details>
            </li>
          ))}
        </ul>
        <form class="card" method="post" action="/users/add">
          <h2>Add a user</h2>
          <Csrf user={user} />
          <label>
            Name
            <input
              name="name"
              autocomplete="off"
              autocapitalize="none"
              maxlength={32}
              required
            />
          </label>
          <RoleField chosen="viewer" />
          <PasswordField name="password" label="Password" kind="new" />
          <button type="submit" class="primary">Add user</button>
        </form>
      </section>
    </Layout>
  );
}

export function AuditPage({ user, cluster, node, nodes, entries, problem }: {
  readonly user: PageUser;
  readonly cluster: string;
  readonly node: string;
  readonly nodes: readonly string[];
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  readonly problem: string | null;
}) {
  return (
    <Layout title={`Audit – ${node}`} user={user} cluster={cluster}>
      <section class="logs">
        <Back />
        <header>
          <h1>Who did what</h1>
          <nav class="tabs" aria-label="Node">
            {nodes.map((name) => (
              <a
                href={`/audit?node=${encodeURIComponent(name)}`}
                aria-current={name === node ? "page" : undefined}
              >
                {name}
              </a>
            ))}
          </nav>
        </header>
        <p>
          <a class="button" href="/api/snapshot" download>
            Save a snapshot for support
          </a>
        </p>
        {problem
          ? <p class="failed" role="alert">{problem}</p>
          : (
            <div class="scroll" tabindex={0} role="region" aria-label="Audit">
              <table>
                <thead>
                  <tr>
                    {["When (UTC)", "Who", "From", "Result", "What"].map((
                      word,
                    ) => <th scope="col" key={word}>{word}</th>)}
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <tr>
                      <td>{entry.at.slice(0, 19).replace("T", " ")}</td>
                      <td>{entry.who}</td>
                      <td>{entry.from}</td>
                      <td class={entry.result}>{entry.result}</td>
                      <td>{`${entry.what} ${entry.detail}`.trim()}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
      </section>
    </Layout>
  );
}

function Back() {
  return (
    <nav class="back">
      <a href="/">← Cluster</a>
    </nav>
  );
}

function Result({ outcome }: { readonly outcome: Outcome | undefined }) {
  if (!outcome) return null;
  return outcome.kind === "done"
    ? <p class="done" role="status">{outcome.text}</p>
    : <p class="failed" role="alert">{outcome.text}</p>;
}

function Csrf({ user }: { readonly user: PageUser }) {
  return <input type="hidden" name="csrf" value={user.csrf} />;
}

function RoleField({ chosen }: { readonly chosen: UserRole }) {
  return (
    <label>
      Role
      <select name="role">
        {ROLES.map((role) => (
          <option value={role} selected={role === chosen}>
            {role}: {ROLE_MEANING[role]}
          </option>
        ))}
      </select>
    </label>
  );
}

function PasswordField({ name, label, kind }: {
  readonly name: string;
  readonly label: string;
  readonly kind: "current" | "new";
}) {
  return (
    <label>
      {label}
      <input
        name={name}
        type="password"
        autocomplete={`${kind}-password`}
        minlength={kind === "new" ? 8 : undefined}
        maxlength={256}
        required
      />
    </label>
  );
}
