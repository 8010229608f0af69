// The shown model as lines of Python.

/** A Python string; JSON's escapes are Python's too. */
function quoted(text) {
  return JSON.stringify(text).replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");
}

/** Lines that read the same model from the store. */
function pythonOf(doc, state) {
  const seed = shownSeed(doc, state);
  const map = mapOf(doc, state);
  const model = modelAt(doc, state.cell, seed, state.step);
  const lines = ["import phasesim as ps", ""];
  if (doc.file) lines.push(`result = ps.open_result(${quoted(doc.file)})`);
  else lines.push("# result is the phasesim.Result that this page was made of");
  lines.push(`cell = result.select(${doc.axes.map((a, i) => argument(a, state.cell[i])).join(", ")})`);
  if (model.W) {
    const [m, n] = [model.W.length, model.b.length];
    const past = state.step >= 0 && doc.models.steps;
    const where = past ? `${seed}, result.along("step").tolist().index(${doc.models.steps[state.step]})` : `${seed}`;
    const [W, b] = past ? ["W_snapshot", "b_snapshot"] : ["W", "b"];
    lines.push(`W = result.stored("${W}")[cell][${where}, :${m}, :${n}]`);
    lines.push(`b = result.stored("${b}")[cell][${where}, :${n}]`);
  }
  lines.push(`status = ps.Status(result.status[cell][${seed}])`);
  const metric = map.norm ? "feature_norm" : map.key;
  if (map.group.startsWith("analysis ")) {
    const [name, ...rest] = metric.split(".");
    lines.push(`values = result.analysis(${quoted(name)}).stored(${quoted(rest.join("."))})[cell][${seed}]`);
  } else if (map.key === "trained_share") {
    lines.push("values = result.trained[cell].mean()");
  } else if (map.key === "best_basin") {
    lines.push('values = result.metric("basin", "best_fraction")[cell]');
  } else {
    const reduction = reductionOf(state, map);
    const reduce = reduction === "seed" ? "" : `, ${quoted(reduction)}`;
    lines.push(`values = result.metric(${quoted(metric)}${reduce})[cell]${reduce ? "" : `[${seed}]`}`);
  }
  return `${lines.join("\n")}\n`;
}

/** One argument of Result.select. */
function argument(axis, index) {
  const value = axis.named ? quoted(axis.labels[index]) : axis.labels[index];
  return /^[A-Za-z_]\w*$/.test(axis.name) ? `${axis.name}=${value}` : `**{${quoted(axis.path)}: ${value}}`;
}
