/** The replicator's end of control.ts: a unix socket, JSON lines, a few agents at most (one, and one that is being replaced). */
import type { z } from "zod";
import { accept, listenUnix } from "../peer/socket.ts";
import { E, errno, libc, Memory } from "../system/libc.ts";
import { type Poll, POLLIN } from "../system/poll.ts";
import {
  type Answer,
  type Command,
  type Report,
  requestSchema,
} from "./control.ts";

const MAX_CLIENTS = 8;
const MAX_LINE = 64 * 1024;
const MSG_NOSIGNAL = 0x4000;

interface Client {
  readonly fd: number;
  text: string;
}

export class ControlServer {
  readonly #listener: number;
  readonly #clients = new Set<Client>();
  readonly #memory = new Memory(MAX_LINE);

  constructor(
    path: string,
    readonly onCommand: (
      command: Command,
      answer: (error: string | null) => void,
    ) => void,
    readonly report: () => Report,
  ) {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    this.#listener = listenUnix(path);
  }

  watch(poll: Poll): void {
    poll.add(this.#listener, POLLIN, () => {
      const fd = accept(this.#listener);
      if (fd < 0) return;
      if (this.#clients.size >= MAX_CLIENTS) {
        libc.close(fd);
        return;
      }
      const client = { fd, text: "" };
      this.#clients.add(client);
      this.#send(client, { report: this.report() });
    });
    for (const client of this.#clients) {
      poll.add(client.fd, POLLIN, () => this.#read(client));
    }
  }

  #read(client: Client): void {
    const n = libc.recv(client.fd, this.#memory.address, MAX_LINE, 0);
    if (n < 0 && (errno() === E.AGAIN || errno() === E.INTR)) return;
    if (n <= 0 || client.text.length + n > MAX_LINE) return this.#drop(client);
    client.text += new TextDecoder().decode(this.#memory.bytes.slice(0, n));
    for (
      let end = client.text.indexOf("\n");
      end >= 0;
      end = client.text.indexOf("\n")
    ) {
      const line = client.text.slice(0, end);
      client.text = client.text.slice(end + 1);
      this.#request(client, line);
    }
  }

  #request(client: Client, line: string): void {
    let request: z.infer<typeof requestSchema>;
    try {
      request = requestSchema.parse(JSON.parse(line));
    } catch {
      this.#send(client, {
        id: -1,
        ok: false,
        error: "a line that is no command",
      });
      return;
    }
    const { id, ...command } = request;
    this.onCommand(command, (error) => {
      const answer: Answer = error === null
        ? { id, ok: true }
        : { id, ok: false, error };
      if (this.#clients.has(client)) this.#send(client, answer);
    });
  }

  /** Tells all agents how things are. */
  tellAll(): void {
    for (const client of [...this.#clients]) {
      this.#send(client, { report: this.report() });
    }
  }

  #send(client: Client, message: unknown): void {
    const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
    if (bytes.length > MAX_LINE) return this.#drop(client);
    this.#memory.bytes.set(bytes);
    // An agent that does not read is not waited for: it comes back and gets the whole report.
    if (
      libc.send(client.fd, this.#memory.address, bytes.length, MSG_NOSIGNAL) !==
        bytes.length
    ) this.#drop(client);
  }

  #drop(client: Client): void {
    libc.close(client.fd);
    this.#clients.delete(client);
  }
}
