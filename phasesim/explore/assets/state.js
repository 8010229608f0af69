// What is looked at, and how it stands in the address of the page.

/** The synthetic map of phase diagrams: colour from norm and superposition together. */
const PHASES = "phases";

/** All maps that can be chosen, the phase diagram first where there is one. */
function mapsOf(doc) {
  if (!doc.choices) {
    const norm = doc.maps.find((m) => m.key === "feature_norm");
    const shared = doc.maps.find((m) => m.key === "superposition");
    const label = "phases: norm and superposition";
    const both = norm && shared && { ...norm, key: PHASES, label, norm, shared };
    doc.choices = both ? [both, ...doc.maps] : doc.maps;
  }
  return doc.choices;
}

/** The map of a state. */
function mapOf(doc, state) {
  return mapsOf(doc).find((m) => m.key === state.map);
}

/** What a page shows first: a cell with weights at the middle of the grid, the first axis upward. */
function defaults(doc) {
  const n = doc.axes.length;
  const [first] = mapsOf(doc);
  const stride = doc.models.stride;
  return {
    cell: doc.shape.map((size) => stride * Math.floor((size - 1) / 2 / stride)),
    map: first.key,
    entry: firstEntry(doc, first),
    reduce: Object.keys(doc.reductions)[0],
    seed: -1,
    x: n > 1 ? 1 : n - 1,
    y: n > 1 ? 0 : -1,
    step: -1,
    view: 3,
    theory: 1,
  };
}

/** The last feature where its importance is what differs; else the first entry. */
function firstEntry(doc, map) {
  return map.entry === "feature" && doc.opening === "last" ? map.labels.length - 1 : 0;
}

/** A state with every part in its range; what is not is replaced by the default. */
function checked(doc, wanted) {
  const base = defaults(doc);
  const state = { ...base, ...wanted };
  const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
  const n = doc.axes.length;
  if (!mapOf(doc, state)) Object.assign(state, { map: base.map, entry: base.entry });
  const map = mapOf(doc, state);
  const lowest = n === 1 && map.labels.length > 1 ? -1 : 0;
  if (!whole(state.entry, lowest, map.labels.length - 1)) state.entry = firstEntry(doc, map);
  const fits = state.cell.length === n && state.cell.every((i, k) => whole(i, 0, doc.shape[k] - 1));
  if (!fits) state.cell = base.cell;
  if (!Object.hasOwn(doc.reductions, state.reduce) && state.reduce !== "seed") state.reduce = base.reduce;
  if (!whole(state.seed, -1, doc.n_seeds - 1)) state.seed = -1;
  const sides = n < 2 || (whole(state.x, 0, n - 1) && whole(state.y, 0, n - 1) && state.x !== state.y);
  if (n < 2 || !sides) Object.assign(state, { x: base.x, y: base.y });
  if (!whole(state.step, -1, (doc.models.steps || []).length - 1)) state.step = -1;
  if (![2, 3].includes(state.view)) state.view = base.view;
  if (![0, 1].includes(state.theory)) state.theory = base.theory;
  return state;
}

/**
 * The state in a page's address: always the cell, as 3.7, and what is not as it is at first. Where
 * the middle of a grid lies changes with the grid.
 */
function toHash(doc, state) {
  const base = defaults(doc);
  const words = new URLSearchParams();
  if (state.cell.length) words.set("cell", state.cell.join("."));
  for (const [key, value] of Object.entries(state)) {
    if (key !== "cell" && value !== base[key]) words.set(key, value);
  }
  return words.toString();
}

/** The state that an address names; anything else in it is ignored. */
function fromHash(doc, hash) {
  const wanted = {};
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (key === "cell") wanted.cell = text.split(".").map(Number);
    else if (["map", "reduce"].includes(key)) wanted[key] = text;
    else if (["entry", "seed", "x", "y", "step", "view", "theory"].includes(key)) wanted[key] = Number(text);
  }
  return checked(doc, wanted);
}

/** The seed of the model that is shown. */
function shownSeed(doc, state) {
  return state.seed < 0 ? bestSeed(doc, state.cell) : state.seed;
}
