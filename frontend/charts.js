// Draws figure[data-chart] with the parts of Plotly we use, in the one look of the portal.
import Plotly from "plotly.js/lib/core";
import bar from "plotly.js/lib/bar";
import heatmap from "plotly.js/lib/heatmap";
import sankey from "plotly.js/lib/sankey";
import treemap from "plotly.js/lib/treemap";
import waterfall from "plotly.js/lib/waterfall";
import { colour, drawAll } from "./drawing.js";

Plotly.register([bar, heatmap, sankey, treemap, waterfall]);

const ROLE = /^(series-[1-6]|heat-[1-5]|mark-[a-z]+|accent|surface|text-[23])$/;
const LABEL_STEP_PX = 16;
const TICK_WIDTH_PX = 60;
const HOUR_MS = 3_600_000;
const MOMENTS = [
  { dtickrange: [null, 12 * HOUR_MS], value: "%H:%M\n%-d %b" },
  { dtickrange: [12 * HOUR_MS, "M1"], value: "%-d %b\n%Y" },
  { dtickrange: ["M1", null], value: "%b\n%Y" },
];
const FONT = '"Inter Variable", Inter, system-ui, sans-serif';

drawAll("figure[data-chart]", draw);

async function draw(figure, { data, layout }) {
  const area = figure.querySelector(".chart-area");
  area.hidden = false;
  const told = layout.meta ?? {};
  const traces = [...data.map(inColour), ...hatches(told.bands ?? [])];
  await Plotly.react(area, traces, look(layout, told, area.clientWidth), { displayModeBar: false, responsive: true });
  const labels = endLabels(area, told);
  if (labels.length) await Plotly.relayout(area, { annotations: labels });
}

// Roles become values of the present theme; other places of a trace may name them as well.
function inColour(trace) {
  const role = trace.meta?.role;
  const value = Array.isArray(role) ? role.map(colour) : role && colour(role);
  const coloured = resolved(trace);
  if (!value) return coloured;
  if (trace.mode === "markers") {
    const ring = { ...trace.marker?.line, color: value };
    return { ...coloured, marker: { ...trace.marker, color: colour("surface"), line: ring } };
  }
  const part = trace.mode === "lines" ? "line" : "marker";
  return { ...coloured, [part]: { ...coloured[part], color: value } };
}

function resolved(value) {
  if (typeof value === "string") return ROLE.test(value) ? colour(value) : value;
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(resolved);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]));
}

function look(layout, told, width) {
  const axis = { zeroline: false, automargin: true, fixedrange: true, ticks: "", ticklabelstandoff: 6 };
  return {
    ...layout,
    margin: { t: 12, b: 36, r: 16, l: 56, ...layout.margin },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: FONT, size: 12, color: colour("text-2") },
    hoverlabel: {
      bgcolor: colour("surface"),
      bordercolor: colour("border"),
      font: { family: FONT, size: 12, color: colour("text") },
    },
    legend: { orientation: "h", y: -0.18 },
    barcornerradius: 2,
    bargap: 0.35,
    dragmode: false,
    xaxis: {
      ...axis,
      showgrid: false,
      linecolor: colour("control"),
      tickangle: 0,
      nticks: Math.max(2, Math.floor((width - 160) / TICK_WIDTH_PX)),
      tickformatstops: MOMENTS,
      hoverformat: "%a %-d %b, %H:%M UTC",
      ...layout.xaxis,
    },
    yaxis: { ...axis, gridcolor: colour("border"), separatethousands: true, ...layout.yaxis },
    yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
    shapes: [...bands(told.bands ?? []), ...targetLine(told.target)],
  };
}

function bands(all) {
  return all
    .filter((band) => band.kind !== "unknown")
    .map((band) => ({
      type: "rect",
      layer: "below",
      xref: "x",
      yref: "paper",
      x0: band.x0,
      x1: band.x1,
      y0: 0,
      y1: 1,
      line: { width: 1, color: colour(`mark-${band.kind}`) },
      fillcolor: colour(`mark-${band.kind}`),
      opacity: 0.22,
    }));
}

// No data is hatched, so that it is never taken for zero or for a quiet time.
function hatches(all) {
  const spans = all.filter((band) => band.kind === "unknown");
  return spans.map((band) => ({
    type: "scatter",
    mode: "lines",
    x: [band.x0, band.x1, band.x1, band.x0, band.x0],
    y: [0, 0, 1, 1, 0],
    yaxis: "y2",
    fill: "toself",
    line: { width: 0 },
    fillpattern: { shape: "/", size: 6, solidity: 0.2, fgcolor: colour("mark-unknown"), bgcolor: "rgba(0,0,0,0)" },
    hoverinfo: "skip",
    showlegend: false,
  }));
}

function targetLine(target) {
  if (target === null || target === undefined) return [];
  const line = { color: colour("text-3"), width: 1.5, dash: "dash" };
  return [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: target, y1: target, line }];
}

// Names stand at the ends of their lines; those that would overlap are moved apart.
function endLabels(area, told) {
  const axis = area._fullLayout.yaxis;
  const wanted = (told.labels ?? [])
    .filter((label) => label.y !== null)
    .map((label) => ({ text: label.text, y: label.y, colour: colour(label.colour) }));
  if (told.target !== null && told.target !== undefined) {
    wanted.push({ text: `Target ${told.target}${told.unit}`, y: told.target, colour: colour("text-2") });
  }
  wanted.sort((a, b) => axis.l2p(a.y) - axis.l2p(b.y));
  let lowest = -Infinity;
  return wanted.map((label) => {
    const own = axis.l2p(label.y);
    const at = Math.max(own, lowest + LABEL_STEP_PX);
    lowest = at;
    return {
      xref: "paper",
      x: 1,
      xanchor: "left",
      xshift: 8,
      y: label.y,
      yshift: own - at,
      text: label.text,
      showarrow: false,
      align: "left",
      font: { color: label.colour },
    };
  });
}
