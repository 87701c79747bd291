/** Rules for the cluster into whichever firewall drops them now, so that they are there after a reboot, too; and out of it again. */
import { command } from "../system/command.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import {
  COMMENT,
  firewalldRule,
  firewalldWords,
  iptablesCommand,
  type Need,
  nftRule,
  ufwCommand,
} from "./firewall_needs.ts";
import type { FirewallTexts, FirewallVerdict, Zone } from "./firewall.ts";

const NFT_FILE = "/etc/nftables.conf";
/** What iptables-persistent loads at boot; `openFirewall` has it saved. */
const SAVED = ["/etc/iptables/rules.v4", "/etc/iptables/rules.v6"];
const BEGIN =
  "# Written by hakit: what the nodes of the cluster need of each other.";
const END = "# End of hakit's rules.";
const PATIENT = { timeoutMs: 60_000 } as const;
const MOST_OUTPUT = 8_000_000;

/** Asks every firewall tool that is here about what `needs` come through. */
export async function readFirewall(
  needs: readonly Need[],
): Promise<FirewallTexts> {
  const nft = await said(["nft", "-j", "list", "ruleset"]);
  const version = await said(["iptables", "-V"]) ?? "";
  const firewalld = await said(["firewall-cmd", "--list-all"]);
  return {
    ufwStatus: await said(["ufw", "status", "verbose"]),
    ufwAdded: await said(["ufw", "show", "added"]),
    firewalld,
    ...firewalld === null ? {} : { zones: await zonesOf(needs) },
    trusted: await said(["firewall-cmd", "--zone=trusted", "--list-sources"]),
    nft: nft !== null && nft.length < MOST_OUTPUT ? nft : null,
    iptables: version.includes("legacy")
      ? await said(["iptables", "-S", "INPUT"])
      : null,
  };
}

/** A second link's interface is often in a zone of its own: rules of the default one count for nothing there. */
async function zonesOf(
  needs: readonly Need[],
): Promise<NonNullable<FirewallTexts["zones"]>> {
  const usual = (await said(["firewall-cmd", "--get-default-zone"]))?.trim();
  const zones: { [from: string]: Zone } = {};
  const senders = needs.filter(({ protocol }) => protocol !== "all")
    .map(({ from }) => from);
  for (const from of new Set(senders)) {
    const route = await said(["ip", "route", "get", from]) ?? "";
    const device = /\bdev (\S+)/.exec(route)?.[1];
    // As firewalld looks: by the address first.
    const name =
      (await said(["firewall-cmd", `--get-zone-of-source=${from}`]) ??
        (device === undefined
          ? null
          : await said(["firewall-cmd", `--get-zone-of-interface=${device}`])))
        ?.trim();
    if (!name || name === usual) continue;
    const text = await said(["firewall-cmd", `--zone=${name}`, "--list-all"]);
    if (text !== null) zones[from] = { name, text };
  }
  return zones;
}

async function said(argv: readonly string[]): Promise<string | null> {
  const found = await command(argv, { ...PATIENT, anyCode: true })
    .catch(() => null);
  return found?.code === 0 ? found.stdout : null;
}

/** The lines that `openFirewall` runs, as a person would type them. */
export function firewallCommands(verdict: FirewallVerdict): string[] {
  const quoted = (words: readonly string[]) =>
    words.map((word) => /^[\w./:,=-]+$/.test(word) ? word : `'${word}'`)
      .join(" ");
  switch (verdict.kind) {
    case "ufw":
      return verdict.blocked.map((need) => quoted(ufwCommand(need)));
    case "firewalld":
      return verdict.blocked.flatMap((need) =>
        firewalldLines(need, verdict.zones?.[need.from]?.name).map(quoted)
      );
    case "iptables":
      return verdict.blocked.map((need) => quoted(iptablesCommand(need, "-I")));
    case "nftables":
      return nftLines(verdict).map((line) => quoted(["nft", line]));
    case "none":
      return [];
    default:
      return verdict.kind satisfies never;
  }
}

/** Opens what is blocked; returns what a person should know about it. */
export async function openFirewall(verdict: FirewallVerdict): Promise<string> {
  switch (verdict.kind) {
    case "ufw":
      for (const need of verdict.blocked) {
        await command(ufwCommand(need), PATIENT);
      }
      return "ufw keeps them over a reboot";
    case "firewalld":
      for (const need of verdict.blocked) {
        const zone = verdict.zones?.[need.from]?.name;
        for (const words of firewalldLines(need, zone)) {
          await command(words, PATIENT);
        }
      }
      return "firewalld keeps them over a reboot";
    case "iptables":
      for (const need of verdict.blocked) {
        await command(iptablesCommand(need, "-I"), PATIENT);
      }
      return await said(["netfilter-persistent", "save"]) !== null
        ? "saved by netfilter-persistent"
        : 'they last until the next reboot: "apt-get install iptables-persistent" keeps them';
    case "nftables": {
      const lines = nftLines(verdict);
      for (const line of lines) await command(["nft", line], PATIENT);
      const text = await readIfPresent(NFT_FILE);
      const enabled = (await said(["systemctl", "is-enabled", "nftables"]))
        ?.trim() === "enabled";
      if (text === null || !enabled) {
        return `they last until the next reboot: ${NFT_FILE} is not loaded at boot here`;
      }
      const before = ownLines(text);
      const all = [...new Set([...before, ...lines])];
      await writeDurably(
        NFT_FILE,
        `${withoutBlock(text).trimEnd()}\n\n${BEGIN}\n${
          all.join("\n")
        }\n${END}\n`,
        { mode: (await Deno.stat(NFT_FILE)).mode! & 0o777 },
      );
      return `written to the end of ${NFT_FILE}, too`;
    }
    case "none":
      return "nothing to do";
    default:
      return verdict.kind satisfies never;
  }
}

/** Whether any rule of ours is in any firewall here. */
export async function hasOwnRules(needs: readonly Need[]): Promise<boolean> {
  const texts = await readFirewall(needs);
  if (texts.ufwAdded?.includes(`'${COMMENT}'`)) return true;
  if (needs.some((need) => inFirewalld(texts, need))) return true;
  if (nftRules(texts.nft).some(({ rule }) => rule?.comment === COMMENT)) {
    return true;
  }
  for (const tool of ["iptables", "ip6tables"]) {
    const rules = await said([tool, "-S"]) ?? "";
    if (rules.split("\n").some(isOwnRule)) return true;
  }
  for (const file of SAVED) {
    const rules = await readIfPresent(file) ?? "";
    if (rules.split("\n").some(isOwnRule)) return true;
  }
  return (await readIfPresent(NFT_FILE))?.includes(BEGIN) ?? false;
}

/** Takes them all out again, for the next boot as well. */
export async function closeFirewall(
  needs: readonly Need[],
  { saved = SAVED }: { readonly saved?: readonly string[] } = {},
): Promise<void> {
  const texts = await readFirewall(needs);
  for (const need of needs) {
    if (texts.ufwAdded?.includes(`'${COMMENT}'`)) {
      const [, ...rule] = ufwCommand(need);
      await said(["ufw", "delete", ...rule.slice(0, -2)]);
    }
    // In the default zone as well: a version that knew no other put them there.
    const own = texts.zones?.[need.from]?.name;
    for (const zone of inFirewalld(texts, need) ? [undefined, own] : []) {
      for (const words of firewalldLines(need, zone)) {
        await said(words.map((word) => word.replace("--add-", "--remove-")));
      }
    }
    while (await said(iptablesCommand(need, "-D")) !== null);
  }
  // Asked again: iptables may have taken some of these away just now.
  for (const { rule } of nftRules((await readFirewall([])).nft)) {
    if (rule?.comment !== COMMENT) continue;
    const { family, table, chain, handle } = rule;
    const place = [family, table, chain];
    await said(["nft", "delete", "rule", ...place, "handle", String(handle)]);
  }
  // Not by "netfilter-persistent save": Kubernetes' rules of this moment would be in force after the next boot, too.
  for (const file of saved) {
    await rewrite(
      file,
      (text) => text.split("\n").filter((line) => !isOwnRule(line)).join("\n"),
    );
  }
  await rewrite(
    NFT_FILE,
    (text) => text.includes(BEGIN) ? withoutBlock(text).trimEnd() + "\n" : text,
  );
}

/** As iptables-save and "iptables -S" write it. */
function isOwnRule(line: string): boolean {
  return /^-A (INPUT|FORWARD) /.test(line) &&
    line.includes(`--comment ${COMMENT} `);
}

async function rewrite(
  file: string,
  change: (text: string) => string,
): Promise<void> {
  const before = await readIfPresent(file);
  if (before === null || change(before) === before) return;
  await writeDurably(file, change(before), {
    mode: (await Deno.stat(file)).mode! & 0o777,
  });
}

/** Now, and after the next start. */
function firewalldLines(need: Need, zone?: string): string[][] {
  const words = firewalldWords(need, zone);
  return [["firewall-cmd", ...words], [
    "firewall-cmd",
    "--permanent",
    ...words,
  ]];
}

function inFirewalld(
  { firewalld, trusted, zones }: FirewallTexts,
  need: Need,
): boolean {
  if (need.protocol === "all") {
    return (trusted ?? "").split(/\s+/).includes(need.from);
  }
  return [firewalld, zones?.[need.from]?.text].some((text) =>
    text?.includes(firewalldRule(need))
  );
}

function nftLines({ blocked, chains }: FirewallVerdict): string[] {
  return blocked.map((need, index) => nftRule(need, chains[index]!));
}

interface NftItem {
  readonly rule?: {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
    readonly handle: number;
    readonly comment?: string;
  };
}

function nftRules(text: string | null): readonly NftItem[] {
  return text === null ? [] : JSON.parse(text).nftables ?? [];
}

function ownLines(text: string): string[] {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  return begin < 0 || end < begin
    ? []
    : text.slice(begin + BEGIN.length, end).split("\n").filter((line) =>
      line.trim() !== ""
    );
}

function withoutBlock(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  return begin < 0 || end < begin
    ? text
    : text.slice(0, begin) + text.slice(end + END.length);
}
