/**
 * oidc.json: single sign-on as both nodes know it. Either may change it, also while they do not hear each other. Each change has an id of
 * its own and names those that it replaces, so nothing comes back by a node that was away, and neither order nor time counts. Where two
 * changes did not know each other nobody can say which is meant: then it is off until somebody sets it anew. Pure.
 */
import { z } from "zod";
import { type OidcSettings, oidcSettings } from "./settings.ts";

/** A number higher than all that were known, and chance: sorted, the oldest come first. */
const id = z.string().regex(/^\d{8}-[\w-]{12}$/);
/** Two nodes have at most two; more only a file that was edited. */
const MOST_CHANGES = 8;
/** Beyond, the oldest are forgotten: if one came back it would be a second change, which is off. */
const MOST_REPLACED = 1000;

const changeSchema = z.strictObject({
  id,
  /** null: switched off. */
  settings: oidcSettings.nullable(),
  /** Seals what is given to a browser on its way to the issuer: on both nodes, it may come back to the other one. */
  sealKey: z.string().regex(/^[\w-]{43}$/),
});
export type Change = z.infer<typeof changeSchema>;

export const oidcFileSchema = z.strictObject({
  changes: z.array(changeSchema).max(MOST_CHANGES),
  replaced: z.array(id).max(MOST_REPLACED),
});
export type OidcFile = z.infer<typeof oidcFileSchema>;

export const NOTHING: OidcFile = { changes: [], replaced: [] };

/** What holds: one change, or why none does. */
export type Standing =
  | { readonly kind: "off" }
  | { readonly kind: "parted" }
  | {
    readonly kind: "on";
    readonly id: string;
    readonly settings: OidcSettings;
    readonly sealKey: string;
  };

export function standingOf({ changes }: OidcFile): Standing {
  const [one] = changes;
  if (changes.length > 1) {
    // Both sides switched it off: that is no question.
    return changes.every(({ settings }) => settings === null)
      ? { kind: "off" }
      : { kind: "parted" };
  }
  if (!one || one.settings === null) return { kind: "off" };
  return { kind: "on", ...one, settings: one.settings };
}

/** With a change that replaces all that is known here; `chance` and `sealKey` are random. */
export function withChange(
  file: OidcFile,
  { settings, chance, sealKey }: {
    readonly settings: OidcSettings | null;
    readonly chance: string;
    readonly sealKey: string;
  },
): OidcFile {
  const known = [...file.changes.map(({ id }) => id), ...file.replaced];
  const highest = known.reduce(
    (most, id) => Math.max(most, Number(id.slice(0, 8))),
    0,
  );
  const number = String(Math.min(highest + 1, 99_999_999)).padStart(8, "0");
  return merge(NOTHING, {
    changes: [{ id: `${number}-${chance}`, settings, sealKey }],
    replaced: known,
  });
}

/** What both know together; the same on both nodes. */
export function merge(mine: OidcFile, theirs: OidcFile): OidcFile {
  const replaced = [...new Set([...mine.replaced, ...theirs.replaced])].sort();
  const changes = new Map<string, Change>();
  for (const change of [...mine.changes, ...theirs.changes]) {
    if (!replaced.includes(change.id)) changes.set(change.id, change);
  }
  return {
    changes: [...changes.values()].sort((a, b) => a.id < b.id ? -1 : 1)
      .slice(-MOST_CHANGES),
    replaced: replaced.slice(-MOST_REPLACED),
  };
}

/** Everything in such a file that must never leave the cluster. */
export function secretsOf(text: string): string[] {
  try {
    return oidcFileSchema.parse(JSON.parse(text)).changes.flatMap(
      ({ settings, sealKey }) =>
        settings ? [settings.secret, sealKey] : [sealKey],
    );
  } catch {
    return [];
  }
}
