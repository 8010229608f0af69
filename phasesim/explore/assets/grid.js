// The cells of a diagram: which ones, what value each has, and what is wrong with it.

/** Sizes of a diagram: [rows, columns]. */
function extent(doc, state) {
  return [state.y, state.x].map((axis) => (axis < 0 ? 1 : doc.shape[axis]));
}

/** The cell at a place of a diagram, whose rows go up and columns to the right. */
function cellAt(doc, state, [row, column]) {
  const cell = [...state.cell];
  if (state.y >= 0) cell[state.y] = doc.axes[state.y].order[row];
  if (state.x >= 0) cell[state.x] = doc.axes[state.x].order[column];
  return cell;
}

/** All cells of a diagram. */
function cellsOf(doc, state) {
  const [rows, columns] = extent(doc, state);
  return Array.from({ length: rows * columns }, (_, i) => cellAt(doc, state, [Math.floor(i / columns), i % columns]));
}

/** The place of the selected cell. */
function placeOf(doc, state) {
  return [state.y, state.x].map((axis) =>
    axis < 0 ? 0 : doc.axes[axis].order.indexOf(state.cell[axis]),
  );
}

/** A cell so many places up and to the right, no further than the edge. */
function moved(doc, state, up, right) {
  const limits = extent(doc, state);
  const place = placeOf(doc, state).map((at, i) =>
    Math.min(Math.max(at + [up, right][i], 0), limits[i] - 1),
  );
  return cellAt(doc, state, place);
}

/** Seeds whose value a map shows in a cell. */
function seedsShown(doc, state, cell) {
  const seeds = seedsOf(doc, cell);
  const all = Array.from(seeds.status.keys());
  const trained = all.filter((i) => isTrained(doc, seeds.status[i]));
  const reduce = (state.map && reductionOf(state, mapOf(doc, state))) || state.reduce;
  if (reduce === "seed") return [state.seed < 0 ? bestSeed(doc, cell) : state.seed];
  if (reduce === "best") return [bestSeed(doc, cell)];
  if (reduce !== "worst") return trained;
  if (trained.length < all.length) return [all.find((i) => !trained.includes(i))];
  return [all.reduce((a, b) => (seeds.loss[b] > seeds.loss[a] ? b : a))];
}

/** "" for a cell with a trained model to show; else "not run", "failed"; or "moving". */
function markOf(doc, state, cell) {
  const seeds = seedsOf(doc, cell);
  const used = seedsShown(doc, state, cell).filter((i) => isTrained(doc, seeds.status[i]));
  if (used.length) return used.some((i) => seeds.moving[i]) ? "moving" : "";
  return seeds.status.some((s) => doc.meaning[s][0] === "not_run") ? "not run" : "failed";
}

/** How a map's value comes from the seeds: "seed", a reduction, or "" where it is of the cell. */
function reductionOf(state, map) {
  if (state.reduce === "seed" && map.seeds) return "seed";
  return Object.hasOwn(map.reduced, state.reduce) ? state.reduce : Object.keys(map.reduced)[0];
}

/** Whether a cell's models lack the feature or the hidden unit that a map shows. */
function isAbsent(doc, map, cell, entry) {
  const kind = ["feature", "hidden"].indexOf(map.entry);
  if (kind < 0 || !doc.models.sizes) return false;
  return entry >= row(doc.models.sizes, flat(cell, doc.shape), doc.shape.length)[kind];
}

/** The value of a map in a cell; null where no trained model stands behind it. */
function valueAt(doc, state, map, cell, entry) {
  const mark = markOf(doc, state, cell);
  if (!map.of_failed && (mark === "failed" || mark === "not run")) return null;
  if (isAbsent(doc, map, cell, entry)) return null;
  const at = flat(cell, doc.shape);
  const lead = doc.shape.length;
  const reduction = reductionOf(state, map);
  const value =
    reduction === "seed"
      ? row(map.seeds, at * doc.n_seeds + seedsShown(doc, state, cell)[0], lead + 1)[entry]
      : row(map.reduced[reduction], at, lead)[entry];
  return Number.isFinite(value) ? value : null;
}

/** How a map says what its values are made of. */
function describeSeeds(doc, state, map) {
  const reduction = reductionOf(state, map);
  if (reduction === "seed") return state.seed < 0 ? "best seed of each cell" : `seed ${state.seed}`;
  return doc.reductions[reduction] || "";
}

/** A value in words: the meaning of a code, else the number. */
function valueText(map, value) {
  if (value === null) return "none";
  return map.codes[value] || shown(value);
}

/** A value of an axis in few digits. */
function axisText(axis, index) {
  return axis.named ? axis.labels[index] : shown(Number(axis.labels[index]));
}

/** Where a cell lies: "density = 0.1, ratio = 2". */
function cellText(doc, cell) {
  return doc.axes.map((axis, i) => `${axis.name} = ${axisText(axis, cell[i])}`).join(", ");
}

/** What a map says of a cell, in words. */
function describeCell(doc, state, map, cell, entry) {
  const mark = markOf(doc, state, cell);
  const words = [cellText(doc, cell) || "one cell"];
  const read = (m) => valueText(m, valueAt(doc, state, m, cell, entry));
  const of = map.entry ? `${map.entry === "entry" ? "" : map.entry} ${map.labels[entry]}`.trim() : "";
  if (isAbsent(doc, map, cell, entry)) words.push(`${of}: absent`);
  else if (map.norm) words.push(`${of}: norm ${read(map.norm)}, superposition ${read(map.shared)}`);
  else words.push(`${map.key}${of ? `, ${of}` : ""}: ${read(map)}`);
  if (mark) words.push({ moving: "undertrained", failed: "failed", "not run": "not run yet" }[mark]);
  return words;
}
