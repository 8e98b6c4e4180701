// Stands in for the kernel on an exported page: gives each view a model with the values that it had.
const { modules, models } = JSON.parse(document.getElementById("live-views").textContent);

/** What a view asks its model for. Values that are set stay on the page; there is nobody to send anything to. */
class Model {
  #values;
  #listeners = [];
  widget_manager = null;

  constructor(values, buffers) {
    for (const { path, data } of buffers) {
      const holder = path.slice(0, -1).reduce((value, key) => value[key], values);
      holder[path.at(-1)] = new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
    }
    this.#values = values;
  }

  get(name) {
    return this.#values[name];
  }

  set(name, value) {
    const changes = Object.entries(typeof name === "string" ? { [name]: value } : name);
    const changed = changes.filter(([key, now]) => !same(this.#values[key], now));
    for (const [key, now] of changes) this.#values[key] = now;
    for (const [key, now] of changed) this.#tell(`change:${key}`, now);
    if (changed.length) this.#tell("change");
  }

  save_changes() {}

  send() {}

  on(names, callback) {
    for (const name of names.split(" ")) this.#listeners.push({ name, callback });
  }

  off(names, callback) {
    const gone = ({ name, callback: own }) =>
      (!names || names.split(" ").includes(name)) && (!callback || callback === own);
    this.#listeners = this.#listeners.filter((listener) => !gone(listener));
  }

  #tell(event, value) {
    for (const { name, callback } of [...this.#listeners]) if (name === event) callback(this, value);
  }
}

/** Lists are compared entry by entry. Another object is a change: comparing the bytes in it would cost more than that. */
function same(a, b) {
  return Object.is(a, b) || (Array.isArray(a) && Array.isArray(b) && JSON.stringify(a) === JSON.stringify(b));
}

/** The same promise for the same key: each module is loaded, and each model made, once. */
function once(make) {
  const made = new Map();
  return (key) => made.get(key) ?? made.set(key, make(key)).get(key);
}

const signal = new AbortController().signal; // views end with the page
const experimental = { invoke: () => Promise.reject(new Error("this page has no kernel")) };

const definition = once(async (key) => {
  const url = URL.createObjectURL(new Blob([modules[key]], { type: "text/javascript" }));
  const { default: found } = await import(url);
  URL.revokeObjectURL(url);
  return typeof found === "function" ? found() : found;
});

const bound = once(async (id) => {
  const { module, values, buffers } = models[id];
  const model = new Model(values, buffers);
  const view = await definition(module);
  await view.initialize?.({ model, signal, experimental });
  return { model, view };
});

async function show(el) {
  try {
    const { model, view } = await bound(el.dataset.model);
    await view.render({ model, el, signal, experimental });
  } catch (error) {
    console.error(error);
    const note = document.createElement("p");
    note.className = "note";
    note.textContent = `This view could not be drawn: ${error.message}`;
    el.append(note);
  }
}

// Views look here for the theme, as they do in JupyterLab.
const dark = matchMedia("(prefers-color-scheme: dark)");
function theme() {
  const own = document.documentElement.dataset.theme; // a page may have one of its own
  document.body.dataset.jpThemeLight = String(own ? own === "light" : !dark.matches);
}
theme();
dark.addEventListener("change", theme);

// What is wider than the page scrolls, and so must be within reach of the keyboard.
function reach() {
  for (const element of document.querySelectorAll("pre, .output_html, :has(> math[display=block])"))
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
}

await Promise.all([...document.querySelectorAll(".live-view")].map(show));
reach();
addEventListener("resize", reach);
document.documentElement.dataset.views = "drawn";
