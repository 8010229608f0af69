// The charts of one model.

/** Features longer than this are labelled in the chart of vectors. */
const LABELLED = 0.1;
/** Matrices up to this size have their numbers written in. */
const WRITTEN = 6;
/** So many digits stand along the axis of a matrix without touching each other. */
const FITTING = 20;

/** Draw all charts of a model, or say why there are none. */
function drawModel(doc, state, model, seed) {
  const panels = document.getElementById("panels").children;
  for (const panel of panels) panel.hidden = !model.W;
  panels[panels.length - 1].hidden = !model.curve;
  if (model.W) {
    drawGram(model);
    drawVectors(model, state);
    drawFeatures(doc, model);
  }
  if (model.curve) drawCurve(doc, state, model, seed);
}

/** Ticks at as many of n numbers as there is room for. */
function numbered(n, digits) {
  const least = (n * String(n - 1).length) / digits;
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((k) => k >= least) || n;
  return { tickangle: 0, tickvals: Array.from({ length: Math.ceil(n / every) }, (_, i) => i * every) };
}

function drawGram(model) {
  const G = gram(model.W);
  const n = G.length;
  const [least, largest] = bounds([...G.flat(), ...model.b]);
  const most = Math.max(1, -least, largest);
  const look = { type: "heatmap", zmin: -most, zmax: most, colorscale: DIVERGING, colorbar: colorBar("W_i·W_j, b_i", { thickness: 10, len: 1, xpad: 4, nticks: 6 }), hoverinfo: "text", xgap: n > 20 ? 0 : 1, ygap: n > 20 ? 0 : 1 };
  const written = n <= WRITTEN ? { texttemplate: "%{z:.2f}" } : {};
  const text = G.map((r, i) => r.map((v, j) => `W${i}·W${j} = ${shown(v)}`));
  const bias = model.b.map((v, i) => [`b${i} = ${shown(v)}`]);
  const ticks = { showgrid: false, zeroline: false, ...numbered(n, FITTING) };
  draw(
    "gram",
    [
      { ...look, ...written, z: G, text },
      { ...look, ...written, z: model.b.map((v) => [v]), text: bias, xaxis: "x2", showscale: false },
    ],
    {
      xaxis: axisLook({ ...ticks, domain: [0, 0.8], automargin: true, title: { text: "feature", standoff: 6 } }),
      xaxis2: axisLook({ domain: [0.84, 1], showgrid: false, zeroline: false, tickvals: [0], ticktext: ["b"] }),
      yaxis: axisLook({ ...ticks, autorange: "reversed", title: { text: "feature" } }),
    },
  );
}

/** Whether this browser draws in three dimensions. */
function hasWebGL() {
  if (hasWebGL.known === undefined) {
    const canvas = document.createElement("canvas");
    hasWebGL.known = Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
  }
  return hasWebGL.known;
}

/** How many dimensions the vectors of a model are drawn in. */
function viewOf(model, state) {
  return model.W.length > 2 && state.view === 3 && hasWebGL() ? 3 : 2;
}

function drawVectors(model, state) {
  const dims = viewOf(model, state);
  const m = model.W.length;
  const { rows, pca, share } = project(model.W, dims);
  const lengths = rows[0].map((_, i) => Math.hypot(...rows.map((r) => r[i])));
  const labels = lengths.map((length, i) => (length > LABELLED ? String(i) : ""));
  const part = pca ? `: first ${dims} of ${m} principal components (PCA), ${shown(100 * share)} % of Σ‖W_i‖²` : "";
  document.getElementById("vectors-title").textContent = `Feature vectors${part}`;
  const title = (k) => ({ title: { text: pca ? `PC ${k + 1}` : k < m ? `hidden ${k}` : "" } });
  const rays = rows.map((r) => r.flatMap((v) => [0, v, null]));
  const line = { color: color("accent"), width: dims === 3 ? 5 : 2 };
  const look = { mode: "markers", hoverinfo: "text", hovertext: lengths.map((v, i) => `feature ${i}, length ${shown(v)}`) };
  const reach = 1.3 * Math.max(1, ...lengths.filter(Number.isFinite));
  const range = [-reach, reach];
  // beyond the tip, on along the vector
  const beyond = rows.map((r) => r.map((v, i) => v + (v / (lengths[i] || 1)) * (dims === 3 ? 0.2 : 0.11) * reach));
  const names = { mode: "text", hoverinfo: "skip", text: labels, textposition: "middle center" };
  if (dims === 3) {
    const [x, y, z] = rows;
    const axis = (k) => ({ ...title(k), range, gridcolor: color("line"), zerolinecolor: color("line"), showspikes: false });
    draw(
      "vectors",
      [
        { type: "scatter3d", mode: "lines", hoverinfo: "skip", x: rays[0], y: rays[1], z: rays[2], line },
        { type: "scatter3d", x, y, z, marker: { size: 3, color: color("second") }, ...look },
        { type: "scatter3d", x: beyond[0], y: beyond[1], z: beyond[2], ...names },
      ],
      { dragmode: "orbit", margin: { l: 0, r: 0, t: 0, b: 0 }, scene: { camera: { eye: { x: 1.9, y: 1.6, z: 1.1 }, center: { x: 0, y: 0, z: -0.15 } }, aspectmode: "cube", xaxis: axis(0), yaxis: axis(1), zaxis: axis(2) } },
    );
    return;
  }
  const circle = { type: "circle", x0: -1, x1: 1, y0: -1, y1: 1, line: { color: color("line") } };
  draw(
    "vectors",
    [
      { type: "scatter", mode: "lines", hoverinfo: "skip", x: rays[0], y: rays[1], line },
      { type: "scatter", x: rows[0], y: rows[1], marker: { size: 6, color: color("second") }, ...look },
      { type: "scatter", x: beyond[0], y: beyond[1], ...names },
    ],
    {
      shapes: m > 1 ? [circle] : [],
      xaxis: axisLook({ ...title(0), range }),
      yaxis: axisLook({ ...title(1), range, scaleanchor: "x", showticklabels: m > 1 }),
    },
  );
}

function drawFeatures(doc, model) {
  const least = doc.represented;
  // what is ignored has some direction too, which means nothing
  const numbers = featureNumbers(model.W).map((f) => (f.norm < least ? { ...f, superposition: null } : f));
  const blank = numbers.filter((f) => f.superposition === null).length;
  document.getElementById("features-title").textContent =
    `Features: norm, superposition${blank ? ` (not of the ${blank} ignored ones, of norm under ${least})` : ""}, dimensionality`;
  const x = numbers.map((_, i) => i);
  const hues = { norm: "accent", superposition: "second", dimensionality: "third" };
  const traces = Object.entries(hues).map(([name, hue]) => ({
    type: "bar", name, x, y: numbers.map((f) => f[name]), marker: { color: color(hue) }, hoverinfo: "text",
    textposition: "none", text: numbers.map((f, i) => `feature ${i}: ${name} ${shown(f[name])}`),
  }));
  const ticks = numbered(x.length, 2 * FITTING);
  draw("features", traces, {
    barmode: "group", showlegend: true, legend: { orientation: "h", y: 1.02, yanchor: "bottom" },
    margin: { l: 46, r: 8, t: 30, b: 36 },
    xaxis: axisLook({ ...ticks, title: { text: "feature" } }), yaxis: axisLook({ rangemode: "tozero" }),
  });
}

function drawCurve(doc, state, model, seed) {
  const { steps } = model.curve;
  const clean = (losses) => Array.from(losses, (v) => (Number.isFinite(v) && v > 0 ? v : null));
  const x = Array.from(steps, (v) => (Number.isNaN(v) ? null : v));
  const others = curvesAt(doc, state.cell).filter((c) => c.seed !== seed);
  const faint = {
    type: "scatter", mode: "lines", hoverinfo: "skip", line: { color: color("faint"), width: 1 },
    x: others.flatMap(() => [...x, null]), y: others.flatMap((c) => [...clean(c.losses), null]),
  };
  const own = clean(model.curve.losses);
  const main = { type: "scatter", mode: "lines", x, y: own, hoverinfo: "text", line: { color: color("accent"), width: 2.5 },
    text: own.map((v, i) => `seed ${seed}, step ${x[i]}: ${shown(v)}`) };
  const [least, most] = bounds([own, ...others.map((c) => clean(c.losses))].flat());
  const [low, high] = least <= most ? [0.93 * least, 1.07 * most] : [0.1, 1];
  const ticks = logTicks(low, high);
  draw("curve", [faint, main], {
    xaxis: axisLook({ title: { text: "step" } }),
    yaxis: axisLook({ type: "log", range: [low, high].map(Math.log10), tickvals: ticks, ticktext: ticks.map(shown), title: { text: "loss / null loss" } }),
  });
}
