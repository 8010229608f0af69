// The arrays of the page: float32 as base64, over (*axes, …) in C order.

/** Values of an array, decoded once. */
function decode(ref) {
  if (!ref.values) {
    const text = atob(ref.data);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    ref.values = new Float32Array(bytes.buffer);
    ref.data = "";
  }
  return ref.values;
}

/** Position of a cell in C order. */
function flat(cell, shape) {
  return cell.reduce((at, index, axis) => at * shape[axis] + index, 0);
}

/** The row of an array at a position over its leading dimensions, of `lead` of them. */
function row(ref, at, lead) {
  const size = ref.shape.slice(lead).reduce((a, b) => a * b, 1);
  return decode(ref).subarray(at * size, (at + 1) * size);
}

/** A number as it is written on the page. */
function shown(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "none";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

/** What is known of the seeds of a cell. */
function seedsOf(doc, cell) {
  const at = flat(cell, doc.shape);
  const lead = doc.shape.length;
  return {
    status: row(doc.status, at, lead),
    loss: row(doc.rank, at, lead),
    basin: doc.basin && row(doc.basin, at, lead),
    moving: row(doc.moving, at, lead),
  };
}

/** Whether a status says that a model was trained to its last step. */
function isTrained(doc, status) {
  return ["ok", "not_converged"].includes(doc.meaning[status][0]);
}

/** The trained seed of the smallest loss, or 0 where none was trained. */
function bestSeed(doc, cell) {
  const seeds = seedsOf(doc, cell);
  let best = -1;
  seeds.loss.forEach((loss, i) => {
    if (isTrained(doc, seeds.status[i]) && (best < 0 || loss < seeds.loss[best])) best = i;
  });
  return Math.max(best, 0);
}

/** Position among the cells that have weights on the page, or -1. */
function weightPlace(doc, cell) {
  const stride = doc.models.stride;
  if (cell.some((index) => index % stride)) return -1;
  return flat(cell.map((index) => index / stride), doc.shape.map((n) => Math.ceil(n / stride)));
}

/** Whether a page has the weights of some cells only. */
function someWeights(doc) {
  return Boolean(doc.models.seeds) && doc.models.stride > 1;
}

/** A number in words of order: "2nd". */
function nth(number) {
  return `${number}${number === 2 ? "nd" : "th"}`;
}

/**
 * One model: its matrix W as rows, its bias, and its loss curve.
 * `missing` says why there are no weights.
 */
function modelAt(doc, cell, seed, step) {
  const models = doc.models;
  const found = { W: null, b: null, curve: null, missing: "" };
  if (!models.seeds) return { ...found, missing: "This sweep is of a function: it has no weights." };
  const at = weightPlace(doc, cell);
  if (at < 0) return { ...found, missing: `No weights of this cell are on the page, only of every ${nth(models.stride)} cell along each axis.` };
  const kept = row(models.seeds, at, doc.shape.length).indexOf(seed);
  if (kept < 0) {
    const others = row(models.seeds, at, doc.shape.length);
    const which = `seed${others.length > 1 ? "s" : ""} ${others.join(", ")}`;
    return { ...found, missing: `No weights of this seed are on the page, only of ${which} of this cell.` };
  }
  const [S] = models.seeds.shape.slice(-1);
  const lead = doc.shape.length + 1;
  const take = (name) => row(models[name], at * S + kept, lead);
  if (models.curve) found.curve = { losses: take("curve"), steps: curveSteps(doc, cell) };
  if (!models.W) return { ...found, missing: "This model has no directions of features." };
  const [n, m] = row(models.sizes, flat(cell, doc.shape), doc.shape.length);
  const past = step >= 0 && models.steps;
  const [M, N] = models.W.shape.slice(-2);
  let [W, b] = past ? [take("W_snapshot"), take("b_snapshot")] : [take("W"), take("b")];
  if (past) [W, b] = [W.subarray(step * M * N), b.subarray(step * N)];
  const rows = Array.from({ length: m }, (_, k) => Array.from(W.subarray(k * N, k * N + n)));
  const bias = Array.from(b.subarray(0, n));
  const finite = [...rows, bias].every((numbers) => numbers.every(Number.isFinite));
  return finite ? { ...found, W: rows, b: bias } : { ...found, missing: "It has no finite weights." };
}

/** Steps at which the points of a cell's loss curve end. */
function curveSteps(doc, cell) {
  const ref = doc.models.curve_steps;
  return ref.shape.length > 1 ? row(ref, flat(cell, doc.shape), doc.shape.length) : decode(ref);
}

/** Loss curves of all kept seeds of a cell, over the null loss. */
function curvesAt(doc, cell) {
  const models = doc.models;
  const at = models.curve ? weightPlace(doc, cell) : -1;
  if (at < 0) return [];
  const seeds = row(models.seeds, at, doc.shape.length);
  return Array.from(seeds, (seed, i) => ({
    seed,
    losses: row(models.curve, at * seeds.length + i, doc.shape.length + 1),
  }));
}
