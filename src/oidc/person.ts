/** Who somebody is here, by what the issuer says: a name for the logs, and the highest role that a claim gives. Pure. */
import { ROLES, type UserRole } from "../api/accounts_file.ts";
import type { OidcSettings } from "./settings.ts";

export type Claims = Readonly<Record<string, unknown>>;

export type Person =
  | { readonly kind: "known"; readonly name: string; readonly role: UserRole }
  | { readonly kind: "unknown"; readonly name: string; readonly why: string };

/** No local user has a colon in the name: nobody passes for one. */
const PREFIX = "oidc:";
/** Goes into headers, logs and pages. */
const LONGEST_NAME = 64;
/** More groups than anybody has; the token is bounded anyway. */
const MOST_VALUES = 5000;

export function personOf(
  claims: Claims,
  { claim, roles }: Pick<OidcSettings, "claim" | "roles">,
): Person {
  const name = nameOf(claims);
  if (claim === "email" && !isTrue(claims["email_verified"])) {
    const why =
      'the issuer does not vouch for the e-mail address (email_verified), set another claim with "hakit oidc set --claim"';
    return { kind: "unknown", name, why };
  }
  const values = valuesOf(claims, claim);
  const role = ROLES.findLast((role) =>
    roles[role].some((value) => values.includes(value))
  );
  if (role) return { kind: "known", name, role };
  return { kind: "unknown", name, why: whyNone(claims, claim, values) };
}

/** Whether the token itself says something of the claim. */
export function hasClaim(claims: Claims, claim: string): boolean {
  return lookUp(claims, claim) !== undefined;
}

function whyNone(claims: Claims, claim: string, values: readonly string[]) {
  // Entra ID names a place to ask instead of more than 200 groups.
  const elsewhere = claims["_claim_names"];
  const left = typeof elsewhere === "object" && elsewhere !== null &&
    claim in elsewhere;
  if (left) {
    return `the issuer left out claim "${claim}", it is too long: let it send only the groups of this application, or application roles`;
  }
  if (!hasClaim(claims, claim)) {
    return `claim "${claim}" is missing: let the issuer send it, or set another one with "hakit oidc set --claim"`;
  }
  return `none of the ${values.length} values of claim "${claim}" has a role: see "hakit oidc show"`;
}

function valuesOf(claims: Claims, claim: string): readonly string[] {
  const value = lookUp(claims, claim);
  const values = Array.isArray(value) ? value.slice(0, MOST_VALUES) : [value];
  return values.filter((one): one is string => typeof one === "string");
}

/** The claim of that name; else "a.b" is b in a, as Keycloak has its roles. */
function lookUp(claims: Claims, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  let value: unknown = claims;
  for (const key of claim.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Claims)[key];
  }
  return value;
}

function nameOf(claims: Claims): string {
  const name = ["preferred_username", "email", "upn", "sub"]
    .map((key) => claims[key])
    .find((value) => typeof value === "string" && value !== "");
  const plain = String(name ?? "").slice(0, LONGEST_NAME)
    .replaceAll(/[^\w.@+-]/g, "_");
  return PREFIX + plain;
}

function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}
