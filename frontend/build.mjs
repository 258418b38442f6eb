// Builds everything the browser gets into static/dist/: scripts, styles, icons, font, packed.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile, copyFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { sprite } from "./sprite.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const dist = path.join(root, "static", "dist");
const packages = path.join(root, "node_modules");
const PACKED = /\.(js|css|svg|txt)$/;

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await copyFile(
  path.join(packages, "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"),
  path.join(dist, "inter.woff2"),
);
await Promise.all([scripts(), styles(), plotlyRules(), images(), sprite(root, dist)]);
await pack();

async function scripts() {
  await build({
    entryPoints: ["app", "charts", "graph"].map((name) => path.join(root, "frontend", `${name}.js`)),
    outdir: dist,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    define: { global: "window" },
    loader: { ".css": "empty" }, // of map traces, which are not used
    legalComments: "linked",
    logLevel: "warning",
  });
}

async function styles() {
  const font = await readFile(path.join(dist, "inter.woff2"));
  const version = createHash("sha256").update(font).digest("hex").slice(0, 12);
  const fontAddress = {
    name: "font-address",
    setup(chosen) {
      chosen.onResolve({ filter: /inter\.woff2$/ }, () => ({
        path: `inter.woff2?v=${version}`,
        external: true,
      }));
    },
  };
  await build({
    entryPoints: [path.join(root, "static/css/bsm.css")],
    outdir: dist,
    bundle: true,
    minify: true,
    target: "es2022",
    plugins: [fontAddress],
    logLevel: "warning",
  });
}

// Plotly writes its rules into the page by script, which the content policy forbids. Its own
// file of rules is run here against a stand-in that collects them.
async function plotlyRules() {
  const source = await readFile(path.join(packages, "plotly.js/build/plotcss.js"), "utf8");
  const rules = [];
  const standIn = () => ({ addStyleRule: (selector, rule) => rules.push(`${selector}{${rule}}`) });
  new Function("require", source)(standIn);
  if (rules.length < 20) throw new Error("Plotly's rules are not where they were");
  await writeFile(path.join(dist, "plotly.css"), `${rules.join("\n")}\n`);
}

async function images() {
  const folder = path.join(root, "static", "img");
  for (const name of await readdir(folder)) {
    await copyFile(path.join(folder, name), path.join(dist, name));
  }
}

async function pack() {
  const names = (await readdir(dist)).filter((name) => PACKED.test(name));
  await Promise.all(
    names.map(async (name) => {
      const content = await readFile(path.join(dist, name));
      const [gz, br] = await Promise.all([
        promisify(gzip)(content, { level: 9 }),
        promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
      ]);
      await writeFile(path.join(dist, `${name}.gz`), gz);
      await writeFile(path.join(dist, `${name}.br`), br);
    }),
  );
}
