/** Single sign-on's settings on this node's disk: read at every request, changed one at a time, exchanged with the other node. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { ApiError } from "../api/error.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import { Turns } from "../system/turns.ts";
import {
  admitsSomebody,
  type OidcBody,
  type OidcSettings,
} from "./settings.ts";
import {
  merge,
  NOTHING,
  type OidcFile,
  oidcFileSchema,
  type Standing,
  standingOf,
  withChange,
} from "./settings_file.ts";

export class OidcStore {
  readonly file: string;
  #kept: { readonly stamp: string; readonly known: OidcFile } | null = null;
  readonly #turns = new Turns();
  /** After a change made here: the other node wants to know. */
  onChange: () => void = () => {};

  constructor(file: string) {
    this.file = file;
  }

  /** Parsed anew only when the file is another one: whoever writes it renames. */
  async read(): Promise<OidcFile> {
    const info = await Deno.stat(this.file).catch(() => null);
    const stamp = info
      ? `${info.ino} ${info.size} ${info.mtime?.getTime()}`
      : "";
    if (this.#kept?.stamp === stamp) return this.#kept.known;
    const known = parsed(await readIfPresent(this.file), this.file);
    this.#kept = { stamp, known };
    return known;
  }

  async standing(): Promise<Standing> {
    return standingOf(await this.read());
  }

  /** From now on, on both nodes. */
  async set({ secret: given, ...rest }: OidcBody): Promise<void> {
    if (!admitsSomebody(rest.roles)) {
      throw refusal(
        "no value of the claim has a role, expected at least one of administrator, operator, viewer",
      );
    }
    await this.#change(({ changes }) => {
      // Of two that did not know each other either may be the one whose secret is meant, if issuer and client are.
      const before = changes.find(({ settings }) =>
        settings?.issuer === rest.issuer && settings.client === rest.client
      );
      const secret = given ?? before?.settings?.secret;
      if (secret !== undefined) return { ...rest, secret };
      throw refusal(
        "the client secret is missing, expected it with a new issuer or client id",
      );
    });
  }

  /** Nobody comes in this way any more, and whoever did is logged out. */
  async off(): Promise<void> {
    await this.#change(() => null);
  }

  /** Takes what the other node knows; answers what both know together. */
  async merge(theirs: OidcFile): Promise<OidcFile> {
    return await this.#turns.take(async () => {
      const mine = await this.read();
      const both = merge(mine, theirs);
      if (JSON.stringify(both) !== JSON.stringify(merge(NOTHING, mine))) {
        await this.#write(both);
      }
      return both;
    });
  }

  async #change(
    next: (known: OidcFile) => OidcSettings | null,
  ): Promise<void> {
    await this.#turns.take(async () => {
      const known = await this.read();
      const settings = next(known);
      await this.#write(withChange(known, {
        settings,
        chance: randomBytes(9).toString("base64url"),
        sealKey: randomBytes(32).toString("base64url"),
      }));
    });
    this.onChange();
  }

  async #write(known: OidcFile): Promise<void> {
    const text = JSON.stringify(known, null, 2) + "\n";
    await writeDurably(this.file, text, { mode: 0o600 });
    this.#kept = null;
  }
}

function parsed(text: string | null, file: string): OidcFile {
  if (text === null) return NOTHING;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`Cannot read "${file}": it is no JSON`);
  }
  const known = oidcFileSchema.safeParse(value);
  if (known.success) return known.data;
  throw new Error(`Cannot read "${file}": ${z.prettifyError(known.error)}`);
}

function refusal(why: string): ApiError {
  return new ApiError(
    400,
    "bad-oidc",
    `Cannot set up single sign-on: ${why}`,
  );
}
