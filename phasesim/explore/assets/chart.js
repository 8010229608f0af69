// What all charts share: colours of the page, and texts that plotly takes as they are.

const CONFIG = { displayModeBar: false, responsive: true, displaylogo: false, scrollZoom: false };
/** From -1, blue, over white to 1, red. */
const DIVERGING = ["#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7", "#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f"]
  .map((c, i) => [i / 10, c]);

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
