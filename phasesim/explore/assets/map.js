// The diagram of a sweep: a heat map over two axes, or lines over one.

/** What is wrong with a cell: strokes from corner to corner of it, and how they are explained. */
const MARKS = {
  failed: { strokes: [[0.25, 0.25, 0.75, 0.75], [0.25, 0.75, 0.75, 0.25]], label: "✕ failed", opacity: 1 },
  "not run": { strokes: [[0.3, 0.5, 0.7, 0.5]], label: "– not run yet", opacity: 1 },
  moving: { strokes: [[0.3, 0.3, 0.7, 0.7]], label: "╱ undertrained", opacity: 0.45 },
  weights: { strokes: [[0.35, 0.5, 0.5, 0.65], [0.5, 0.65, 0.65, 0.5], [0.65, 0.5, 0.5, 0.35], [0.5, 0.35, 0.35, 0.5]], label: "◇ with weights on this page", opacity: 0.8 },
};
/** Cells look the same by day and by night: what lies below them, and what is drawn on them. */
const GROUND = "#ffffff";
const MARK = "#14171a";
const LINES = { "true optimum": "solid", "paper's candidates": "dash" };
/** Ratio of the largest to the smallest positive value from which colours are logarithmic. */
const WIDE = 50;
/** Up to so many whole numbers have a colour each. */
const SINGLE = 12;

/** Draw the diagram of a state, and say below it what its colours and marks mean. */
function drawMap(doc, state) {
  const box = document.getElementById("map");
  const map = mapOf(doc, state);
  if (state.x < 0) {
    box.className = "empty";
    box.textContent = describeCell(doc, state, map, state.cell, state.entry).join(" · ");
    return;
  }
  const [traces, more] = state.y < 0 ? lineTraces(doc, state, map) : heatTraces(doc, state, map);
  const shapes = selection(doc, state);
  draw("map", traces, { ...more, shapes, margin: { l: 8, r: 8, t: 10, b: 20 } });
  box.setAttribute("aria-label", `${map.label}, ${describeSeeds(doc, state, map)}`);
}

/** Show which cell is selected, without drawing the map anew. */
function markSelection(doc, state) {
  if (state.x < 0) drawMap(doc, state);
  else Plotly.relayout("map", { shapes: selection(doc, state) });
}

/** The frame around the selected cell, dark in a light one, or the line through it. */
function selection(doc, state) {
  const [r, c] = placeOf(doc, state);
  const x = doc.axes[state.x];
  if (state.y < 0) {
    const line = { color: color("ink"), width: 3, dash: "dot" };
    return [{ type: "line", x0: x.centres[c], x1: x.centres[c], y0: 0, y1: 1, yref: "paper", line }];
  }
  const y = doc.axes[state.y];
  const frame = { type: "rect", x0: x.edges[c], x1: x.edges[c + 1], y0: y.edges[r], y1: y.edges[r + 1] };
  return [{ ...frame, line: { color: GROUND, width: 6 } }, { ...frame, line: { color: MARK, width: 2.5 } }];
}

/** Scale, range and ticks of one side. */
function side(axis, more) {
  const ends = [axis.edges[0], axis.edges[axis.edges.length - 1]];
  const look = { title: { text: plain(axis.label) }, range: axis.log ? ends.map(Math.log10) : ends, automargin: true, ...more };
  if (axis.log) Object.assign(look, { type: "log", tickformat: "~g", dtick: "D2" });
  else look.type = "linear";
  const written = axis.order.map((i) => plain(axisText(axis, i)));
  if (axis.ticks) Object.assign(look, { tickvals: axis.centres, ticktext: written });
  return axisLook(look);
}

function heatTraces(doc, state, map) {
  const [rows, columns] = extent(doc, state);
  const [x, y] = [doc.axes[state.x], doc.axes[state.y]];
  const each = (f) => Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => f([r, c])));
  const look = colorsOf(doc, state, map, each);
  const text = each((at) => describeCell(doc, state, map, cellAt(doc, state, at), state.entry).map(plain).join("<br>"));
  const heat = { type: "heatmap", x: x.edges, y: y.edges, text, hoverinfo: "text", ...look };
  const traces = [heat, ...theoryTraces(doc, state), ...markTraces(doc, state)];
  return [traces, { plot_bgcolor: GROUND, xaxis: side(x, { showgrid: false }), yaxis: side(y, { showgrid: false }) }];
}

/** Values and colours of a heat map. */
function colorsOf(doc, state, map, each) {
  const read = (m) => each((at) => valueAt(doc, state, m, cellAt(doc, state, at), state.entry));
  if (map.norm) return paletteColors(doc, read(map.norm), read(map.shared));
  const z = read(map);
  const codes = Object.keys(map.codes).map(Number).sort((a, b) => a - b);
  const bar = colorBar(map.label);
  if (codes.length) return { z, ...codeColors(map, codes, bar) };
  const values = z.flat().filter((v) => v !== null);
  let [low, high] = map.range || (values.length ? bounds(values) : [0, 1]);
  if (!map.range && values.every(Number.isInteger) && high - low < SINGLE) return { z, ...wholeColors(low, high, bar) };
  if (!map.range && low > 0 && high > WIDE * low) return { z: z.map((r) => r.map((v) => v && Math.log10(v))), ...logColors(low, high, bar) };
  const signed = low < 0 && high > 0;
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  if (signed) [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  return { z, zmin: low, zmax: high, colorscale: signed ? DIVERGING : CIVIDIS.map((c, i) => [i / (CIVIDIS.length - 1), c]), colorbar: bar };
}

/** Colours by two numbers at once: the place in the palette is the value that is drawn. */
function paletteColors(doc, norms, shared) {
  const side = doc.palette.length;
  const last = side * side - 1;
  const step = (v) => Math.round(Math.min(Math.max(v, 0), 1) * (side - 1));
  const z = norms.map((line, r) =>
    line.map((v, c) => (v === null || shared[r][c] === null ? null : step(v) * side + step(shared[r][c]))),
  );
  const colorscale = doc.palette.flat().map((c, i) => [i / last, c]);
  return { z, zmin: 0, zmax: last, colorscale, showscale: false };
}

function codeColors(map, codes, bar) {
  const hues = ["#9aa0a6", "#ececec", "#0072b2", "#d55e00", "#cc79a7", "#e69f00", "#009e73", "#f0e442", "#56b4e9"];
  return stepColors(codes, (i) => hues[i % hues.length], { ...bar, ticktext: codes.map((c) => plain(map.codes[c])) });
}

/** One colour for each whole number from the lowest to the highest. */
function wholeColors(low, high, bar) {
  const last = high - low;
  const all = Array.from({ length: last + 1 }, (_, i) => low + i);
  return stepColors(all, (i) => CIVIDIS[last ? Math.round((i / last) * (CIVIDIS.length - 1)) : 8], bar);
}

/** Consecutive whole numbers, each in a colour of its own. */
function stepColors(numbers, hue, bar) {
  const [low, high] = [numbers[0] - 0.5, numbers[numbers.length - 1] + 0.5];
  const colorscale = numbers.flatMap((number, i) => [number - 0.5, number + 0.5].map((v) => [(v - low) / (high - low), hue(i)]));
  return { zmin: low, zmax: high, colorscale, colorbar: { ...bar, tickvals: numbers } };
}

function logColors(low, high, bar) {
  const ticks = logTicks(low, high);
  const colorscale = CIVIDIS.map((c, i) => [i / (CIVIDIS.length - 1), c]);
  return { zmin: Math.log10(low), zmax: Math.log10(high), colorscale, colorbar: { ...bar, tickvals: ticks.map(Math.log10), ticktext: ticks.map(shown) } };
}

/** Signs on cells that are not what they seem, by what is wrong. */
function markedCells(doc, state) {
  const [rows, columns] = extent(doc, state);
  const found = { failed: [], "not run": [], moving: [], weights: [] };
  const some = someWeights(doc);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const cell = cellAt(doc, state, [r, c]);
      const mark = markOf(doc, state, cell);
      if (mark) found[mark].push([r, c]);
      if (some && weightPlace(doc, cell) >= 0) found.weights.push([r, c]);
    }
  }
  return found;
}

/** One line a kind of mark: a path is drawn faster than thousands of symbols. */
function markTraces(doc, state) {
  const between = (axis, at, part) => {
    const [low, high] = [axis.edges[at], axis.edges[at + 1]];
    return axis.log ? low * (high / low) ** part : low + (high - low) * part;
  };
  const [x, y] = [doc.axes[state.x], doc.axes[state.y]];
  const marked = Object.entries(markedCells(doc, state)).filter(([, cells]) => cells.length);
  return marked.flatMap(([mark, cells]) => {
    const { strokes, opacity } = MARKS[mark];
    const ends = (axis, place, from) => cells.flatMap((cell) =>
      strokes.flatMap((s) => [between(axis, cell[place], s[from]), between(axis, cell[place], s[from + 2]), null]));
    const path = { type: "scatter", mode: "lines", hoverinfo: "skip", x: ends(x, 1, 0), y: ends(y, 0, 1), opacity };
    // light below dark, to be seen on any colour; many of them would hide the colours
    const below = mark === "weights" ? [[GROUND, 3]] : [];
    return [...below, [MARK, 1.2]].map(([hue, width]) => ({ ...path, line: { color: hue, width } }));
  });
}

/** Boundaries of the theory in the diagram of a state; [] where there are none. */
function linesOf(doc, state) {
  const paths = [state.x, state.y].map((i) => (i < 0 ? "" : doc.axes[i].path));
  const wanted = ["distribution.density", "importance.ratio"];
  if (!wanted.every((path) => paths.includes(path))) return [];
  const here = doc.theory.find((t) =>
    doc.axes.every((a, i) => !(a.path in t.at) || t.at[a.path] === state.cell[i] * doc.models.every),
  );
  return here ? Object.entries(here.lines) : [];
}

function theoryTraces(doc, state) {
  if (!state.theory) return [];
  const across = doc.axes[state.x].path === "importance.ratio";
  return linesOf(doc, state).flatMap(([name, ref]) => {
    const points = decode(ref);
    const column = (k) => Array.from({ length: points.length / 2 }, (_, i) => {
      const value = points[2 * i + k];
      return Number.isNaN(value) ? null : value;
    });
    const at = across ? { x: column(0), y: column(1) } : { x: column(1), y: column(0) };
    const base = { type: "scatter", mode: "lines", hoverinfo: "skip", connectgaps: false, ...at };
    return [
      { ...base, line: { color: GROUND, width: 4 } },
      { ...base, line: { color: MARK, width: 1.6, dash: LINES[name] } },
    ];
  });
}

/** Over one axis: a line an entry through the reduced values, and dots for single seeds. */
function lineTraces(doc, state, map) {
  const axis = doc.axes[state.x];
  const entries = state.entry < 0 ? map.labels.map((_, i) => i) : [state.entry];
  const cells = axis.centres.map((_, c) => cellAt(doc, state, [0, c]));
  const hues = ["accent", "second", "third", "soft", "faint"];
  const traces = entries.length > 1 ? [] : [seedDots(doc, map, axis, cells, entries[0])];
  entries.forEach((entry, k) => {
    const m = map.norm || map;
    traces.push({
      type: "scatter", mode: "lines+markers", x: axis.centres, hoverinfo: "text", connectgaps: false,
      y: cells.map((cell) => valueAt(doc, state, m, cell, entry)),
      text: cells.map((cell) => describeCell(doc, state, map, cell, entry).map(plain).join("<br>")),
      line: { color: color(hues[k % hues.length]), width: 1.5 },
      marker: { size: 7, symbol: cells.map((cell) => (someWeights(doc) && weightPlace(doc, cell) < 0 ? "circle-open" : "circle")), color: map.norm ? phaseColors(doc, state, map, cells, entry) : color(hues[k % hues.length]) },
    });
  });
  const look = { title: { text: plain((map.norm || map).label) } };
  const codes = Object.keys(map.codes).map(Number);
  const drawn = traces.flatMap((t) => t.y).filter((v) => v !== null);
  const [low, high] = bounds(drawn);
  if (drawn.every(Number.isInteger) && high - low < SINGLE) look.dtick = 1;
  if (codes.length) Object.assign(look, { tickvals: codes, ticktext: codes.map((c) => plain(map.codes[c])) });
  return [traces, { xaxis: side(axis), yaxis: axisLook({ ...look, automargin: true }), hovermode: "x" }];
}

function phaseColors(doc, state, map, cells, entry) {
  const last = doc.palette.length - 1;
  const step = (v) => Math.round(Math.min(Math.max(v, 0), 1) * last);
  return cells.map((cell) => {
    const [norm, shared] = [map.norm, map.shared].map((m) => valueAt(doc, state, m, cell, entry));
    return norm === null || shared === null ? "rgba(0,0,0,0)" : doc.palette[step(norm)][step(shared)];
  });
}

function seedDots(doc, map, axis, cells, entry) {
  const m = map.norm || map;
  const points = [];
  cells.forEach((cell, c) => {
    for (let seed = 0; m.seeds && seed < doc.n_seeds; seed++) {
      const value = valueAt(doc, { reduce: "seed", seed }, m, cell, entry);
      if (value !== null) points.push([axis.centres[c], value]);
    }
  });
  const look = { size: 5, color: color("faint"), opacity: 0.7 };
  return { type: "scatter", mode: "markers", hoverinfo: "skip", x: points.map((p) => p[0]), y: points.map((p) => p[1]), marker: look };
}
