// The panel: one state, shown by controls and ranking; all that changes goes through here.

const SAY_AFTER_MS = 450;

class Panel {
  constructor(place, data, options) {
    this.place = place;
    this.data = data;
    this.options = options;
    this.board = new Board(data);
    this.weights = new Weights(data);
    this.result = this.board.base;
    this.column = new Map(data.columns.map((column, k) => [column.code, k]));
    const sizes = this.board.rows.map((rows) => rows.length);
    this.level = sizes.indexOf(Math.max(...sizes));
    this.sought = "";
    this.matches = null;
    this.selected = -1;
    this.opened = false;
    this.places = data.scale[1] - data.scale[0] > 10 ? Math.min(2, data.decimals) : Math.min(4, data.decimals);
    this.live = element("div", { class: "yp-hidden", role: "status", "aria-live": "polite" });
    this.root = element("div", { class: "yitihua-panel", "data-lm-suppress-shortcuts": "true", on: { keydown: (event) => this.key(event) } });
    place.append(element("style", {}, STYLE), this.root);
    this.speak(options.lang);
  }

  // Words of one language: the page is made again around the same state, focus stays where it was.
  speak(lang) {
    const active = this.focused(), focused = active ? active.dataset.focus : null;
    const scrolled = this.ranking ? this.ranking.frame.scrollTop : 0;
    this.lang = lang === "zh" ? "zh" : "en";
    this.which = this.lang === "zh" ? 0 : 1;
    this.say = speaker(this.lang);
    this.controls = new Controls(this);
    this.ranking = new Ranking(this);
    put(this.root, "lang", this.lang === "zh" ? "zh-CN" : "en");
    this.root.replaceChildren(this.header(), element("div", { class: "yp-columns" }, this.controls.element, this.ranking.element), this.live);
    this.show();
    this.ranking.frame.scrollTop = scrolled;
    this.ranking.rows();
    const back = focused && this.root.querySelector(`[data-focus="${CSS.escape(focused)}"]`);
    if (back) back.focus({ preventScroll: true });
  }

  // What has the focus inside the panel, which may stand in a shadow tree.
  focused() {
    const { activeElement } = this.root.getRootNode();
    return activeElement && this.root.contains(activeElement) ? activeElement : null;
  }

  header() {
    const { data, which, say } = this;
    const other = this.lang === "zh" ? "en" : "zh";
    const language = element("button", {
      type: "button", class: "yp-language", lang: other === "zh" ? "zh-CN" : "en", "data-focus": "language",
      on: { click: () => { this.speak(other); this.options.spoken(other); } },
    }, say("language"));
    const period = data.period && !data.title[which].includes(data.period) ? ` · ${data.period}` : "";
    const notices = data.notices.map((pair) => element("p", {}, pair[which]));
    return element("header", {},
      element("div", { class: "yp-title" }, element("h2", {}, say("title")), language),
      element("p", { class: "yp-index" }, data.title[which] + period),
      element("div", { class: "yp-notice", role: "note" }, ...notices, element("p", {}, say("whatif"))));
  }

  nameOf(code) {
    return this.data.columns[this.column.get(code)].name[this.which] || code;
  }

  titleOf(code) {
    const name = this.nameOf(code);
    return name === code ? code : `${code} ${name}`;
  }

  // Weight of a node in the whole index.
  shareOf(code) {
    const parent = this.weights.parents.get(code);
    return parent ? this.weights.values[code] * this.shareOf(parent.node) : 1;
  }

  shown(score) {
    return score.toFixed(this.places);
  }

  // What a unit is called, for sentences.
  called(unit) {
    return this.data.units.names[this.which][unit];
  }

  isAlike(unit) {
    const { sampling, units } = this.data, band = sampling && this.selected >= 0 ? sampling.bands[this.selected] : null;
    if (!band || units.level[unit] !== units.level[this.selected]) return false;
    const rank = this.board.base.rank[unit];
    return rank >= band[0] && rank <= band[1];
  }

  // Weights changed: scores, ranks and grades follow.
  update(said, tell = true) {
    this.result = this.board.step(this.weights.values);
    this.show();
    this.announceLater(said);
    if (tell) this.options.changed({ ...this.weights.values });
  }

  show() {
    this.controls.show();
    this.ranking.show();
  }

  move(code, value) {
    if (!this.weights.move(code, value)) return false;
    this.update(() => this.say("said", { name: this.nameOf(code), value: percent(this.weights.values[code]) }));
    return true;
  }

  // A key press: those that follow each other at once on one slider are one step back.
  nudge(code, value) {
    if (this.nudged !== code) this.weights.end();
    this.weights.begin();
    this.nudged = code;
    this.move(code, value);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { this.nudged = null; this.weights.end(); }, RUN_MS);
  }

  lock(code) {
    const { locked } = this.weights;
    if (!locked.delete(code)) locked.add(code);
    this.weights.end();
    this.controls.show();
  }

  choose(name) {
    const found = this.data.sets.find((one) => one.name === name);
    const weights = found ? found.weights : this.weights.original;
    const words = found ? found.words[this.which] : this.say("setOriginal", { name: this.data.weight_set[this.which] });
    if (this.weights.take(weights)) this.update(() => this.say("takenSet", { name: words }));
  }

  undo() {
    if (this.weights.undo()) this.update(() => this.say("undone"));
    else this.announce(this.say("nothing"));
  }

  find(text) {
    this.sought = text;
    const wanted = text.trim().toLowerCase(), { names, codes } = this.data.units;
    const holds = (row) => [names[0][row], names[1][row], codes[row]].some((name) => name.toLowerCase().includes(wanted));
    this.matches = wanted === "" ? null : new Set([...codes.keys()].filter(holds));
    this.ranking.frame.scrollTop = 0;
    this.ranking.show();
    const count = this.ranking.order.length;
    if (this.matches !== null) this.announce(count ? this.say("found", { count }) : this.say("none"));
  }

  choosesLevel(level) {
    this.level = level;
    this.selected = -1;
    this.ranking.frame.scrollTop = 0;
    this.ranking.show();
    this.announce(this.summary());
  }

  select(unit, focus = false) {
    this.selected = this.selected === unit && !focus ? -1 : unit;
    this.ranking.show();
    if (this.selected >= 0) this.ranking.reveal(unit, focus);
    this.announce(this.detail());
  }

  // Units of the level in view that changed places, the farthest first.
  movers() {
    const { rank } = this.result, was = this.board.base.rank;
    return [...this.board.rows[this.level]]
      .filter((row) => rank[row] === rank[row] && was[row] === was[row] && rank[row] !== was[row])
      .sort((a, b) => Math.abs(rank[b] - was[b]) - Math.abs(rank[a] - was[a]) || rank[a] - rank[b]);
  }

  summary() {
    const { say, board, result } = this, rows = board.rows[this.level];
    const level = this.data.units.levels[this.level][this.which];
    let graded = 0, moved = 0, most = 0;
    for (const row of rows) {
      const places = Math.abs(result.rank[row] - board.base.rank[row]);
      if (places > 0) moved++;
      if (places > most) most = places;
    }
    result.grades.forEach((grades, k) => { for (const row of rows) if (grades[row] !== board.base.grades[k][row]) graded++; });
    const told = moved ? say("summary", { level, units: rows.length, moved, most }) : say("unmoved", { level, units: rows.length });
    return told + (graded ? say("gradesMove", { count: graded }) : "");
  }

  detail() {
    const unit = this.selected, { say, result, data } = this, { base } = this.board;
    if (unit < 0) return "";
    if (!(result.rank[unit] > 0) || !(base.rank[unit] > 0)) return say("detailNone", { name: this.called(unit) });
    const told = say("detail", {
      name: this.called(unit), rank: result.rank[unit], was: base.rank[unit],
      score: this.shown(result.rounded[unit]), before: this.shown(base.rounded[unit]),
    });
    if (!data.sampling || data.sampling.bands[unit] === null) return told;
    const [from, to] = data.sampling.bands[unit], [low, high] = data.sampling.ranks[unit];
    return told + say("detailBand", { from, to }) + say("detailInterval", { from: low, to: high });
  }

  // Says who moved once the slider rests: a voice cannot follow every step of a drag.
  announceLater(said) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      const { rank } = this.result, was = this.board.base.rank;
      const movers = this.movers().slice(0, 3).map((row) => this.say(rank[row] < was[row] ? "moverUp" : "moverDown", {
        name: this.called(row), places: Math.abs(rank[row] - was[row]), rank: rank[row],
      }));
      const comma = this.lang === "zh" ? "，" : ", ", stop = this.lang === "zh" ? "。" : ". ";
      this.announce([said() + this.summary(), movers.join(comma)].filter(Boolean).join(stop));
    }, SAY_AFTER_MS);
  }

  announce(text) {
    clearTimeout(this.waiting);
    write(this.live, text);
  }

  toml() {
    const title = this.say("tomlTitle", { title: this.data.title[this.which] });
    return this.weights.toml([title, ...this.data.notices.map((pair) => pair[this.which])]);
  }

  // A notebook has shortcuts of its own on plain keys; they are not meant while the panel has the focus.
  key(event) {
    event.stopPropagation();
    const typing = event.target.type === "search" || event.target.tagName === "TEXTAREA";
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && !typing) {
      event.preventDefault();
      this.undo();
    }
  }

  destroy() {
    clearTimeout(this.waiting);
    clearTimeout(this.resting);
    this.place.replaceChildren();
  }
}

// Shows a panel in an element; what it returns drives it from outside.
function mount(place, data, options = {}) {
  const panel = new Panel(place, data, { lang: "en", changed: () => {}, spoken: () => {}, ...options });
  return {
    weights: () => ({ ...panel.weights.values }),
    // Takes weights without telling `changed` of them.
    setWeights: (weights) => { if (panel.weights.take(weights)) panel.update(() => "", false); },
    move: (code, value) => panel.move(code, value),
    undo: () => panel.undo(),
    setLang: (lang) => { if (lang !== panel.lang) panel.speak(lang); },
    result: () => panel.result,
    toml: () => panel.toml(),
    destroy: () => panel.destroy(),
  };
}

// Panels of a page: elements that name the script element with their data.
function mountAll(root) {
  for (const place of root.querySelectorAll("[data-yitihua-panel]")) {
    const data = JSON.parse(root.getElementById(place.dataset.yitihuaPanel).textContent);
    const spoken = (lang) => { root.documentElement.lang = lang === "zh" ? "zh-CN" : "en"; };
    place.yitihuaPanel = mount(place, data, { lang: place.dataset.lang, spoken });
  }
}

// What anywidget calls: the model holds the data, the language and the weights.
function render({ model, el }) {
  let waiting = null;
  const handle = mount(el, JSON.parse(model.get("data")), {
    lang: model.get("lang"),
    changed: (weights) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { model.set("weights", weights); model.save_changes(); }, 60);
    },
    spoken: (lang) => { model.set("lang", lang); model.save_changes(); },
  });
  const taken = () => handle.setWeights(model.get("weights"));
  const spoke = () => handle.setLang(model.get("lang"));
  taken();
  model.on("change:weights", taken);
  model.on("change:lang", spoke);
  return () => {
    clearTimeout(waiting);
    model.off("change:weights", taken);
    model.off("change:lang", spoke);
    handle.destroy();
  };
}
