// The page: it reads its document, follows clicks and keys, and keeps its address up to date.

/** What changes the map itself, and not only the mark on it. */
const OF_MAP = ["map", "entry", "reduce", "x", "y", "theory"];

function main() {
  const doc = JSON.parse(document.getElementById("data").textContent);
  let state = fromHash(doc, location.hash);
  let written = null;

  function update(patch) {
    show(checked(doc, { ...state, ...patch }), false);
  }

  function show(next, all) {
    const old = state;
    state = next;
    const held = doc.axes.some((_, i) => i !== next.x && i !== next.y && old.cell[i] !== next.cell[i]);
    const seed = next.reduce === "seed" && old.seed !== next.seed;
    if (all || held || seed || OF_MAP.some((key) => old[key] !== next[key])) showMap();
    else markSelection(doc, state);
    showModel();
    written = toHash(doc, state);
    // replaced, so that looking around does not fill the history
    if (hasAddress()) location.replace(`#${written}`);
  }

  function showMap() {
    mapControls(doc, state, update);
    drawMap(doc, state);
    showLegend(doc, state);
    showTable();
  }

  function showTable() {
    const details = document.getElementById("map-values");
    details.lastElementChild.replaceChildren(...(details.open ? mapTable(doc, state) : []));
  }

  function showModel() {
    const seed = shownSeed(doc, state);
    const model = modelAt(doc, state.cell, seed, state.step);
    showHeading(doc, state, seed, model);
    drawStrip(doc, state, seed, (chosen) => update({ seed: chosen }));
    modelControls(doc, state, model, update);
    drawModel(doc, state, model, seed);
    document.getElementById("of-weights").hidden = !model.W;
    fill("neurons", model.W ? [neuronTable(model.W)] : []);
    showModelTables(model);
    document.getElementById("code").textContent = pythonOf(doc, state);
    document.getElementById("copied").textContent = "";
  }

  function showModelTables(model) {
    const details = document.getElementById("model-values");
    details.lastElementChild.replaceChildren(...(details.open ? modelTables(model) : []));
  }

  showAbout(doc);
  show(state, true);
  followMap(doc, () => state, update);
  document.getElementById("map-values").addEventListener("toggle", showTable);
  document.getElementById("model-values").addEventListener("toggle", () =>
    showModelTables(modelAt(doc, state.cell, shownSeed(doc, state), state.step)),
  );
  copies(document.getElementById("copy-code"), () => document.getElementById("code").textContent);
  copies(document.getElementById("copy-link"), () => location.href);
  document.getElementById("copy-link").hidden = !hasAddress();
  addEventListener("hashchange", () => {
    if (location.hash.replace(/^#/, "") !== written) show(fromHash(doc, location.hash), true);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(state, true));
}

/** Whether the page has an address of its own: shown inside a notebook it has none. */
function hasAddress() {
  return location.protocol !== "about:";
}

/** Clicks on the map and keys over it. */
function followMap(doc, current, update) {
  const box = document.getElementById("map");
  if (box.on) {
    box.on("plotly_click", ({ points: [point] }) => {
      const at = point.pointNumber;
      update({ cell: cellAt(doc, current(), Array.isArray(at) ? at : [0, at]) });
    });
  }
  const far = Infinity;
  const steps = {
    ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
    PageUp: [far, 0], PageDown: [-far, 0], End: [0, far], Home: [0, -far],
  };
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const state = current();
    if (Object.hasOwn(steps, event.key)) update({ cell: moved(doc, state, ...steps[event.key]) });
    else if (event.key === "]" || event.key === "[") {
      const by = event.key === "]" ? 1 : doc.n_seeds - 1;
      update({ seed: (shownSeed(doc, state) + by) % doc.n_seeds });
    } else return;
    event.preventDefault();
  });
}

/** Name, summary, and what is missing. */
function showAbout(doc) {
  document.getElementById("name").textContent = doc.name;
  document.getElementById("summary").textContent = doc.summary;
  const notes = doc.left_out.map((text) => element("li", text));
  if (doc.running) notes.unshift(element("li", `Not complete: ${doc.running}`));
  if (doc.smaller.length) {
    const parts = element("ul");
    parts.append(...doc.smaller.map((text) => element("li", text)));
    notes.push(element("li", `Made smaller to fit ${doc.max_mb} MB:`));
    notes[notes.length - 1].append(parts);
  }
  fill("notes", notes);
  document.getElementById("same").textContent = doc.same.length ? `Not mapped, the same everywhere: ${doc.same.join("; ")}.` : "";
  const from = doc.file ? ` from ${doc.file}` : "";
  document.getElementById("made").textContent = `Made by ${doc.made}${from}.`;
}

/** Which model is shown, and what became of it. */
function showHeading(doc, state, seed, model) {
  const seeds = seedsOf(doc, state.cell);
  const where = cellText(doc, state.cell);
  const chosen = state.seed < 0 && doc.ranking && isTrained(doc, seeds.status[seed]);
  const best = chosen ? `, the best by ${doc.ranking} loss` : "";
  document.getElementById("model-title").textContent = `${where ? `${where}: ` : ""}seed ${seed}${best}`;
  const words = [doc.meaning[seeds.status[seed]][1]];
  if (doc.ranking && isTrained(doc, seeds.status[seed])) words.push(`${doc.ranking} loss ${shown(seeds.loss[seed])}`);
  if (seeds.moving[seed]) words.push("undertrained: training ended before the models settled");
  const told = words.join("; ");
  document.getElementById("model-status").textContent = model.missing ? `${told}. ${model.missing}` : told;
}

/** What colours, lines and marks of the map mean. */
function showLegend(doc, state) {
  const map = mapOf(doc, state);
  const items = [];
  if (map.norm) items.push(paletteLegend(doc), element("span", "norm ↑, superposition →, both clipped at 1: grey is ignored, blue alone, orange shared"));
  const made = describeSeeds(doc, state, map);
  if (made) items.push(element("span", made));
  for (const [mark, cells] of Object.entries(state.x < 0 ? {} : markedCells(doc, state))) {
    const label = mark === "weights" && state.y < 0 ? "● with weights on this page" : MARKS[mark].label;
    if (cells.length) items.push(element("span", `${label}: ${cells.length} cell${cells.length > 1 ? "s" : ""}`));
  }
  const absent = cellsOf(doc, state).filter((cell) => isAbsent(doc, map, cell, state.entry)).length;
  if (absent) items.push(element("span", `blank: ${map.entry} absent: ${absent} cell${absent > 1 ? "s" : ""}`));
  if (map.blank) items.push(element("span", `blank: ${map.blank}`));
  if (state.theory) {
    for (const [name] of linesOf(doc, state)) items.push(element("span", `${LINES[name] === "dash" ? "╌╌" : "──"} ${name}`));
  }
  fill("legend", items);
  const last = map.entry !== "feature" || state.entry === map.labels.length - 1;
  document.getElementById("theory-note").textContent =
    state.theory && linesOf(doc, state).length && !last ? "The boundaries are of the last feature." : "";
}

function paletteLegend(doc) {
  const side = doc.palette.length;
  const made = element("canvas", undefined, { width: side, height: side, role: "img", "aria-label": "colours: norm upward from 0 to 1, superposition to the right from 0 to 1" });
  const pen = made.getContext("2d");
  doc.palette.forEach((line, i) =>
    line.forEach((c, j) => {
      pen.fillStyle = c;
      pen.fillRect(j, side - 1 - i, 1, 1);
    }),
  );
  return made;
}

/** A button that copies a text, or selects it where the browser does not let it. */
function copies(button, text) {
  button.addEventListener("click", async () => {
    const said = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(document.getElementById("code"));
      said.textContent = button.id === "copy-code" ? "Selected: copy it with the keyboard." : text();
    }
  });
}
