// Draws figure[data-map]: what depends on what, top down, status by shape and colour.
import cytoscape from "cytoscape";
import dagre from "cytoscape-dagre";
import { colour, drawAll } from "./drawing.js";

cytoscape.use(dagre);
// cytoscape looks for this id before it writes a rule into the page, which the content policy
// forbids; the rule stands in drawings.css.
document.head.append(Object.assign(document.createElement("template"), { id: "__________cytoscape_stylesheet" }));

const NODE_HEIGHT = 40;
const EDGE_PX = 24;
const SMALLEST_SCALE = 0.8;
const GLYPHS = {
  ok: '<circle cx="8" cy="8" r="6.5" fill="C"/><path d="M5 8.2l2.1 2.1L11.2 6" S/>',
  warn: '<path d="M8 1.2L15.2 14.2H.8z" fill="C"/><path d="M8 6v3.6M8 11.8v.1" S/>',
  crit: '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="C"/><path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" S/>',
  maint: '<rect x="1.5" y="1.5" width="13" height="13" rx="3" fill="C"/><path d="M6 5v6M10 5v6" S/>',
  unknown: '<circle cx="8" cy="8" r="5.8" fill="none" stroke="C" stroke-width="1.8" stroke-dasharray="2.6 2"/>',
};
const drawn = new WeakMap();

drawAll("figure[data-map]", draw);

function draw(figure, map) {
  const area = figure.querySelector(".map-area");
  area.parentElement.hidden = false;
  drawn.get(figure)?.destroy();
  const graph = cytoscape({
    container: area,
    elements: [...map.nodes.map(node), ...map.edges.map(edge)],
    style: style(),
    minZoom: 0.3,
    maxZoom: 1.25,
    userZoomingEnabled: false,
    userPanningEnabled: false,
    boxSelectionEnabled: false,
    autoungrabify: true,
    autounselectify: true,
  });
  graph.layout({ name: "dagre", rankDir: "TB", nodeSep: 24, rankSep: 56, animate: false }).run();
  fit(graph, area);
  graph.on("tap", "node", (event) => {
    const url = event.target.data("url");
    if (url) location.assign(url);
  });
  graph.on("mouseover", "node[url]", () => (area.style.cursor = "pointer"));
  graph.on("mouseout", "node", () => (area.style.cursor = ""));
  drawn.set(figure, graph);
}

// Never smaller than can be read: a map that is wider than its card scrolls inside it.
function fit(graph, area) {
  const room = area.parentElement.clientWidth;
  const box = graph.elements().boundingBox();
  const scale = Math.max(SMALLEST_SCALE, Math.min(1, (room - 2 * EDGE_PX) / Math.max(box.w, 1)));
  area.style.width = `${Math.max(room, Math.ceil(box.w * scale) + 2 * EDGE_PX)}px`;
  area.style.height = `${Math.max(160, Math.ceil(box.h * scale) + 2 * EDGE_PX)}px`;
  graph.resize();
  graph.fit(undefined, EDGE_PX);
  // A map that scrolls opens at what it is about, which stands on top.
  const top = graph.elements().roots()[0];
  if (top) area.parentElement.scrollLeft = top.renderedPosition("x") - room / 2;
}

function node(one) {
  return { data: { ...one, width: textWidth(one.label) + 56, glyph: glyph(one.status) } };
}

function edge(one) {
  return { data: { source: one.source, target: one.target }, classes: one.mode };
}

function glyph(status) {
  const cut = `fill="none" stroke="${colour("surface")}" stroke-width="1.7" stroke-linecap="round"`;
  const shape = (GLYPHS[status] ?? GLYPHS.unknown)
    .replaceAll('"C"', `"${colour(`fg-${status}`) || colour("fg-unknown")}"`)
    .replaceAll(" S/", ` ${cut}/`);
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">${shape}</svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(picture)}`;
}

function textWidth(text) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = '500 13px "Inter Variable", sans-serif';
  return Math.ceil(pen.measureText(text).width);
}

function style() {
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        width: "data(width)",
        height: NODE_HEIGHT,
        label: "data(label)",
        color: colour("text"),
        "font-family": '"Inter Variable", sans-serif',
        "font-size": 13,
        "font-weight": 500,
        "text-valign": "center",
        "text-halign": "center",
        "text-margin-x": 12,
        "background-color": colour("surface"),
        "border-width": 1,
        "border-color": colour("control"),
        "background-image": "data(glyph)",
        "background-width": 16,
        "background-height": 16,
        "background-position-x": 12,
        "background-position-y": "50%",
      },
    },
    { selector: "node[status = 'crit']", style: { "background-color": colour("soft-crit"), "border-color": colour("mark-crit"), "border-width": 2 } },
    { selector: "node[status = 'warn']", style: { "background-color": colour("soft-warn"), "border-color": colour("mark-warn") } },
    { selector: "node[status = 'unknown']", style: { "border-style": "dashed" } },
    { selector: "node[kind = 'service']", style: { "border-width": 2 } },
    {
      selector: "edge",
      style: {
        width: 1.5,
        "line-color": colour("control"),
        "target-arrow-color": colour("control"),
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.9,
        "curve-style": "bezier",
      },
    },
    { selector: "edge.best", style: { "line-style": "dashed" } },
  ];
}
