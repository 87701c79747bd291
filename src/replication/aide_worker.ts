/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
// The other side of aide.ts. Blocks in read() for ever: nothing but its pipes reaches it.
import { AIDE, JOB } from "./aide.ts";
import { syncHere } from "./disk.ts";
import { errno, libc, Memory } from "../system/libc.ts";

function errorOf(result: number): number {
  return result === 0 ? 0 : errno();
}

/** Closes the descriptor afterwards; 0 or errno. To the file's end: a shorter answer would be all that the file seems to have. */
function readJob(fd: number, address: number): number {
  const job = new DataView(
    Deno.UnsafePointerView.getArrayBuffer(
      Deno.UnsafePointer.create(BigInt(address))!,
      JOB.LENGTH,
    ),
  );
  const to = Number(job.getBigUint64(JOB.ADDRESS, true));
  const size = Number(job.getBigUint64(JOB.SIZE, true));
  const from = Number(job.getBigUint64(JOB.OFFSET, true));
  let done = 0, error = 0;
  while (done < size) {
    const n = libc.pread(fd, to + done, size - done, from + done);
    if (n < 0) error = errno();
    if (n <= 0) break;
    done += n;
  }
  job.setBigUint64(JOB.DONE, BigInt(error === 0 ? done : 0), true);
  libc.close(fd);
  return error;
}

self.onmessage = (
  event: MessageEvent<{ commands: number; answers: number }>,
) => {
  const { commands, answers } = event.data;
  const memory = new Memory(4096);
  self.postMessage("ready");
  // The answer must leave before this thread stops turning its event loop.
  setTimeout(() => {
    while (true) {
      if (libc.read(commands, memory.address, 16) !== 16) continue;
      const what = memory.view.getUint32(0, true);
      const fd = memory.view.getInt32(4, true);
      const address = Number(memory.view.getBigUint64(8, true));
      let error = 0;
      if (what === AIDE.SYNCFS) error = syncHere(fd);
      else if (what === AIDE.UMOUNT) error = errorOf(libc.umount2(address, 0));
      else if (what === AIDE.CLOSE) error = errorOf(libc.close(fd));
      else if (what === AIDE.READ) error = readJob(fd, address);
      else if (what === AIDE.EXIT) return self.close();
      memory.view.setInt32(4, error, true);
      libc.write(answers, memory.address, 16);
    }
  }, 0);
};
