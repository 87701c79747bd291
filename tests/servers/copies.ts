/** Both copies are the same, while MariaDB, K3s and NFS clients use them; and what rots on the secondary's disk is found and mended. */
import { on, otherThan, type Server } from "./lab.ts";
import { check, note } from "./report.ts";

const SECONDS = 900;
/** Nobody else writes it while the test looks. */
const QUIET_FILE = "/var/lib/mysql/hakit-verify-proof";

export async function copiesAreIdentical(primary: Server): Promise<void> {
  const verify = async (flags: string) => {
    const ran = await on(primary, `hakit verify k3s ${flags}`, {
      seconds: SECONDS,
      anyCode: true,
    });
    note(ran.stdout.trim().split("\n").slice(-3).join(" | ").slice(0, 400));
    return ran.code;
  };
  await check("hakit verify: identical while they are in use", async () => {
    const code = await verify("");
    if (code !== 0) throw new Error(`exit code ${code}`);
  });
  await check("hakit verify finds what rots on the secondary", async () => {
    await on(primary, `head -c 300000 /dev/urandom >${QUIET_FILE}; sync`);
    await on(
      otherThan(primary),
      `printf x | dd of=${QUIET_FILE} bs=1 seek=70000 conv=notrunc status=none`,
    );
    const code = await verify("");
    if (code !== 1) throw new Error(`exit code ${code}, expected 1`);
  });
  await check("hakit verify --repair mends it", async () => {
    await verify("--repair");
    const code = await verify("");
    if (code !== 0) throw new Error(`exit code ${code}`);
    await on(primary, `rm ${QUIET_FILE}`);
  });
}
