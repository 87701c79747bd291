/** What is set up of single sign-on: whose word counts, and who is what by it. Validators of the API, and the file's. Pure. */
import { z } from "zod";
import type { UserRole } from "../api/accounts_file.ts";

/** A name that browsers use for the cluster; without a port: the console's, or 443. */
const name = z.string().max(260).regex(
  /^(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]{2,45}\])(?::[1-9]\d{0,4})?$/,
  "expected a host name in lower case, with or without a port, such as hakit.example.com:9010",
).refine(
  (text) => URL.canParse(`https://${text}`),
  "expected a host name or an address that there can be, with a port up to 65535",
);
const issuer = z.string().max(300).refine(
  isIssuer,
  "expected the issuer's address as it writes it itself, https without ? and #, such as https://login.example.com/realms/office",
);
/** Members of one of these have the role. */
const groups = z.array(z.string().min(1).max(256)).max(100);

const shape = {
  issuer: issuer.describe(
    "Its discovery document is below it at /.well-known/openid-configuration",
  ),
  client: z.string().min(1).max(300).describe("Client id"),
  label: z.string().max(40).regex(/^[^\p{C}]*$/u, "expected plain text")
    .describe("On the button of the login page; empty: plain words"),
  claim: z.string().min(1).max(200).describe(
    "Claim of the ID token, or of the user info, that says who is what: groups, roles, realm_access.roles, email",
  ),
  roles: z.strictObject({
    administrator: groups,
    operator: groups,
    viewer: groups,
  }).describe("Values of the claim by role; the highest counts"),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/))
    .max(20).describe("Beside openid, profile and email"),
  names: z.array(name).max(20).describe(
    "Names that browsers use, beside the nodes' and virtual addresses",
  ),
  authority: z.string().max(40_000).startsWith("-----BEGIN ").nullable()
    .describe("PEM of a private issuer's authority"),
  hours: z.int().min(1).max(24).describe(
    "A session ends after so many hours, however busy; then the issuer is asked again",
  ),
};
const secret = z.string().min(1).max(1000).regex(
  /^[\x21-\x7E]+$/,
  "expected printable characters without blanks",
);

/** With what nobody is told. */
export const oidcSettings = z.strictObject({ ...shape, secret });
export type OidcSettings = z.infer<typeof oidcSettings>;

export const oidcBody = z.strictObject({
  issuer: shape.issuer,
  client: shape.client,
  secret: secret.optional()
    .describe("May be left out while issuer and client id stay"),
  label: shape.label.default(""),
  claim: shape.claim.default("groups"),
  roles: z.strictObject({
    administrator: groups.default([]),
    operator: groups.default([]),
    viewer: groups.default([]),
  }),
  scopes: shape.scopes.default([]),
  names: shape.names.default([]),
  authority: shape.authority.default(null),
  hours: shape.hours.default(8),
});
export type OidcBody = z.infer<typeof oidcBody>;

export const oidcAnswer = z.strictObject({
  settings: z.strictObject(shape).nullable().describe("null: it is off"),
  problem: z.string().nullable().describe("Why nobody comes in this way"),
  redirects: z.array(z.string())
    .describe("Addresses to be registered at the issuer"),
});
export type OidcAnswer = z.infer<typeof oidcAnswer>;

export const oidcTestAnswer = z.strictObject({
  node: z.string(),
  problem: z.string().nullable()
    .describe("null: the issuer answered this node as it should"),
  remedy: z.string().nullable(),
});

export type OidcTestAnswer = z.infer<typeof oidcTestAnswer>;

/** Without the secret. */
export function shownSettings(
  { secret: _, ...shown }: OidcSettings,
): NonNullable<OidcAnswer["settings"]> {
  return shown;
}

/** Whether anybody could come in at all. */
export function admitsSomebody(
  roles: { readonly [role in UserRole]: readonly string[] },
): boolean {
  return Object.values(roles).some((values) => values.length > 0);
}

function isIssuer(text: string): boolean {
  if (!text.startsWith("https://") || /[?#\s\\]/.test(text)) return false;
  if (!URL.canParse(text)) return false;
  const { username, password, hostname } = new URL(text);
  return username === "" && password === "" && hostname !== "";
}
