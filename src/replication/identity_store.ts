/** identity.json: read at start, replaced as a whole, durable when `save` returns. */
import { dirname } from "node:path";
import { z } from "zod";
import { syncFolderSync, writeOverSync } from "../system/files.ts";
import { descent, EMPTY, type Identity } from "./identity.ts";
import { messageOf } from "../system/message.ts";

const generation = z.string().regex(/^[0-9a-f]{16}$/);
export const identitySchema = z.strictObject({
  current: generation.nullable(),
  bitmap: generation.nullable(),
  history: z.array(generation).max(8),
  upToDate: z.boolean(),
  consistent: z.boolean(),
  connected: z.boolean(),
  epoch: z.int().min(0).max(2 ** 20),
  excluded: z.array(z.array(z.string().max(255)).max(64)).max(16).optional(),
  directories: z.array(z.string().max(4096)).max(64).optional(),
});

/** The file: the identity, and what goes on where it broke off. Absent in most: what came before it reads those. */
const fileSchema = identitySchema.extend({
  resync: generation.optional(),
  // It is part of a path.
  aside: z.string().regex(/^aside-[0-9TZ-]+$/).max(64).optional(),
});

/** Bytes of a file that any identity but one of very long lists fits into. */
const SPARE = 4096;

export function newGeneration(): string {
  return crypto.getRandomValues(new Uint8Array(8)).toHex();
}

export class IdentityStore {
  #identity: Identity;
  #resync: string | null = null;
  #aside: string | null = null;

  constructor(readonly path: string) {
    try {
      const { resync, aside, ...identity } = fileSchema.parse(
        JSON.parse(Deno.readTextFileSync(path)),
      );
      this.#identity = identity;
      this.#resync = resync ?? null;
      this.#aside = aside ?? null;
    } catch (error) {
      // No file: a new node. Anything else is not guessed at: a wrong identity loses data.
      if (!(error instanceof Deno.errors.NotFound)) {
        throw new Error(
          `Cannot read "${path}": ${messageOf(error)}`,
        );
      }
      this.#identity = EMPTY;
    }
  }

  get value(): Identity {
    return this.#identity;
  }

  /**
   * Name of the resync of marked places that is under way. While both nodes have the same one, the primary's dirty map and what the
   * secondary has marked since say all that may differ, however often it broke off. Null: there is none.
   */
  get resync(): string | null {
    return this.#resync;
  }

  /**
   * The folder into which what stands here is being moved, for it is not to be overwritten: some of it is there, the rest in its place,
   * and neither is a copy (not `consistent`). Nothing is taken from a primary before all of it is there. Null: there is none.
   */
  get aside(): string | null {
    return this.#aside;
  }

  /**
   * `resync`, `aside`: see there. When they are not given, a resync that is under way is over as soon as this copy becomes another one or
   * whole, and so is what is being moved aside; but not where it counts as none for one reason more.
   */
  save(
    change: Partial<Identity>,
    {
      resync = changesCopy(change) ? null : this.#resync,
      aside = "current" in change || change.consistent ? null : this.#aside,
    }: {
      readonly resync?: string | null;
      readonly aside?: string | null;
    } = {},
  ): void {
    const next = { ...this.#identity, ...change };
    const text = JSON.stringify(
      { ...next, ...(resync && { resync }), ...(aside && { aside }) },
      null,
      1,
    );
    writeOverSync(this.#spare, text.padEnd(SPARE - 1) + "\n", {
      durably: true,
    });
    Deno.renameSync(this.#spare, this.path);
    syncFolderSync(dirname(this.path));
    this.#identity = next;
    this.#resync = resync;
    this.#aside = aside;
    try {
      writeOverSync(this.#spare, " ".repeat(SPARE), { durably: false });
    } catch {
      /* A full disk: what this one took the place of makes room for the next. */
    }
  }

  /**
   * This copy counts as none. Throws where that cannot be written; in this process it counts all the same, and whatever is saved next
   * says so.
   */
  condemn(): void {
    const none = { upToDate: false, consistent: false };
    this.#identity = { ...this.#identity, ...none };
    this.#resync = null;
    this.save(none);
  }

  /** The next identity is written over it: also on a disk that is full, for a copy that is to be levelled may need that to get room. */
  get #spare(): string {
    return this.path + ".new";
  }

  /**
   * A new generation of this copy; `bitmap` remembers the one the peer has, when it is to be told apart by the dirty map. `whole`: see
   * descent().
   */
  advance(
    change: Partial<Identity> & { readonly bitmap: string | null },
    { whole = true, ...options }: {
      readonly resync?: string | null;
      readonly whole?: boolean;
    } = {},
  ): void {
    this.save({
      ...change,
      current: newGeneration(),
      history: descent(this.#identity, { whole }),
    }, options);
  }
}

function changesCopy(change: Partial<Identity>): boolean {
  return "current" in change || "consistent" in change;
}
