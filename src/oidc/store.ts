/** Single sign-on's settings on this node's disk: read at every request, changed one at a time, exchanged with the other node. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { ApiError } from "../api/error.ts";
import { KeptFile } from "../api/kept_file.ts";
import { readIfPresent } from "../system/files.ts";
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
  readonly #kept: KeptFile<OidcFile>;
  /** After a change made here: the other node wants to know. */
  onChange: () => void = () => {};

  constructor(readonly file: string) {
    this.#kept = new KeptFile(file, {
      read: readOidcFile,
      format: (known) => JSON.stringify(known, null, 2) + "\n",
    });
  }

  read(): Promise<OidcFile> {
    return this.#kept.read();
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
    return await this.#kept.change(async (mine, write) => {
      const both = merge(mine, theirs);
      if (JSON.stringify(both) !== JSON.stringify(merge(NOTHING, mine))) {
        await write(both);
      }
      return both;
    });
  }

  async #change(
    next: (known: OidcFile) => OidcSettings | null,
  ): Promise<void> {
    await this.#kept.change((known, write) =>
      write(withChange(known, {
        settings: next(known),
        chance: randomBytes(9).toString("base64url"),
        sealKey: randomBytes(32).toString("base64url"),
      }))
    );
    this.onChange();
  }
}

async function readOidcFile(file: string): Promise<OidcFile> {
  const text = await readIfPresent(file);
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
