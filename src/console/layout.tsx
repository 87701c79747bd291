/** The frame of every page. No inline script or style: the Content-Security-Policy refuses both. */
import type { Child } from "hono/jsx";
import type { UserRole } from "../api/users.ts";
import {
  CLIENT_URL,
  ICON_URL,
  MANIFEST_URL,
  PHRASES_URL,
  PLOT_URL,
  RESOURCES_URL,
  STYLE_URL,
  TEXTS_URL,
} from "./assets.ts";
import { type Language, LANGUAGES, texts } from "./text/texts.ts";

/** The pages that the frame leads to; "people": users, audit and account, which have no tab of their own. */
export type Here =
  | "overview"
  | "timeline"
  | "resources"
  | "logs"
  | "kept"
  | "config"
  | "support"
  | "people";

export interface LayoutProps {
  readonly title: string;
  /** Null: nobody is logged in. */
  readonly user: {
    readonly name: string;
    readonly csrf: string;
    readonly role: UserRole;
    readonly language?: Language;
  } | null;
  readonly cluster?: string;
  readonly here?: Here;
  /** Of a page that nobody has logged in to. */
  readonly language?: Language;
  /** As wide as the window: tables and editors side by side. */
  readonly wide?: boolean;
  /** The browser goes there by itself. */
  readonly goOn?: string;
  readonly children: Child;
}

const TABS: readonly (readonly [Exclude<Here, "people">, string, UserRole])[] =
  [
    ["overview", "/", "viewer"],
    ["timeline", "/timeline", "viewer"],
    ["resources", "/resources", "viewer"],
    ["logs", "/logs", "viewer"],
    ["kept", "/kept", "viewer"],
    ["config", "/config", "administrator"],
    ["support", "/support", "viewer"],
  ];

export function Layout(props: LayoutProps) {
  const { title, user, cluster, here, wide, goOn, children } = props;
  const language = user?.language ?? props.language ?? "en";
  const t = texts(language);
  const administrator = user?.role === "administrator";
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover"
        />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        {goOn === undefined
          ? null
          : <meta http-equiv="refresh" content={`0;url=${goOn}`} />}
        <link rel="icon" href={ICON_URL} />
        <link rel="manifest" href={MANIFEST_URL} />
        <meta name="theme-color" content="#0b5c6b" />
        {here === "resources"
          ? <link rel="stylesheet" href={PLOT_URL} />
          : null}
        <link rel="stylesheet" href={STYLE_URL} />
        {user ? <script src={TEXTS_URL[language]} defer></script> : null}
        <script src={here === "resources" ? RESOURCES_URL : CLIENT_URL} defer>
        </script>
      </head>
      <body
        data-csrf={user?.csrf}
        data-phrases={user ? PHRASES_URL[language] : undefined}
        class={wide ? "wide" : undefined}
      >
        <a class="skip" href="#page">{t.nav.skip}</a>
        <header class="top">
          <a class="brand" href="/">
            hakit{cluster ? <small>{cluster}</small> : null}
          </a>
          {user
            ? (
              <form method="post" action="/logout">
                {administrator
                  ? (
                    <>
                      <a href="/users">{t.nav.users}</a>
                      <a href="/audit">{t.nav.audit}</a>
                    </>
                  )
                  : null}
                <a class="who" href="/account">
                  {user.name} <small>{user.role}</small>
                </a>
                <input type="hidden" name="csrf" value={user.csrf} />
                <button type="submit">{t.nav.logOut}</button>
              </form>
            )
            : null}
        </header>
        {user
          ? (
            <nav class="pages" aria-label={t.nav.label}>
              {TABS.filter(([, , role]) => role === "viewer" || administrator)
                .map(([name, href]) => (
                  <a
                    href={href}
                    aria-current={name === here ? "page" : undefined}
                  >
                    {t.nav[name]}
                  </a>
                ))}
            </nav>
          )
          : null}
        <main id="page">{children}</main>
        {LANGUAGES.length > 1
          ? (
            <footer class="languages">
              <nav aria-label={t.nav.language}>
                {LANGUAGES.map((one) => (
                  <a
                    href={`/language?to=${one}`}
                    lang={one}
                    aria-current={one === language ? "true" : undefined}
                  >
                    {texts(one).language}
                  </a>
                ))}
              </nav>
            </footer>
          )
          : null}
      </body>
    </html>
  );
}
