/** One GET, for a checker: bounded in time and size, no redirects, nothing kept. */
import http from "node:http";
import https from "node:https";
import { joinBytes } from "../system/bytes.ts";
import { NoAnswer } from "./reading.ts";

const MAX_PAGE = 64 * 1024;

export interface PageRequest {
  readonly url: string;
  readonly timeout: number;
  readonly verify: "on" | "off";
  readonly signal: AbortSignal;
}

/** Rejects with one line; with NoAnswer when the time limit has passed. */
export function getPage(
  request: PageRequest,
): Promise<{ status: number; text: string }> {
  const limit = AbortSignal.timeout(request.timeout);
  const secure = request.url.startsWith("https:");
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(
        limit.aborted
          ? new NoAnswer(`no answer within ${request.timeout} ms`)
          : error,
      );
    const options = {
      signal: AbortSignal.any([request.signal, limit]),
      headers: { "user-agent": "hakit", connection: "close" },
      agent: false,
      rejectUnauthorized: request.verify === "on",
    } as const;
    const answer = (response: http.IncomingMessage) => {
      const chunks: Uint8Array[] = [];
      let size = 0;
      const end = () => {
        const text = new TextDecoder().decode(
          joinBytes(chunks).subarray(0, MAX_PAGE),
        );
        resolve({ status: response.statusCode ?? 0, text });
        response.destroy();
      };
      response.on("data", (chunk: Uint8Array) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= MAX_PAGE) end();
      });
      response.on("end", end);
      response.on("error", fail);
    };
    const sent = secure
      ? https.get(request.url, options, answer)
      : http.get(request.url, options, answer);
    sent.on("error", fail);
  });
}
