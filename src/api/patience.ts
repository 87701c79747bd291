/**
 * Limits on what strangers may hold open at the HTTPS server. node:https has settings for that, but not all of them do anything
 * here, so the ones that matter are kept by hand: connections of one address, and time without a request.
 */
import type { Server } from "node:https";
import type {
  IncomingMessage,
  Server as PlainServer,
  ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { addressKey } from "./throttle.ts";

export interface PatienceLimits {
  /** A browser takes six and one for its event stream; a room of people may share an address. */
  readonly perAddress: number;
  /** From the end of the handshake to a whole request header, and again after each answer. */
  readonly idleMs: number;
}

export const PATIENCE: PatienceLimits = { perAddress: 60, idleMs: 15_000 };

export function limitPatience(
  server: Server | PlainServer,
  { perAddress, idleMs }: PatienceLimits = PATIENCE,
): void {
  const open = new Map<string, number>();
  const timers = new WeakMap<Socket, ReturnType<typeof setTimeout>>();

  server.on("connection", (socket: Socket) => {
    const key = addressKey(socket.remoteAddress ?? "");
    const count = (open.get(key) ?? 0) + 1;
    if (count > perAddress) {
      socket.destroy();
      return;
    }
    open.set(key, count);
    socket.once("close", () => {
      const rest = (open.get(key) ?? 1) - 1;
      if (rest > 0) open.set(key, rest);
      else open.delete(key);
    });
    // A TLS handshake has a limit of its own; plain HTTP begins at once.
    if (!("setSecureContext" in server)) begin(socket);
  });
  server.on("secureConnection", begin);
  server.on("request", (request: IncomingMessage, answer: ServerResponse) => {
    const { socket } = request;
    clearTimeout(timers.get(socket));
    answer.once("close", () => {
      if (!socket.destroyed) wait(socket);
    });
  });

  function begin(socket: Socket): void {
    wait(socket);
    socket.once("close", () => clearTimeout(timers.get(socket)));
  }

  function wait(socket: Socket): void {
    clearTimeout(timers.get(socket));
    timers.set(socket, setTimeout(() => socket.destroy(), idleMs));
  }
}
