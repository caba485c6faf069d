// The comparing page: units are chosen, numbers of compare-data.js are put side by side. All text is set as text.
(function () {
  "use strict";
  var data = window.yitihuaCompare;
  var CODE = 0, ZH = 1, EN = 2, SEARCH = 3, FILE = 4, LEVEL = 5, SCORE = 6, LOW = 7, HIGH = 8, RANK = 9, BEST = 10, WORST = 11, COVERAGE = 12, GRADES = 13;
  var LISTED = 12; // units that a search shows
  var chosen = [], number = window.yitihuaCharts.number;
  var row = Object.create(null), place = [], seen = [];

  data.units.forEach(function (unit, k) {
    row[unit[CODE]] = k;
    seen[unit[LEVEL]] = seen[unit[LEVEL]] || 0;
    place.push(seen[unit[LEVEL]]++);
  });

  function lang() { return document.documentElement.dataset.lang === "en" ? 1 : 0; }
  function both(zh, en) { return [zh, en][lang()]; }
  function name(k) { return data.units[k][lang() ? EN : ZH]; }
  function by(id) { return document.getElementById(id); }
  function linked(file) { return file + (lang() ? "?lang=en" : ""); }

  function make(tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) { if (child !== null) { node.append(child); } });
    return node;
  }

  function link(words, file) { return make("a", { href: linked(file) }, [words]); }

  function quantity(value) {
    return value === null ? "–" : value.toLocaleString("en-US", { maximumFractionDigits: 12 }).replace("-", "−");
  }

  function chance(thousandths) {
    if (thousandths === null || thousandths === undefined) { return "–"; }
    if (thousandths >= 995 && thousandths < 1000) { return ">99%"; }
    if (thousandths > 0 && thousandths < 5) { return "<1%"; }
    return Math.round(thousandths / 10) + "%";
  }

  function span(low, high, digits) {
    return low === null ? "" : low === high ? number(low, digits) : number(low, digits) + "–" + number(high, digits);
  }

  // ---- choosing

  function read() {
    var found = /[?&#]units=([^&#]*)/.exec(window.location.hash) || /[?&]units=([^&#]*)/.exec(window.location.search);
    chosen = [];
    (found ? found[1].split(",") : []).forEach(function (word) {
      var code;
      try { code = decodeURIComponent(word); } catch (error) { code = word; }
      if (code in row && chosen.indexOf(row[code]) < 0 && chosen.length < data.most) { chosen.push(row[code]); }
    });
    if (!found) { chosen = data.units.slice(0, 2).map(function (unit, k) { return k; }); }
  }

  function write() {
    var codes = chosen.map(function (k) { return encodeURIComponent(data.units[k][CODE]); }).join(",");
    try { window.history.replaceState(null, "", "#units=" + codes); } catch (error) { /* the address stays as it was */ }
  }

  function matches() {
    var words = by("find").value.trim().toLowerCase().replace(/\s+/g, ""), found = [];
    for (var k = 0; words && k < data.units.length && found.length < LISTED; k++) {
      if (data.units[k][SEARCH].indexOf(words) >= 0 && chosen.indexOf(k) < 0) { found.push(k); }
    }
    return found;
  }

  function add(k) {
    if (chosen.length < data.most) { chosen.push(k); }
    by("find").value = "";
    by("find").focus();
    changed();
  }

  function changed() { write(); draw(); }

  function list() {
    var found = matches(), full = chosen.length >= data.most;
    by("found").replaceChildren.apply(by("found"), full ? [] : found.map(function (k) {
      var press = make("button", { type: "button" }, ["+ " + name(k)]);
      press.addEventListener("click", function () { add(k); });
      return make("li", {}, [press]);
    }));
    by("found").hidden = full || !found.length;
    by("chosen").replaceChildren.apply(by("chosen"), chosen.map(function (k) {
      var press = make("button", { type: "button", "aria-label": both("移除", "Remove ") + name(k) }, [name(k) + " ×"]);
      press.addEventListener("click", function () {
        chosen.splice(chosen.indexOf(k), 1);
        by("find").focus();
        changed();
      });
      return make("li", {}, [press]);
    }));
    by("chosen").hidden = !chosen.length;
    var asked = by("find").value.trim();
    by("told").textContent = both("已选" + chosen.length + "个，最多" + data.most + "个", chosen.length + " chosen, " + data.most + " at most") +
      (asked && !full ? both("；查到" + found.length + "个", "; " + found.length + " found") : "") +
      (mixed() ? both("；层级不同的单位名次各排各的", "; units of different levels are ranked apart") : "") +
      (chosen.length === 1 ? both("；再选一个即可对比", "; choose one more") : "");
  }

  function mixed() {
    return chosen.some(function (k) { return data.units[k][LEVEL] !== data.units[chosen[0]][LEVEL]; });
  }

  // ---- tables

  function head(first, more) {
    var cells = chosen.map(function (k) {
      var level = data.levels.length > 1 ? data.levels[data.units[k][LEVEL]][lang()] : null;
      return make("th", { scope: "col" }, [link(name(k), data.units[k][FILE]), level ? make("small", { "class": "of" }, [level]) : null]);
    });
    return make("thead", {}, [make("tr", {}, [make("th", { scope: "col" }, [first])].concat(cells, more || []))]);
  }

  function line(title, tell) {
    return make("tr", {}, [make("th", { scope: "row" }, [title])].concat(chosen.map(tell), [make("td")]));
  }

  function small(words) { return words ? make("small", { "class": "of" }, [words]) : null; }

  function whole() {
    var rows = [
      marked(both("综合得分", "score"), data.digits, chosen.map(function (k) { return data.units[k][SCORE]; }), function (k) {
        return span(data.units[k][LOW], data.units[k][HIGH], data.digits);
      }),
      line(both("同级名次", "rank in its level"), function (k) {
        var unit = data.units[k];
        return make("td", {}, [number(unit[RANK], 0), small(span(unit[BEST], unit[WORST], 0))]);
      })
    ];
    data.grades.forEach(function (scheme, g) {
      rows.push(line(scheme.title[lang()], function (k) {
        var grade = data.units[k][GRADES][g];
        return make("td", {}, grade[0] < 0 ? ["–"] : [scheme.names[grade[0]][lang()], small(grade[1] === null ? "" : data.chance[lang()] + both("", " ") + chance(grade[1]))]);
      }));
    });
    rows.push(line(both("有数据的权重占比", "weight with data"), function (k) {
      return make("td", {}, [Math.round(data.units[k][COVERAGE] * 100) + "%"]);
    }));
    return rows;
  }

  // A row of points in which the highest is marked, with what is lacking to the gap in a last cell.
  function marked(title, digits, points, tell) {
    var known = points.filter(function (value) { return value !== null; });
    var most = Math.max.apply(null, known), least = Math.min.apply(null, known);
    var cells = chosen.map(function (k, c) {
      var top = known.length > 1 && points[c] === most && most > least;
      return make("td", top ? { "class": "top-one" } : {}, [
        top ? make("span", { "class": "hidden" }, [both("最高 ", "highest ")]) : null,
        top ? make("span", { "aria-hidden": "true" }, ["▲"]) : null,
        number(points[c], digits), small(tell(k))
      ]);
    });
    var gap = make("td", {}, [known.length > 1 ? number(most - least, digits) : "–"]);
    return make("tr", {}, [make("th", { scope: "row" }, [title])].concat(cells, [gap]));
  }

  function pointsOf(j) { return chosen.map(function (k) { return data.points[k][j]; }); }

  function gapOf(j) {
    var known = pointsOf(j).filter(function (value) { return value !== null; });
    return known.length > 1 ? Math.max.apply(null, known) - Math.min.apply(null, known) : -1;
  }

  function indicator(one, j) {
    var title = make("span", {}, [link(one.name[lang()], one.file)]);
    if (one.lower) { title.append(" ", make("small", {}, [both("越低越好", "lower is better")])); }
    return marked(title, data.pointDigits, pointsOf(j), function (k) {
      var value = one.value === undefined ? null : data.values[k][one.value];
      return value === null ? "" : quantity(value) + " " + one.unit[lang()];
    });
  }

  function bodies() {
    var found = [make("tbody", {}, whole())], rows = data.rows.map(function (one, j) { return [one, j]; });
    if (by("order").value === "gap") {
      rows = rows.filter(function (pair) { return pair[0].value !== undefined; });
      rows.sort(function (a, b) { return gapOf(b[1]) - gapOf(a[1]) || a[1] - b[1]; });
      found.push(make("tbody"));
    }
    rows.forEach(function (pair) {
      var tree = by("order").value === "tree";
      if (tree && pair[0].depth === 1) { found.push(make("tbody")); }
      var made = indicator(pair[0], pair[1]);
      made.className = tree ? "d" + Math.min(pair[0].depth, 3) + (pair[0].value === undefined ? " g" : "") : "";
      found[found.length - 1].append(made);
    });
    return found;
  }

  function ahead() {
    var tables = [], known = data.ahead.some(function (sources) { return sources.length; });
    var count = known ? Math.max.apply(null, data.ahead.map(function (sources) { return sources.length; })) : 0;
    for (var s = 0; s < count; s++) { tables.push(sourceTable(s)); }
    by("pairs").replaceChildren.apply(by("pairs"), tables);
    by("ahead").hidden = !tables.length;
  }

  function sourceTable(s) {
    var title = data.ahead.filter(function (sources) { return sources[s]; })[0][s].name[lang()];
    var body = make("tbody", {}, chosen.map(function (k) {
      var level = data.units[k][LEVEL], source = data.ahead[level][s];
      return make("tr", {}, [make("th", { scope: "row" }, [name(k)])].concat(chosen.map(function (other) {
        var alike = other !== k && source && data.units[other][LEVEL] === level && data.units[k][SCORE] !== null && data.units[other][SCORE] !== null;
        return make("td", {}, [alike ? chance(source.of[place[k]][place[other]]) : "–"]);
      })));
    }));
    var table = make("table", { "class": "plain" }, [
      make("caption", {}, [both("左边的单位领先上面的单位的比例：" + title, "How often the unit of the row is ahead: " + title)]),
      head(both("单位", "unit")), body
    ]);
    return make("div", { "class": "wide", tabindex: "0", role: "region", "aria-label": title }, [table]);
  }

  function chart() {
    var first = data.rows.map(function (one, j) { return j; }).filter(function (j) { return data.rows[j].depth === 1; });
    window.yitihuaCharts.put(by("dots"), {
      names: first.map(function (j) { return data.rows[j].name; }), range: data.range, digits: data.pointDigits,
      units: chosen.map(function (k) {
        return { name: [data.units[k][ZH], data.units[k][EN]], points: first.map(function (j) { return data.points[k][j]; }) };
      })
    });
  }

  function draw() {
    list();
    by("result").hidden = chosen.length < 2;
    if (chosen.length < 2) { return; }
    by("table").replaceChildren(make("table", { "class": "plain side" }, [
      make("caption", { "class": "hidden" }, [both("所选单位逐项对比", "The chosen units side by side")]),
      head(both("项目", "item"), [make("th", { scope: "col" }, [both("相差", "gap")])])
    ].concat(bodies())));
    ahead();
    chart();
  }

  by("chooser").hidden = false;
  by("find").addEventListener("input", list);
  by("chooser").addEventListener("submit", function (event) {
    var found = matches();
    event.preventDefault();
    if (found.length) { add(found[0]); }
  });
  by("chooser").addEventListener("reset", function () {
    chosen = [];
    window.setTimeout(changed, 0);
  });
  by("order").addEventListener("change", draw);
  window.addEventListener("hashchange", function () { read(); draw(); });
  document.addEventListener("yitihua-lang", draw);
  read();
  draw();
}());
