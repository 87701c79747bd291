/** Style and browser code inside the executable. Their address holds their hash, so that no browser shows yesterday's page. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import client from "../../dist/client.js" with { type: "text" };
import resources from "../../dist/resources.js" with { type: "text" };
import plot from "./plot.css" with { type: "text" };
import style from "./style.css" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import { TABLES } from "./text/phrases.ts";
import { sourceOf } from "./text/source_of.ts";
import { type Language, texts } from "./text/texts.ts";

interface Asset {
  readonly type: string;
  readonly text: string;
  /** A third of it, made when the first browser asks. */
  gzip?: Promise<Uint8Array<ArrayBuffer>>;
}

const assets = new Map<string, Asset>();

export const CLIENT_URL = publish("client.js", {
  type: "text/javascript; charset=utf-8",
  text: client as unknown as string,
});
/** Of the one page with graphs, in place of the other. */
export const RESOURCES_URL = publish("resources.js", {
  type: "text/javascript; charset=utf-8",
  text: resources as unknown as string,
});
export const STYLE_URL = publish("style.css", {
  type: "text/css; charset=utf-8",
  text: style as unknown as string,
});
export const PLOT_URL = publish("plot.css", {
  type: "text/css; charset=utf-8",
  text: plot as unknown as string,
});
export const ICON_URL = publish("icon.svg", {
  type: "image/svg+xml",
  text: icon as unknown as string,
});
/** What the console itself says, for the part of a page that the browser draws: a script before that, in the one language of the page. */
export const TEXTS_URL: { readonly [language in Language]: string } = {
  en: words("en"),
  fr: words("fr"),
  ja: words("ja"),
};
/** What the agent says, in other languages than its own: for the part of a page that the browser draws. */
export const PHRASES_URL: { readonly [language in Language]?: string } = {
  fr: phrases("fr"),
  ja: phrases("ja"),
};
/** Installable: its own window on a phone or a desk, with the icon as an app has it. */
export const MANIFEST_URL = publish("manifest.webmanifest", {
  type: "application/manifest+json",
  text: JSON.stringify({
    name: "hakit",
    short_name: "hakit",
    start_url: "/",
    scope: "/",
    id: "/",
    display: "standalone",
    background_color: "#f4f5f3",
    theme_color: "#0b5c6b",
    icons: [
      { src: ICON_URL, sizes: "any", type: "image/svg+xml", purpose: "any" },
    ],
  }),
});

/** The answer to a request for an asset: compressed, where the browser takes that. Pages are not: they hold their token beside what others may write. */
export async function assetAnswer(request: Request): Promise<Response> {
  const asset = assets.get(new URL(request.url).pathname);
  if (!asset) return new Response("Not found\n", { status: 404 });
  const headers = {
    "content-type": asset.type,
    "cache-control": "public, max-age=31536000, immutable",
    "vary": "accept-encoding",
  };
  const takes = request.headers.get("accept-encoding") ?? "";
  if (!/\bgzip\b(?!\s*;\s*q=0(\.0*)?(,|\s|$))/i.test(takes)) {
    return new Response(asset.text, { headers });
  }
  asset.gzip ??= compressed(asset.text);
  return new Response(await asset.gzip, {
    headers: { ...headers, "content-encoding": "gzip" },
  });
}

/** As small as it can be, over whatever line somebody looks at it in the night: it is done once. */
async function compressed(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const level = constants.Z_BEST_COMPRESSION;
  return new Uint8Array(await promisify(gzip)(text, { level }));
}

function words(language: Language): string {
  return publish(`texts.${language}.js`, {
    type: "text/javascript; charset=utf-8",
    text: `globalThis.hakitTexts=${sourceOf(texts(language))};\n`,
  });
}

function phrases(language: keyof typeof TABLES): string {
  return publish(`phrases.${language}.json`, {
    type: "application/json",
    text: JSON.stringify(TABLES[language]),
  });
}

function publish(name: string, asset: Asset): string {
  const hash = createHash("sha256").update(asset.text).digest("hex");
  const path = `/assets/${hash.slice(0, 16)}/${name}`;
  assets.set(path, asset);
  return path;
}
