/** The example application (modules/k3s/examples/shop.yaml) with images, port and password filled in. */
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { builtInFolder } from "../../module/catalog.ts";

export interface ExampleOptions {
  readonly webImage: string;
  readonly databaseImage: string;
  /** At the virtual address. */
  readonly port: number;
  readonly password: string;
}

export const NAMESPACE = "hakit-drill";
export const DEFAULT_WEB_IMAGE = "docker.io/library/wordpress:6-apache";
export const DEFAULT_DATABASE_IMAGE = "docker.io/library/mariadb:11.4";
export const DEFAULT_PORT = 8480;

const IMAGE = /^[\w][\w./:@-]{0,250}$/;

/** Throws where a value would not fit into the text. */
export async function example(options: ExampleOptions): Promise<string> {
  const { webImage, databaseImage, port, password } = options;
  for (const image of [webImage, databaseImage]) {
    if (!IMAGE.test(image)) {
      throw new Error(
        `image "${image}", expected a name such as ${DEFAULT_DATABASE_IMAGE}`,
      );
    }
  }
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`port "${port}", expected 1 to 65535`);
  }
  const folder = builtInFolder("k3s");
  if (!folder) throw new Error("The module k3s is not in this executable");
  const text = await Deno.readTextFile(join(folder, "examples", "shop.yaml"));
  return text.replaceAll("@WEB_IMAGE@", webImage)
    .replaceAll("@DATABASE_IMAGE@", databaseImage)
    .replaceAll("@PASSWORD@", password)
    .replaceAll("@PORT@", String(port));
}

export interface Application {
  readonly items: readonly { readonly kind?: string }[];
}

/** As one object of JSON, which kubectl takes as well. */
export function exampleList(text: string): Application {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) throw new Error("The example is empty");
  const items = documents.map((document) => document.toJS());
  return { apiVersion: "v1", kind: "List", items } as Application;
}
