/** The frame of every page. No inline script or style: the Content-Security-Policy refuses both. */
import type { Child } from "hono/jsx";
import type { UserRole } from "../api/users.ts";
import { CLIENT_URL, ICON_URL, STYLE_URL } from "./assets.ts";

export interface LayoutProps {
  readonly title: string;
  /** Null: nobody is logged in. */
  readonly user: {
    readonly name: string;
    readonly csrf: string;
    readonly role: UserRole;
  } | null;
  readonly cluster?: string;
  readonly children: Child;
}

export function Layout({ title, user, cluster, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover"
        />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href={ICON_URL} />
        <link rel="stylesheet" href={STYLE_URL} />
        <script src={CLIENT_URL} defer></script>
      </head>
      <body data-csrf={user?.csrf}>
        <header class="top">
          <a class="brand" href="/">
            hakit{cluster ? <small>{cluster}</small> : null}
          </a>
          {user
            ? (
              <form method="post" action="/logout">
                {user.role === "administrator"
                  ? (
                    <>
                      <a href="/users">Users</a>
                      <a href="/audit">Audit</a>
                    </>
                  )
                  : null}
                <a class="who" href="/account">
                  {user.name} <small>{user.role}</small>
                </a>
                <input type="hidden" name="csrf" value={user.csrf} />
                <button type="submit">Log out</button>
              </form>
            )
            : null}
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
