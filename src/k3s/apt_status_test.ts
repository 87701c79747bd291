import assert from "node:assert/strict";
import { progressLine } from "../cli/progress.ts";
import { aptStatus, bytesToFetch, transferOf } from "./apt_status.ts";

Deno.test("aptStatus() reads what apt says while it fetches and installs, and nothing else", () => {
  assert.deepEqual(
    aptStatus("dlstatus:3:12.5:Retrieving file 3 of 40 (2min 4s remaining)"),
    { phase: "download", percent: 12.5, text: "Retrieving file 3 of 40" },
  );
  assert.deepEqual(
    aptStatus(
      "pmstatus:mariadb-server:45.0000:Unpacking mariadb-server (amd64)",
    ),
    {
      ...{ phase: "install", percent: 45 },
      text: "Unpacking mariadb-server (amd64)",
    },
  );
  assert.deepEqual(
    aptStatus(
      "(Reading database ... \rpmstatus:a:20.0000:Unpacking a (amd64)\r",
    ),
    { phase: "install", percent: 20, text: "Unpacking a (amd64)" },
  );
  assert.deepEqual(
    aptStatus(
      "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)...",
    ),
    {
      ...{ phase: "download", percent: 0 },
      text: "waits for process 812 (unattended-upgr)",
    },
  );
  for (
    const line of [
      "Reading package lists...",
      "pmerror:x:20:cannot",
      "pmconffile:/etc/x:1:a",
      "dlstatus:1:nan:x",
      "",
    ]
  ) assert.equal(aptStatus(line), null);
});

Deno.test("bytesToFetch() adds what apt would fetch, and nothing of what else it prints", () => {
  const uris = `Reading package lists...
'http://deb.example/pool/a_1_amd64.deb' a_1_amd64.deb 1048576 SHA256:00
'http://deb.example/pool/b_1%3a2_all.deb' b_1%3a2_all.deb 2097152 MD5Sum:00
0 upgraded, 2 newly installed
`;
  assert.equal(bytesToFetch(uris), 3 * 2 ** 20);
  assert.equal(bytesToFetch(""), 0);
});

Deno.test("a line of progress says bytes, rate and time while packages come, and what is installed afterwards", () => {
  const line = (status: string, bytes: number, elapsed: number) =>
    progressLine("Packages", transferOf(aptStatus(status)!, bytes), elapsed);
  assert.equal(
    line("dlstatus:1:50:Retrieving file 1 of 2", 20 * 2 ** 20, 5),
    "Packages: 50 %, 10.0 MiB of 20.0 MiB, 2.0 MiB/s, 5 s left, Retrieving file 1 of 2",
  );
  assert.equal(
    line("pmstatus:a:45.6:Configuring a (amd64)", 20 * 2 ** 20, 5),
    "Packages: 45 %, Configuring a (amd64)",
  );
});
