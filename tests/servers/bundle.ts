/** The one file for servers without a network, made on this machine: it must be of the servers' distribution. */
import { join } from "node:path";

export interface Bundle {
  readonly file: string;
  readonly fingerprint: string;
}

/** Throws what `hakit bundle create` said. */
export async function makeBundle(
  folder: string,
  { executable, k3s }: { readonly executable: string; readonly k3s: string },
): Promise<Bundle> {
  const file = join(folder, "hakit.bundle");
  await Deno.remove(file).catch(() => {});
  const { success, stdout, stderr } = await new Deno.Command(executable, {
    args: [
      ...["bundle", "create", file, "--k3s", k3s],
      ...["--signing-key", join(folder, "bundle.key")],
    ],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  const fingerprint = /--key (\S+)/.exec(text)?.[1];
  if (!success || !fingerprint) {
    throw new Error(text + new TextDecoder().decode(stderr));
  }
  return { file, fingerprint };
}
