/** Pages about people: one's own password, and the users. */
import { ROLES, type UserRole } from "../api/accounts_file.ts";
import { Layout } from "./layout.tsx";
import type { PageUser } from "./pages.tsx";
import type { Texts } from "./text/en.ts";
import { texts } from "./text/texts.ts";

/** What came of the form that was sent. */
export interface Outcome {
  readonly kind: "done" | "failed";
  readonly text: string;
}

interface Shared {
  readonly user: PageUser;
  readonly cluster: string;
  /** The node that does not answer: what is changed holds there only later. */
  readonly unheard: string | null;
  readonly outcome?: Outcome | undefined;
}

export function AccountPage({ user, cluster, unheard, outcome }: Shared) {
  const t = texts(user.language).people;
  return (
    <Layout title={`${t.account} – hakit`} user={user} cluster={cluster}>
      <section class="people">
        <Back t={t} />
        <h1>{user.name}</h1>
        <p>{t.you(user.role, t.roles[user.role])}</p>
        <Result outcome={outcome} />
        {user.guest
          ? <p>{t.noPassword}</p>
          : (
            <form class="card" method="post" action="/account/password">
              <h2>{t.changePassword}</h2>
              <Csrf user={user} />
              <PasswordField name="old" label={t.oldPassword} kind="current" />
              <PasswordField name="password" label={t.newPassword} kind="new" />
              <PasswordField
                name="again"
                label={t.newPasswordAgain}
                kind="new"
              />
              <p>{t.loggedOut} {later(unheard, t)}</p>
              <button type="submit" class="primary">{t.change}</button>
            </form>
          )}
      </section>
    </Layout>
  );
}

export function UsersPage(
  { user, cluster, unheard, outcome, users }: Shared & {
    readonly users: readonly {
      readonly name: string;
      readonly role: UserRole;
    }[];
  },
) {
  const t = texts(user.language).people;
  return (
    <Layout title={`${t.users} – hakit`} user={user} cluster={cluster}>
      <section class="people">
        <Back t={t} />
        <h1>{t.users}</h1>
        <p>{unheard === null ? t.same : t.untilHeard(unheard)}</p>
        <Result outcome={outcome} />
        <ul class="users">
          {users.map(({ name, role }) => (
            <li class="card">
              <h2>
                {name}
                <small>{name === user.name ? t.thatIsYou(role) : role}</small>
              </h2>
              <details>
                <summary>{t.changeUser(name)}</summary>
                <form method="post" action="/users/role">
                  <Csrf user={user} />
                  <input type="hidden" name="name" value={name} />
                  <RoleField chosen={role} t={t} />
                  <button type="submit">{t.setRole}</button>
                </form>
                <form method="post" action="/users/password">
                  <Csrf user={user} />
                  <input type="hidden" name="name" value={name} />
                  <PasswordField
                    name="password"
                    label={t.newPassword}
                    kind="new"
                  />
                  <p>{t.passwordCost(name)} {later(unheard, t)}</p>
                  <button type="submit">{t.setPassword}</button>
                </form>
                <form method="post" action="/users/remove">
                  <Csrf user={user} />
                  <input type="hidden" name="name" value={name} />
                  <p>{t.removal(name)} {later(unheard, t)}</p>
                  <button type="submit" class="grave">{t.remove(name)}</button>
                </form>
              </details>
            </li>
          ))}
        </ul>
        <form class="card" method="post" action="/users/add">
          <h2>{t.add}</h2>
          <Csrf user={user} />
          <label>
            {t.name}
            <input
              name="name"
              autocomplete="off"
              autocapitalize="none"
              maxlength={32}
              required
            />
          </label>
          <RoleField chosen="viewer" t={t} />
          <PasswordField name="password" label={t.password} kind="new" />
          <button type="submit" class="primary">{t.addUser}</button>
        </form>
      </section>
    </Layout>
  );
}

function later(unheard: string | null, t: Texts["people"]): string {
  return unheard === null ? "" : t.untilHeard(unheard);
}

export function Back({ t }: { readonly t: Texts["people"] }) {
  return (
    <nav class="back">
      <a href="/">{t.back}</a>
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

function RoleField({ chosen, t }: {
  readonly chosen: UserRole;
  readonly t: Texts["people"];
}) {
  return (
    <label>
      {t.role}
      <select name="role">
        {ROLES.map((role) => (
          <option value={role} selected={role === chosen}>
            {role}: {t.roles[role]}
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
