// Everything that is drawn, as tables of numbers.

/** A table with a caption, heads of its columns, and rows that begin with a head. */
function table(caption, columns, rows) {
  const made = element("table");
  made.append(element("caption", caption));
  const line = (head, cells, tag, scope) => {
    const tr = element("tr");
    tr.append(element("th", head, { scope }), ...cells.map((text) => element(tag, text, tag === "th" ? { scope: "col" } : {})));
    return tr;
  };
  const head = element("thead");
  head.append(line(columns[0], columns.slice(1), "th", "col"));
  const body = element("tbody");
  body.append(...rows.map(([first, ...rest]) => line(first, rest, "td", "row")));
  made.append(head, body);
  return made;
}

/** The map of a state; the top row of the diagram comes first. */
function mapTable(doc, state) {
  const map = mapOf(doc, state);
  const parts = map.norm ? [map.norm, map.shared] : [map];
  return parts.map((m) => {
    const text = (at) => valueText(m, valueAt(doc, state, m, cellAt(doc, state, at), Math.max(state.entry, 0)));
    const [rows, columns] = extent(doc, state);
    const axis = (k) => (k < 0 ? null : doc.axes[k]);
    const name = (k, at) => (axis(k) ? axisText(axis(k), axis(k).order[at]) : "");
    const of = m.entry ? `, ${m.entry} ${m.labels[Math.max(state.entry, 0)]}` : "";
    const lines = Array.from({ length: rows }, (_, i) => rows - 1 - i).map((r) => [
      name(state.y, r) || "value",
      ...Array.from({ length: columns }, (_, c) => text([r, c])),
    ]);
    const corner = `${axis(state.y) ? axis(state.y).name : ""} \\ ${axis(state.x) ? axis(state.x).name : ""}`;
    const heads = Array.from({ length: columns }, (_, c) => name(state.x, c));
    return table(`${m.label}${of}; ${describeSeeds(doc, state, m)}`, [corner, ...heads], lines);
  });
}

/** The numbers of one model. */
function modelTables(model) {
  if (!model.W) return [];
  const features = model.b.map((_, i) => `feature ${i}`);
  const numbers = featureNumbers(model.W);
  const names = ["norm", "superposition", "dimensionality"];
  return [
    table("W", ["", ...features], model.W.map((r, k) => [`hidden ${k}`, ...r.map(shown)])),
    table("of each feature", ["", ...features], [
      ["bias b", ...model.b.map(shown)],
      ...names.map((name) => [name, ...numbers.map((f) => shown(f[name]))]),
    ]),
    table("WᵀW", ["", ...features], gram(model.W).map((r, i) => [features[i], ...r.map(shown)])),
  ];
}

/** What each hidden unit reads: never one feature's name, always its blend. */
function neuronTable(W) {
  const most = 6;
  const rows = W.map((weights, k) => {
    const { listed, rest, nRest } = blend(weights, most);
    const terms = listed.map((t) => `${t.weight < 0 ? "−" : "+"} ${shown(Math.abs(t.weight))} · feature ${t.feature}`.replaceAll(" ", "\u00a0"));
    if (nRest) terms.push(`and ${nRest} more with ${shown(100 * rest)} % of the squared weight`);
    return [`hidden ${k}`, terms.join("  ")];
  });
  return table("Weights of each hidden unit", ["unit", "blend"], rows);
}
