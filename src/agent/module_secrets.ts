/**
 * What of a module's variables, and of what its checkers are given, may not leave the machine: everything but what is known to be
 * harmless. A name that nobody thought of ("DB_PWD", "LICENCE") must cost a word that support would have liked to read, and no password.
 */
import { isAbsolute, join } from "node:path";
import { isMap, isNode, isScalar, isSeq, parseDocument } from "yaml";
import { pathSecrets, secretsIn } from "../system/redact.ts";

/** A secret whatever its value looks like: a password of five digits is no port. */
const SECRET_NAME =
  /PASS|PWD|PW$|PSW|SECRET|TOKEN|KEY|CRED|AUTH|PIN$|PHRASE|LICEN[CS]E|SALT|HASH|COOKIE|SIGN|CERT/;
/** A file that holds one: its place may be read, its content not. */
const SECRET_FILE = /_(FILE|PATH)$/;
/** Ends of names that say what a value is. */
const OPEN_NAME =
  /(PORT|HOSTS?|ADDR(ESS(ES)?)?|IPS?|DIR|FOLDER|PATH|FILE|INTERFACE|DEVICE|MOUNT|SERVICE|UNIT|VERSION|TIMEOUT|SECONDS|MINUTES|COUNT|SIZE|LIMIT|LEVEL|MODE|LANG|TZ|UID|GID|USER|GROUP|OWNER|NAME|DATABASE|NODE)$/;
/** Those of the modules that hakit brings, as far as their names do not say it. */
const BUILT_IN = ["STORAGE", "VOLUME", "EXPORT", "CLIENTS", "FSID", "SQUASH"]
  .concat(["DRAIN", "PODS_OF_LOST_NODE", "RUN_AS", "MIN_FREE", "GREETING"]);
/** Numbers as of ports and seconds, switches, places, addresses, and what is too short to be taken out of a text. */
const OPEN_VALUE =
  /^(.{0,3}|\d{1,5}|true|false|none|[\w.@%+-]*(\/[\w.@%+-]+)+\/?|\d+(\.\d+){3}(\/\d+)?|[0-9a-f:]*::[0-9a-f:]*(\/\d+)?)$/i;

export interface VariableSecrets {
  /** Each as it stands in the file and as scripts see it. */
  readonly words: readonly string[];
  /** Files whose content is secret. */
  readonly files: readonly string[];
}

/** Of the variables in this module.yaml, as far as it can be read; `folder`: the module's. */
export function variableSecrets(yaml: string, folder: string): VariableSecrets {
  const words: string[] = [];
  const files: string[] = [];
  const variables = parseDocument(yaml).get("variables");
  for (const { key, value } of isMap(variables) ? variables.items : []) {
    const text = isScalar(value) ? String(value.value ?? "") : "";
    const [start, end] = isNode(value) && value.range || [0, 0];
    const source = yaml.slice(start, end);
    const kind = kindOf(String(key).toUpperCase(), text || source);
    if (kind === "file") {
      files.push(isAbsolute(text) ? text : join(folder, text));
    }
    if (kind === "secret") {
      words.push(text, ...linesOf(text), ...linesOf(source));
      words.push(...addressSecrets(text));
    }
  }
  return { words: words.filter((word) => word !== ""), files };
}

/** Of checkers: what a URL carries before its host, in its path and behind its "?", and arguments of programs. As far as the file can be read. */
export function checkerSecrets(yaml: string): string[] {
  const file = parseDocument(yaml);
  const of = (kind: string, key: string): unknown[] => {
    const all = file.getIn(["checkers", kind]);
    return isSeq(all)
      ? all.items.flatMap((one) => isMap(one) ? one.get(key, true) ?? [] : [])
      : [];
  };
  const urls = of("http", "url").flatMap((url) =>
    isScalar(url) ? url.value : []
  );
  const lists = of("custom", "arguments").map((list) =>
    isSeq(list) ? list.items.map((one) => isScalar(one) ? one.value : "") : []
  );
  return [
    ...urls.flatMap((url) => urlSecrets(String(url))),
    ...lists.flatMap((list) => argumentSecrets(list.map(String))),
  ];
}

function urlSecrets(url: string): string[] {
  const [, user = ""] = /^[^/?#]*:\/\/([^/?#]*)@/.exec(url) ?? [];
  const [, query = ""] = /\?([^#]*)/.exec(url) ?? [];
  const [name, ...password] = user.split(":");
  // A name without a password is a token.
  const words = password.length > 0 ? [password.join(":")] : [name!];
  for (const part of query.split("&")) {
    const [key, ...value] = part.split("=");
    words.push(
      ...value.length > 0 ? given(key!, value.join("=")) : given("", part),
    );
  }
  return [...words, ...pathSecrets(url)]
    .flatMap((word) => [word, decoded(word)]).filter((word) => word !== "");
}

/** Of a text that may be an address: a program may log but a part of it. */
function addressSecrets(text: string): string[] {
  return text.includes("://") ? urlSecrets(text) : [];
}

/** "--password=x" and "--password x" name what they give; "-px" may be anything. */
function argumentSecrets(list: readonly string[]): string[] {
  return list.flatMap((argument, index) => {
    const [, name, value] = /^(--[\w-]+|-\w)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name !== undefined) {
      return value === undefined ? [] : given(name, value);
    }
    const before = list[index - 1] ?? "";
    return given(before.startsWith("-") ? before : "", argument);
  });
}

/** The value, unless it is known to be harmless; a variable in it is looked at where it is set. */
function given(name: string, value: string): string[] {
  const rest = value.replaceAll(/\$\{\w+\}/g, "");
  if (rest === "") return [];
  const open =
    kindOf(name.toUpperCase().replaceAll("-", "_"), value) !== "secret";
  return open ? [] : [value, ...linesOf(value), ...addressSecrets(value)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** Secrets of such a file: the first line, too, however it is written. */
export function secretsInFile(content: string): string[] {
  return [...linesOf(content.split("\n", 1)[0]!), ...secretsIn(content)];
}

function kindOf(name: string, value: string): "secret" | "file" | "open" {
  if (value === "") return "open";
  if (SECRET_NAME.test(name)) {
    return SECRET_FILE.test(name) ? "file" : "secret";
  }
  const open = OPEN_NAME.test(name) || BUILT_IN.includes(name) ||
    OPEN_VALUE.test(value);
  return open ? "open" : "secret";
}

/** Texts over several lines stand indented in the file; a line that is too short says nothing. */
function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim())
    .filter(({ length }) => length >= 4);
}
