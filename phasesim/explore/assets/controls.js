// Lists and boxes by which a reader chooses.

/** A labelled list; `options` are [value, text] or [group, [[value, text], …]]. */
function list(label, options, value, choose) {
  const made = element("label", label);
  const select = element("select", undefined, { name: label });
  const option = ([v, text]) => {
    const o = element("option", text, { value: v });
    o.selected = String(v) === String(value);
    return o;
  };
  for (const [first, second] of options) {
    if (!Array.isArray(second)) {
      select.append(option([first, second]));
      continue;
    }
    const group = element("optgroup", undefined, { label: first });
    group.append(...second.map(option));
    select.append(group);
  }
  select.addEventListener("change", () => choose(select.value));
  made.append(select);
  return made;
}

/** The controls above the map. */
function mapControls(doc, state, update) {
  const map = mapOf(doc, state);
  const groups = new Map();
  for (const m of mapsOf(doc)) groups.set(m.group, [...(groups.get(m.group) || []), [m.key, m.label]]);
  const made = [list("map", [...groups], state.map, (key) => update({ map: key, entry: entryAfter(doc, state, key) }))];
  if (map.labels.length > 1) {
    const entries = map.labels.map((text, i) => [i, text]);
    if (doc.axes.length === 1) entries.unshift([-1, "all"]);
    made.push(list(map.entry, entries, state.entry, (v) => update({ entry: Number(v) })));
  }
  if (!("" in map.reduced)) made.push(seedList(doc, state, map, update));
  if (doc.axes.length > 2) {
    const axes = doc.axes.map((a, i) => [i, a.name]);
    made.push(list("upward", axes, state.y, (v) => update(turned(state, "y", Number(v)))));
    made.push(list("to the right", axes, state.x, (v) => update(turned(state, "x", Number(v)))));
  }
  doc.axes.forEach((axis, i) => {
    if (i === state.x || i === state.y) return;
    const values = axis.labels.map((_, k) => [k, axisText(axis, k)]);
    made.push(list(axis.label, values, state.cell[i], (v) => update({ cell: state.cell.with(i, Number(v)) })));
  });
  if (linesOf(doc, state).length) made.push(theoryBox(state, update));
  fill("controls", made);
}

/** The entry of another map: the same one where it counts the same. */
function entryAfter(doc, state, key) {
  const [old, next] = [mapOf(doc, state), mapsOf(doc).find((m) => m.key === key)];
  return old.entry === next.entry && old.labels.length === next.labels.length ? state.entry : firstEntry(doc, next);
}

function seedList(doc, state, map, update) {
  const reductions = Object.entries(doc.reductions).filter(([r]) => Object.hasOwn(map.reduced, r));
  const singles = map.seeds ? Array.from({ length: doc.n_seeds }, (_, i) => [`seed ${i}`, `seed ${i}`]) : [];
  const options = [["over seeds", reductions]];
  if (singles.length > 1) options.push(["one seed", singles]);
  const reduction = reductionOf(state, map);
  const value = reduction === "seed" ? `seed ${shownSeed(doc, state)}` : reduction;
  return list("seeds", options, value, (v) =>
    update(v.startsWith("seed ") ? { reduce: "seed", seed: Number(v.slice(5)) } : { reduce: v, seed: -1 }),
  );
}

/** Axes after one is put on a side; the other side takes the one it had. */
function turned(state, side, axis) {
  const other = side === "x" ? "y" : "x";
  return axis === state[other] ? { [side]: axis, [other]: state[side] } : { [side]: axis };
}

function theoryBox(state, update) {
  const made = element("label", undefined, { class: "row" });
  const box = element("input", undefined, { type: "checkbox" });
  box.checked = Boolean(state.theory);
  box.addEventListener("change", () => update({ theory: Number(box.checked) }));
  made.append(box, element("span", "boundaries of the theory"));
  return made;
}

/** The controls of one model: the recorded step, and two or three dimensions. */
function modelControls(doc, state, model, update) {
  const made = [];
  const steps = doc.models.steps;
  if (steps && model.W) {
    const at = state.step < 0 ? steps.length : state.step;
    const label = element("label", state.step < 0 ? "weights at the end" : `weights after step ${steps[at]}`);
    const slider = element("input", undefined, { type: "range", min: 0, max: steps.length, step: 1, id: "step" });
    slider.value = at;
    slider.setAttribute("aria-valuetext", label.textContent);
    slider.addEventListener("input", () => update({ step: Number(slider.value) === steps.length ? -1 : Number(slider.value) }));
    label.append(slider);
    made.push(label);
  }
  if (model.W && model.W.length > 2) {
    const views = [[3, "three dimensions"], [2, "two dimensions"]];
    if (hasWebGL()) made.push(list("vectors in", views, state.view, (v) => update({ view: Number(v) })));
    else made.push(element("p", "This browser draws no three dimensions.", { class: "help" }));
  }
  const box = document.getElementById("model-controls");
  const focused = document.activeElement && document.activeElement.id === "step";
  box.replaceChildren(...made);
  if (focused && document.getElementById("step")) document.getElementById("step").focus();
}
