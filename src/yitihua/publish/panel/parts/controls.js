// Controls: sliders with locks, named sets, undo, copy.

const KEY_STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 };
const RUN_MS = 900;

// One weight: a slider, the same number to type, a lock.
class Slider {
  constructor(panel, code) {
    this.panel = panel;
    this.code = code;
    const { say } = panel, name = panel.nameOf(code), id = freshId("slider");
    this.range = element("input", {
      type: "range", id, min: 0, max: 1, step: "any", "data-focus": `range-${code}`,
      on: {
        input: () => { panel.weights.begin(); panel.move(code, Number(this.range.value)); },
        change: () => panel.weights.end(),
        keydown: (event) => this.key(event),
      },
    });
    this.number = element("input", {
      type: "number", min: 0, max: 100, step: 0.1, "data-focus": `number-${code}`, "aria-label": say("percent", { name }),
      on: { change: () => this.typed() },
    });
    this.lock = element("button", {
      type: "button", class: "yp-lock", "aria-label": say("lock", { name }), title: say("lock", { name }),
      "data-focus": `lock-${code}`, on: { click: () => panel.lock(code) },
    }, padlock());
    this.was = element("span", { class: "yp-was" });
    this.element = element("div", { class: "yp-slider", "data-code": code },
      element("label", { for: id, title: name }, element("span", { class: "yp-code" }, code), ` ${name === code ? "" : name}`),
      this.was,
      element("span", { class: "yp-track", style: `--was: ${panel.weights.original[code]}` }, this.range),
      element("span", { class: "yp-number" }, this.number, element("span", { "aria-hidden": "true" }, "%")),
      this.lock);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.panel.weights.values[this.code];
    let to = null;
    if (event.key in KEY_STEPS) to = at + KEY_STEPS[event.key] * (event.shiftKey ? 0.001 : 0.01);
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = 1;
    if (to === null) return;
    event.preventDefault();
    this.panel.nudge(this.code, Math.round(to * 1e4) / 1e4);
  }

  typed() {
    const value = this.number.value.trim() === "" ? NaN : Number(this.number.value) / 100;
    this.panel.weights.end();
    this.value = null; // what was typed is overwritten in any case
    if (!this.panel.move(this.code, value)) this.show();
  }

  show() {
    const { weights, say } = this.panel;
    const value = weights.values[this.code], locked = weights.locked.has(this.code), still = !weights.canMove(this.code);
    if (this.range.value !== String(value)) this.range.value = String(value);
    if (value === this.value && locked === this.locked && still === this.still) return;
    Object.assign(this, { value, locked, still });
    const text = percent(value), original = weights.original[this.code];
    put(this.range, "aria-valuetext", text);
    this.range.style.setProperty("--at", String(value));
    this.number.value = (100 * value).toFixed(1);
    put(this.lock, "aria-pressed", String(locked));
    this.range.disabled = this.number.disabled = still;
    write(this.was, Math.abs(value - original) > 5e-4 ? say("was", { value: percent(original) }) : "");
  }
}

// The left side of the panel.
class Controls {
  constructor(panel) {
    this.panel = panel;
    this.sliders = [];
    const { say } = panel;
    this.sets = element("select", { "data-focus": "set", on: { change: () => panel.choose(this.sets.value) } });
    this.undo = this.button("undo", () => panel.undo());
    this.reset = this.button("reset", () => panel.choose(""));
    this.box = element("textarea", { readonly: true, rows: 8, "aria-label": say("tomlBox"), spellcheck: "false", "data-focus": "toml" });
    this.told = element("p", { class: "yp-told" });
    this.toml = element("div", { class: "yp-toml", hidden: true }, this.told, this.box);
    this.element = element("section", { class: "yp-controls", "aria-label": say("weights") },
      element("label", { class: "yp-field" }, element("span", {}, say("set")), this.sets),
      element("div", { class: "yp-buttons" }, this.undo, this.reset, this.button("copy", () => this.copy())),
      this.toml, ...this.groups(), ...this.notes());
    this.options();
  }

  button(key, pressed) {
    return element("button", { type: "button", "data-focus": key, on: { click: pressed } }, this.panel.say(key));
  }

  options() {
    const { say, data } = this.panel, which = this.panel.which;
    const named = data.sets.map((one) => element("option", { value: one.name }, one.words[which]));
    this.own = element("option", { value: "own", disabled: true }, say("setOwn"));
    this.sets.replaceChildren(element("option", { value: "" }, say("setOriginal", { name: data.weight_set[which] })), ...named, this.own);
  }

  group(node, title) {
    const sliders = node.children.map((child) => new Slider(this.panel, this.panel.data.columns[child].code));
    this.sliders.push(...sliders);
    const legend = element("legend", {}, title);
    return { legend, element: element("fieldset", {}, legend, ...sliders.map((one) => one.element)) };
  }

  // First-level sliders, and all others in an expander; nodes with one child have nothing to move.
  groups() {
    const { data, say } = this.panel;
    const moved = [...data.nodes].reverse().filter((node) => node.open && node.children.length > 1);
    const root = data.nodes[data.nodes.length - 1], below = moved.filter((node) => node !== root);
    const found = root.children.length > 1 ? [this.group(root, say("first")).element] : [];
    this.titles = [];
    if (!below.length) return found;
    const count = below.reduce((sum, node) => sum + node.children.length, 0);
    const { weights } = this.panel;
    below.sort((a, b) => weights.depthOf(a.code) - weights.depthOf(b.code) || a.children[0] - b.children[0]);
    const groups = below.map((node) => {
      const made = this.group(node, "");
      this.titles.push({ node, legend: made.legend });
      return made.element;
    });
    this.more = element("details", { class: "yp-more" }, element("summary", { "data-focus": "more" }, say("below", { count })), ...groups);
    this.more.open = this.panel.opened;
    this.more.addEventListener("toggle", () => { this.panel.opened = this.more.open; });
    return [...found, this.more];
  }

  notes() {
    const { data, say, which } = this.panel;
    const held = data.nodes.filter((node) => !node.open).map((node) => say("held", { name: this.panel.nameOf(node.code), method: node.words[which] }));
    const lines = [say("keys"), ...held];
    if (data.sets_left_out.length) lines.push(say("leftOut", { names: data.sets_left_out.join(", ") }));
    return lines.map((line) => element("p", { class: "yp-note" }, line));
  }

  show() {
    const { weights, say } = this.panel;
    for (const slider of this.sliders) slider.show();
    for (const { node, legend } of this.titles) {
      write(legend, say("under", { name: this.panel.titleOf(node.code), share: percent(this.panel.shareOf(node.code)) }));
    }
    const name = weights.setName();
    this.own.disabled = name !== null;
    this.sets.value = name === null ? "own" : name;
    // A button that is disabled loses the focus, so these two only say so.
    put(this.undo, "aria-disabled", String(!weights.history.length));
    put(this.reset, "aria-disabled", String(name === ""));
  }

  // The text is shown too, since a browser may refuse the clipboard.
  async copy() {
    const { panel } = this, { say } = panel;
    const text = panel.toml();
    this.box.value = text;
    this.toml.hidden = false;
    let copied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.box.focus();
      this.box.select();
      copied = document.execCommand("copy");
    }
    const said = copied ? say("copied", { count: Object.keys(panel.weights.values).length }) : say("copyByHand");
    write(this.told, `${said} ${say("tomlHow", { edition: panel.data.edition })}`);
    panel.announce(said);
  }
}
