import { strictEqual } from "node:assert/strict";
import { O } from "../system/libc.ts";
import { FOPEN_DIRECT_IO, FOPEN_KEEP_CACHE } from "./abi.ts";
import { noteFlags, openFlags } from "./page_cache.ts";

const NEW = { directMmap: true }, OLD = { directMmap: false };

Deno.test("openFlags() keeps what is cached, but where somebody writes around the cache", () => {
  const file = { aroundCache: false, opens: 1 };
  const readers = () => openFlags(file, O.RDONLY, NEW);
  strictEqual(readers(), FOPEN_KEEP_CACHE);
  noteFlags(file, O.RDONLY | O.DIRECT);
  noteFlags(file, O.RDWR);
  strictEqual(readers(), FOPEN_KEEP_CACHE);
  noteFlags(file, O.RDWR | O.DIRECT);
  strictEqual(readers(), FOPEN_DIRECT_IO);
  strictEqual(openFlags(file, O.RDONLY, OLD), 0);
  // Whoever writes needs the fsyncs that the kernel asks for on its behalf.
  strictEqual(openFlags(file, O.RDWR, NEW), 0);
});

Deno.test("openFlags() of the first who opens it afterwards drops what was cached, once", () => {
  const file = { aroundCache: true, opens: 0 };
  strictEqual(openFlags(file, O.RDONLY, NEW), 0);
  strictEqual(openFlags(file, O.RDONLY, NEW), FOPEN_KEEP_CACHE);
});
