// One file of icons: the five status shapes of ours, and those listed in icons.txt.
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

// Shape, not colour, tells the states apart; the cut-out shows the surface behind.
const CUT = 'fill="none" stroke="var(--surface, #fff)" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"';
const STATUS = {
  ok: `<path d="M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z" fill="currentColor"/><path d="M5 8.2l2.1 2.1L11.2 6" ${CUT}/>`,
  warn: `<path d="M8 1.2L15.2 14.2H.8z" fill="currentColor"/><path d="M8 6v3.6M8 11.8v.1" ${CUT}/>`,
  crit: `<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/><path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" ${CUT}/>`,
  maint: `<rect x="1.5" y="1.5" width="13" height="13" rx="3" fill="currentColor"/><path d="M6 5v6M10 5v6" ${CUT}/>`,
  unknown: '<circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="2.6 2"/>',
};

export async function sprite(root, dist) {
  const listed = (await readFile(path.join(root, "frontend/icons.txt"), "utf8")).split(/\s+/);
  const names = new Set(listed.filter(Boolean));
  for (const name of await namesIn(path.join(root, "templates"))) names.add(name);
  const symbols = Object.entries(STATUS).map(
    ([kind, shape]) => `<symbol id="status-${kind}" viewBox="0 0 16 16">${shape}</symbol>`,
  );
  for (const name of [...names].sort()) symbols.push(await symbol(root, name));
  const content = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  await writeFile(path.join(dist, "icons.svg"), content);
}

async function namesIn(folder) {
  const names = [];
  for (const entry of await readdir(folder, { recursive: true })) {
    if (!entry.endsWith(".html")) continue;
    const text = await readFile(path.join(folder, entry), "utf8");
    for (const found of text.matchAll(/\{% icon "([a-z0-9-]+)"/g)) names.push(found[1]);
    for (const found of text.matchAll(/_empty\.html" [^%]*icon="([a-z0-9-]+)"/g)) names.push(found[1]);
  }
  return names;
}

async function symbol(root, name) {
  const file = path.join(root, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  const drawing = await readFile(file, "utf8").catch(() => {
    throw new Error(`There is no icon "${name}" among the Tabler outline icons`);
  });
  const inside = drawing
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace("</svg>", "")
    .replace(/<path stroke="none"[^>]*>/, "")
    .replace(/\s*\n\s*/g, "");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"` +
    ` stroke-linecap="round" stroke-linejoin="round">${inside}</symbol>`
  );
}
