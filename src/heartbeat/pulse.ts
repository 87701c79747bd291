import { writeAll } from "../system/files.ts";
/**
 * Tells the guard of each heartbeat that left, and of each that the other node has heard: that keeps it waiting, whatever the agent's own
 * loop does. On a connection of its own, because that loop may be held up.
 */

export class Pulse {
  readonly #path: string;
  #connection: Deno.UnixConn | null = null;
  #busy = false;
  /** Of what could not be told yet the newest of each kind is enough. */
  readonly #next = new Map<string, string>();
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** A heartbeat that the other node believes left at this time (clock.now()). */
  beat(at: number): void {
    this.#say("beat", { at });
  }

  /** The other node has heard one that left at this time, and follows these modules. */
  followed(at: number, modules: readonly string[]): void {
    if (modules.length > 0) this.#say("followed", { at, modules });
  }

  #say(what: string, rest: object): void {
    this.#next.set(what, JSON.stringify({ do: what, ...rest }));
    if (!this.#busy && !this.#closed) this.#tell();
  }

  close(): void {
    this.#closed = true;
    this.#hangUp();
  }

  async #tell(): Promise<void> {
    this.#busy = true;
    try {
      this.#connection ??= await this.#connect();
      while (this.#next.size > 0 && !this.#closed) {
        const text = [...this.#next.values()].map((line) => line + "\n");
        this.#next.clear();
        const bytes = new TextEncoder().encode(text.join(""));
        await writeAll(this.#connection, bytes);
      }
    } catch {
      // There is none, or it died: the agent starts another one, and the next heartbeat is told to that.
      this.#hangUp();
    } finally {
      this.#busy = false;
      if (this.#closed) this.#hangUp();
    }
  }

  async #connect(): Promise<Deno.UnixConn> {
    const path = this.#path;
    const connection = await Deno.connect({ transport: "unix", path });
    this.#drain(connection);
    return connection;
  }

  /** What the guard tells is for the agent. */
  async #drain(connection: Deno.UnixConn): Promise<void> {
    const nobody = new Uint8Array(4096);
    try {
      while (await connection.read(nobody) !== null);
    } catch {
      // Closed at this end.
    }
    if (this.#connection === connection) this.#hangUp();
  }

  #hangUp(): void {
    try {
      this.#connection?.close();
    } catch {
      // Closed by the other side.
    }
    this.#connection = null;
  }
}
