/** Style and browser code inside the executable. Their address holds their hash, so that no browser shows yesterday's page. */
import { createHash } from "node:crypto";
import client from "../../dist/client.js" with { type: "text" };
import plot from "./plot.css" with { type: "text" };
import style from "./style.css" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };

interface Asset {
  readonly type: string;
  readonly text: string;
}

const assets = new Map<string, Asset>();

export const CLIENT_URL = publish("client.js", {
  type: "text/javascript; charset=utf-8",
  text: client as unknown as string,
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

/** The asset at this path, or null. */
export function assetAt(path: string): Asset | null {
  return assets.get(path) ?? null;
}

function publish(name: string, asset: Asset): string {
  const hash = createHash("sha256").update(asset.text).digest("hex");
  const path = `/assets/${hash.slice(0, 16)}/${name}`;
  assets.set(path, asset);
  return path;
}
