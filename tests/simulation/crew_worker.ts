/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { type Job, runJob } from "./batch.ts";

self.onmessage = ({ data }: MessageEvent<Job>) =>
  self.postMessage(runJob(data));
