// What all charts share: colours of the page, and texts that plotly takes as they are.

const CONFIG = { displayModeBar: false, responsive: true, displaylogo: false, scrollZoom: false };
/** From -1, blue, over white to 1, red. */
const DIVERGING = ["#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7", "#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f"]
  .map((c, i) => [i / 10, c]);

/** Plotly's scale of the same name, dark blue to yellow, of which whole numbers take single colours. */
const CIVIDIS = ["#00204c", "#002a66", "#00346e", "#273f6c", "#3c4a6b", "#4c556b", "#5b5f6d", "#686a70", "#757575", "#838178", "#928c78", "#a19876", "#b0a572", "#c0b16d", "#d1bf66", "#e1cc5c", "#f3db4f", "#ffe945"];
/** Longer texts do not fit beside a colour bar. */
const BESIDE = 54;

/** A colour bar with its title beside it. */
function colorBar(title, more) {
  const text = plain(title.length > BESIDE ? `${title.slice(0, BESIDE - 1)}…` : title);
  // a space between the numbers and the title
  return { thickness: 12, outlinewidth: 0, len: 0.9, ticksuffix: "\u00a0", title: { text, side: "right" }, ...more };
}

/** The smallest and the largest of some numbers, without those that are null or NaN. */
function bounds(values) {
  return values.reduce(([low, high], v) => (v === null || Number.isNaN(v) ? [low, high] : [Math.min(low, v), Math.max(high, v)]), [Infinity, -Infinity]);
}

/**
 * Values to write along a logarithmic scale: at least two of any range, and three wherever a
 * decade or equal steps have as many.
 */
function logTicks(low, high) {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => first + i);
  for (const heads of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const ticks = decades.flatMap((d) => heads.map((h) => Number(`${h}e${d}`))).filter((t) => t >= low && t <= high);
    if (ticks.length >= 3) return ticks;
  }
  const wanted = (high - low) / 3;
  const unit = 10 ** Math.floor(Math.log10(wanted));
  const step = unit * [5, 2, 1].find((h) => h * unit <= wanted);
  const start = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - start + 1 }, (_, i) => Number(((start + i) * step).toPrecision(12)));
}

/** A colour of the page's style sheet. */
function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Text that plotly shows as it is: it reads a little HTML otherwise. */
function plain(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Settings of an axis that is not zoomed, in the page's colours; its texts fit a fixed margin. */
function axisLook(more) {
  const line = color("line");
  return { fixedrange: true, gridcolor: line, linecolor: line, zerolinecolor: line, ...more };
}

/** Settings of a whole chart. */
function layoutLook(more) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: color("ink"), size: 11, family: "system-ui, sans-serif" },
    margin: { l: 46, r: 8, t: 8, b: 36 },
    showlegend: false,
    dragmode: false,
    hovermode: "closest",
    hoverlabel: { align: "left" },
    ...more,
  };
}

/** Draw into an element, or change what is drawn there. */
function draw(id, traces, layout) {
  return Plotly.react(id, traces, layoutLook(layout), CONFIG);
}

/** An element with a text and attributes; everything shown passes through textContent. */
function element(tag, text, attributes) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  return made;
}

/** Put elements in the place of what an element holds. */
function fill(id, children) {
  document.getElementById(id).replaceChildren(...children);
}
