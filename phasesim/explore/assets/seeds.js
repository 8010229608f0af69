// The strip of seeds: one button each, by basin, the best first.

/**
 * Seeds of a cell by basin, both best first, and the untrained ones. Where basins are not known,
 * all trained seeds stand together.
 */
function basinsOf(doc, cell) {
  const seeds = seedsOf(doc, cell);
  const order = Array.from(seeds.loss.keys()).sort((a, b) => seeds.loss[a] - seeds.loss[b]);
  const trained = order.filter((seed) => isTrained(doc, seeds.status[seed]));
  const basins = [];
  for (const seed of trained) {
    const basin = seeds.basin ? Math.max(seeds.basin[seed], 0) : 0;
    basins[basin] = [...(basins[basin] || []), seed];
  }
  const untrained = order.filter((seed) => !trained.includes(seed)).sort((a, b) => a - b);
  return { ...seeds, basins: basins.filter(Boolean), untrained };
}

/** So many basins have a box of their own; the further ones share one. */
const BOXES = 4;

/** Show the strip; `choose` is called with a seed. */
function drawStrip(doc, state, seed, choose) {
  const found = basinsOf(doc, state.cell);
  const hues = ["accent", "second", "third", "soft"];
  const total = doc.n_seeds;
  const button = (s) => {
    const made = element("button", String(s), { type: "button", "aria-pressed": String(s === seed), title: seedText(doc, found, s) });
    made.setAttribute("aria-label", `seed ${s}, ${seedText(doc, found, s)}`);
    made.addEventListener("click", () => choose(s));
    return made;
  };
  const box = (title, seeds, hue) => {
    const made = element("div", undefined, { class: "basin" });
    made.style.borderLeftColor = color(hue);
    const row = element("div");
    row.append(...seeds.map(button));
    made.append(element("p", title), row);
    return made;
  };
  const known = Boolean(doc.basin) && found.basins.length > 1;
  const own = found.basins.length > BOXES + 1 ? BOXES : found.basins.length;
  const groups = found.basins.slice(0, own);
  if (own < found.basins.length) groups.push(found.basins.slice(own).flat());
  const boxes = groups.map((seeds, i) => {
    const number = i < own ? `basin ${i}${i ? "" : ", the best"}` : `${found.basins.length - own} further basins`;
    const name = known ? `${number}: ` : doc.basin ? "one basin: " : "";
    const loss = doc.ranking ? `, loss from ${shown(found.loss[seeds[0]])}` : "";
    return box(`${name}${seeds.length} of ${total} seeds${loss}`, seeds, hues[Math.min(i, 3)]);
  });
  if (found.untrained.length) boxes.push(box(`not trained to the end: ${found.untrained.length} of ${total} seeds`, found.untrained, "line"));
  fill("strip", boxes);
}

/** What is known of a seed, in words. */
function seedText(doc, found, seed) {
  const status = doc.meaning[found.status[seed]][0];
  const basin = found.basins.length > 1 ? found.basins.findIndex((seeds) => seeds.includes(seed)) : -1;
  const words = basin < 0 ? [] : [`basin ${basin}`];
  words.push(status === "ok" && doc.ranking ? `loss ${shown(found.loss[seed])}` : status.replace("_", " "));
  return words.join(", ");
}
