// The ranking: only rows in sight are in the page, so that a step costs the same for any number of units.

const ROW_HEIGHT = 34;
const OVERSCAN = 3;

// About how wide a text is, in pixels: columns have fixed widths, so that a step does not measure every cell anew.
function widthOf(text) {
  return [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e80 ? 13 : 7), 0);
}

class Ranking {
  constructor(panel) {
    this.panel = panel;
    this.order = [];
    this.pool = [];
    this.first = -1;
    const { say, data } = panel;
    this.search = element("input", {
      type: "search", placeholder: say("searchHint"), "data-focus": "search", autocomplete: "off",
      on: { input: () => panel.find(this.search.value) },
    });
    this.search.value = panel.sought;
    this.levels = element("select", { "data-focus": "level", on: { change: () => panel.choosesLevel(Number(this.levels.value)) } },
      ...data.units.levels.map((words, level) => element("option", { value: level }, words[panel.which])));
    this.levels.value = String(panel.level);
    const many = data.units.levels.length > 1;
    this.summary = element("p", { class: "yp-summary" });
    this.detail = element("p", { class: "yp-detail" });
    this.caption = element("caption", { class: "yp-hidden" });
    this.before = element("tr", { "aria-hidden": "true", class: "yp-space" });
    this.after = element("tr", { "aria-hidden": "true", class: "yp-space" });
    this.body = element("tbody", {}, this.before, this.after);
    this.table = element("table");
    this.table.append(this.caption, element("thead", {}, this.head()), this.body);
    this.frame = element("div", {
      class: "yp-frame", role: "region", tabindex: 0, "aria-label": say("ranking"), "data-focus": "frame",
      on: { scroll: () => this.rows(), keydown: (event) => this.key(event) },
    }, this.table);
    const band = data.sampling ? say("bandHow", { level: percent(data.sampling.level, 0) }) : say("noBand");
    this.element = element("section", { class: "yp-ranking", "aria-label": say("ranking") },
      element("div", { class: "yp-bar" },
        element("label", { class: "yp-field" }, element("span", {}, say("search")), this.search),
        element("label", { class: "yp-field", hidden: !many }, element("span", {}, say("level")), this.levels)),
      this.summary, this.frame, this.detail, element("p", { class: "yp-note" }, band));
  }

  head() {
    const { say, data, which } = this.panel;
    const heads = [["rank", "yp-num"], ["change", "yp-move"], ["unit", "yp-unit"], ["score", "yp-num"], ["points", "yp-num yp-wide"]]
      .map(([key, kind]) => element("th", { scope: "col", class: kind, "aria-sort": key === "rank" ? "ascending" : null }, say(key)));
    let grades = 0;
    for (const scheme of data.grades) {
      const words = [...scheme.title[which].split(" "), ...scheme.names.map((name) => say("gradeFrom", { grade: name[which] }))];
      const wide = Math.round(Math.max(...words.map(widthOf))) + 18;
      grades += wide;
      heads.push(element("th", { scope: "col", class: "yp-grade", style: `width: ${wide}px` }, scheme.title[which]));
    }
    this.table.style.setProperty("--grades", `${grades}px`);
    this.table.style.setProperty("--names", which === 0 ? "84px" : "116px");
    this.table.style.setProperty("--bands", data.sampling ? "64px" : "0px");
    if (data.sampling) heads.push(element("th", { scope: "col", class: "yp-num yp-band" }, say("band")));
    return element("tr", { "aria-rowindex": 1 }, ...heads);
  }

  // A row of the page, to be filled with one unit after another.
  row() {
    const { data } = this.panel;
    const made = { rank: element("td", { class: "yp-num" }), unit: -1 };
    made.arrow = element("span", { "aria-hidden": "true" });
    made.words = element("span", { class: "yp-hidden" });
    made.change = element("td", { class: "yp-move" }, made.arrow, made.words);
    made.name = element("button", { type: "button", class: "yp-name", on: { click: () => this.panel.select(made.unit) } });
    made.score = element("td", { class: "yp-num" });
    made.points = element("td", { class: "yp-num yp-wide" });
    made.grades = data.grades.map(() => {
      const label = element("span", { class: "yp-label" }), was = element("span", { class: "yp-from" });
      return { label, was, cell: element("td", { class: "yp-grade" }, label, was) };
    });
    made.band = element("td", { class: "yp-num yp-band" });
    made.element = element("tr", {}, made.rank, made.change, element("th", { scope: "row", class: "yp-unit" }, made.name),
      made.score, made.points, ...made.grades.map((one) => one.cell), ...(data.sampling ? [made.band] : []));
    return made;
  }

  show() {
    const { panel } = this, { say } = panel;
    const all = panel.result.orders[panel.level];
    this.order = panel.matches === null ? all : all.filter((row) => panel.matches.has(row));
    put(this.table, "aria-rowcount", String(this.order.length + 1));
    write(this.caption, say("caption", { level: panel.data.units.levels[panel.level][panel.which], count: all.length }));
    const found = panel.matches === null ? "" : ` · ${this.order.length ? say("found", { count: this.order.length }) : say("none")}`;
    write(this.summary, panel.summary() + found);
    write(this.detail, panel.detail());
    const unit = this.focusedUnit();
    this.first = -1;
    this.rows();
    if (unit >= 0) this.reveal(unit, true);
  }

  // The unit whose name has the focus, -1 for none.
  focusedUnit() {
    const active = this.panel.focused(), held = active && this.pool.find((made) => made.name === active);
    return held ? held.unit : -1;
  }

  // Puts the units in sight into the rows of the page.
  rows() {
    const { frame, pool, order } = this;
    const seen = Math.ceil((frame.clientHeight || 600) / ROW_HEIGHT) + 2 * OVERSCAN;
    const most = Math.max(0, order.length - seen);
    const first = Math.min(most, Math.max(0, Math.floor(frame.scrollTop / ROW_HEIGHT) - OVERSCAN));
    if (first === this.first) return;
    this.first = first;
    const focused = this.focusedUnit();
    const count = Math.min(seen, order.length - first);
    while (pool.length < count) {
      const made = this.row();
      pool.push(made);
      this.body.insertBefore(made.element, this.after);
    }
    this.before.style.height = `${first * ROW_HEIGHT}px`;
    this.after.style.height = `${(order.length - first - count) * ROW_HEIGHT}px`;
    pool.forEach((made, k) => {
      made.element.hidden = k >= count;
      if (k < count) this.fill(made, order[first + k], first + k);
    });
    // Rows are used again for other units: the focus stays with its unit, or goes to the frame when that is out of sight.
    if (focused < 0 || this.focusedUnit() === focused) return;
    const made = pool.find((one) => one.unit === focused && !one.element.hidden);
    (made ? made.name : frame).focus({ preventScroll: true });
  }

  fill(made, unit, place) {
    const { panel } = this, { data, result, say, which } = panel, base = panel.board.base;
    const rank = result.rank[unit], was = base.rank[unit], scored = rank === rank;
    const gained = scored && was === was ? was - rank : 0;
    made.unit = unit;
    put(made.element, "aria-rowindex", String(place + 2));
    write(made.rank, scored ? String(rank) : "–");
    write(made.arrow, gained > 0 ? `▲${gained}` : gained < 0 ? `▼${-gained}` : "·");
    write(made.words, !scored ? say("unscored") : gained > 0 ? say("up", { places: gained }) : gained < 0 ? say("down", { places: -gained }) : say("same"));
    put(made.change, "class", `yp-move ${gained > 0 ? "yp-up" : gained < 0 ? "yp-down" : ""}`);
    write(made.name, data.units.names[which][unit]);
    put(made.name, "title", `${data.units.names[1 - which][unit]} ${data.units.codes[unit]}`);
    const chosen = unit === panel.selected;
    put(made.name, "aria-pressed", String(chosen));
    put(made.name, "tabindex", chosen || (panel.selected < 0 && place === 0) ? "0" : "-1");
    put(made.element, "class", `${chosen ? "yp-chosen" : ""} ${panel.isAlike(unit) ? "yp-alike" : ""}`);
    write(made.score, scored ? panel.shown(result.rounded[unit]) : "–");
    const moved = result.rounded[unit] - base.rounded[unit];
    write(made.points, scored && Math.abs(moved) > 0 ? `${moved > 0 ? "+" : "−"}${panel.shown(Math.abs(moved))}` : "");
    this.fillGrades(made, unit);
    if (data.sampling) {
      const band = data.sampling.bands[unit];
      write(made.band, band === null ? "" : band[0] === band[1] ? "–" : `${band[0]}–${band[1]}`);
    }
  }

  fillGrades(made, unit) {
    const { data, result, say, which } = this.panel, base = this.panel.board.base;
    data.grades.forEach((scheme, k) => {
      const now = result.grades[k][unit], was = base.grades[k][unit], { label, was: from, cell } = made.grades[k];
      write(label, now < 0 ? "" : scheme.names[now][which]);
      write(from, now === was || was < 0 ? "" : say("gradeFrom", { grade: scheme.names[was][which] }));
      put(cell, "class", `yp-grade ${now > was ? "yp-up" : now < was ? "yp-down" : ""}`);
    });
  }

  // Arrow keys go from unit to unit; focus goes along where it was on a unit.
  key(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey || !this.order.length) return;
    event.preventDefault();
    const at = this.order.indexOf(this.panel.selected);
    const next = at < 0 ? 0 : Math.min(Math.max(at + way, 0), this.order.length - 1);
    this.panel.select(this.order[next], true);
  }

  // Brings a unit into sight, with the focus if it is asked for.
  reveal(unit, focus) {
    const at = Array.prototype.indexOf.call(this.order, unit);
    if (at < 0) return;
    const top = at * ROW_HEIGHT, { frame } = this, inside = frame.clientHeight - 2 * ROW_HEIGHT;
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (top > frame.scrollTop + inside) frame.scrollTop = top - inside;
    this.rows();
    const made = this.pool.find((one) => one.unit === unit && !one.element.hidden);
    if (focus && made) made.name.focus({ preventScroll: true });
  }
}
