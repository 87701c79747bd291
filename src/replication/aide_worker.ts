/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
// The other side of aide.ts. Blocks in read() for ever: nothing but its pipes reaches it.
import { AIDE } from "./aide.ts";
import { errno, libc, Memory } from "../system/libc.ts";

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
      let result = 0;
      if (what === AIDE.SYNCFS) result = libc.syncfs(fd);
      else if (what === AIDE.UMOUNT) result = libc.umount2(address, 0);
      else if (what === AIDE.CLOSE) result = libc.close(fd);
      else if (what === AIDE.EXIT) return self.close();
      memory.view.setInt32(4, result === 0 ? 0 : errno(), true);
      libc.write(answers, memory.address, 16);
    }
  }, 0);
};
