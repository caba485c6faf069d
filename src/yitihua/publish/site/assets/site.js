// Languages and tables: what every page needs. Pages read without it; it only adds.
(function () {
  "use strict";
  var root = document.documentElement;

  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function lang() { return root.dataset.lang; }

  // ---- languages

  function say(node) {
    var names = ["title", "placeholder", "aria-label"];
    if (node.dataset.en !== undefined) {
      if (node.chinese === undefined) { node.chinese = node.textContent; }
      node.textContent = lang() === "en" ? node.dataset.en : node.chinese;
    }
    names.forEach(function (name) {
      var english = node.getAttribute("data-en-" + name);
      if (english === null) { return; }
      node.kept = node.kept || {}; // the Chinese that stood there
      if (!(name in node.kept)) { node.kept[name] = node.getAttribute(name); }
      node.setAttribute(name, lang() === "en" ? english : node.kept[name]);
    });
  }

  function speak(chosen) {
    root.dataset.lang = chosen;
    root.lang = chosen === "zh" ? "zh-CN" : "en";
    each(document.querySelectorAll("[data-en],[data-en-title],[data-en-placeholder],[data-en-aria-label]"), say);
    each(document.querySelectorAll("a[href]"), function (link) {
      var href = link.getAttribute("href");
      if (/^[a-z]+:|^#/i.test(href) || !/\.html([?#]|$)/.test(href)) { return; }
      var parts = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(href);
      link.setAttribute("href", parts[1] + (chosen === "en" ? "?lang=en" : "") + (parts[3] || ""));
    });
    try { window.localStorage.setItem("yitihua-lang", chosen); } catch (error) { /* a page opened as a file may have no store */ }
    document.dispatchEvent(new CustomEvent("yitihua-lang", { detail: chosen }));
  }

  var button = document.getElementById("language");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", function () { speak(lang() === "zh" ? "en" : "zh"); });
  }

  // ---- tables

  var FIRST = 200; // rows that a long table shows at first

  function key(row, column, kind) {
    var cell = row.cells[column];
    var value = cell.dataset.v;
    // A cell that keeps no value is sorted by what it shows.
    if (kind === "n" && value === undefined) { value = cell.textContent.replace(/,/g, "").replace("−", "-").replace("%", "").trim(); }
    if (kind === "n") { return value === "" ? NaN : Number(value); }
    return cell.textContent.trim();
  }

  function Ranking(table) {
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    var form = document.querySelector('form[data-for="' + table.id + '"]');
    var more = document.querySelector('button[data-more="' + table.id + '"]');
    var whole = rows.length <= 2 * FIRST;
    var shown = rows;
    var order = rows;

    function draw() {
      var part = whole ? shown : shown.slice(0, FIRST);
      body.replaceChildren.apply(body, part);
      if (more) {
        more.parentNode.hidden = whole || shown.length <= FIRST;
      }
      if (form) {
        form.querySelector("output").textContent =
          lang() === "zh" ? shown.length + " / " + rows.length + " 个" : shown.length + " of " + rows.length;
      }
    }

    function filter() {
      if (!form) { shown = order; draw(); return; }
      var words = form.querySelector('[data-filter="search"]').value.trim().toLowerCase().replace(/\s+/g, "");
      var picks = [];
      each(form.querySelectorAll("select"), function (select) {
        if (select.value) { picks.push([select.dataset.filter, select.value]); }
      });
      shown = order.filter(function (row) {
        if (words && row.dataset.f.indexOf(words) < 0) { return false; }
        return picks.every(function (pick) {
          if (pick[0] === "group") { return row.dataset.g === pick[1]; }
          return row.dataset.s.split(",")[Number(pick[0].slice(1))] === pick[1];
        });
      });
      draw();
    }

    function sort(head, column) {
      var kind = head.querySelector(".sort").dataset.kind;
      var up = head.getAttribute("aria-sort") === "ascending" ? -1 : head.getAttribute("aria-sort") === "descending" ? 1 : kind === "n" && column > 0 ? -1 : 1;
      var compare = new Intl.Collator(lang() === "zh" ? "zh-CN-u-co-pinyin" : "en", { numeric: true }).compare;
      var keyed = rows.map(function (row, k) { return [key(row, column, kind), k, row]; });
      keyed.sort(function (a, b) {
        if (kind === "n") {
          var gap = isNaN(a[0]) - isNaN(b[0]); // those without a number come last, whichever way
          if (gap || isNaN(a[0])) { return gap || a[1] - b[1]; }
          return up * (a[0] - b[0]) || a[1] - b[1];
        }
        return up * compare(a[0], b[0]) || a[1] - b[1];
      });
      order = keyed.map(function (one) { return one[2]; });
      each(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", up > 0 ? "ascending" : "descending");
      filter();
    }

    each(table.tHead.rows[0].cells, function (head, column) {
      var words = head.querySelector(".sort");
      if (!words) { return; }
      var press = document.createElement("button");
      press.type = "button";
      press.className = words.className;
      press.dataset.kind = words.dataset.kind;
      press.replaceChildren.apply(press, words.childNodes);
      words.replaceWith(press);
      press.addEventListener("click", function () { sort(head, column); });
    });
    if (form) {
      form.hidden = false;
      form.addEventListener("input", filter);
      form.addEventListener("submit", function (event) { event.preventDefault(); });
      form.addEventListener("reset", function () { window.setTimeout(filter, 0); });
    }
    if (more) { more.addEventListener("click", function () { whole = true; draw(); }); }
    window.addEventListener("beforeprint", function () { body.replaceChildren.apply(body, shown); });
    window.addEventListener("afterprint", draw);
    document.addEventListener("yitihua-lang", draw);
    alike(table, rows);
    draw();
  }

  // Rows that cannot be told apart from the one pointed at.
  function alike(table, rows) {
    function span(row) { return row.dataset.t ? row.dataset.t.split("-").map(Number) : null; }
    function mark(event) {
      var row = event.target.closest("tr[data-t]");
      var own = row && span(row);
      rows.forEach(function (other) {
        var its = own && span(other);
        // Groups are runs of neighbours: whoever shares one has a first group no later than the other's last.
        other.classList.toggle("alike", Boolean(its && its[0] <= own[1] && own[0] <= its[1]));
      });
    }
    table.addEventListener("pointerover", mark);
    table.addEventListener("focusin", mark);
    table.addEventListener("pointerleave", function () {
      rows.forEach(function (row) { row.classList.remove("alike"); });
    });
  }

  each(document.querySelectorAll("table.sortable"), Ranking);
  speak(lang());
}());
