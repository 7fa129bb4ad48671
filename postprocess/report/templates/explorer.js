"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const value = (id) => {
    const field = at(id);
    const number = field ? parseFloat(field.value) : NaN;
    return Number.isFinite(number) && number > 0 ? number : null;
  };
  const three = (x) => String(Number(x.toPrecision(3)));

  // Straight between two points in logarithms, as the command does.
  function between(p, v, i, limit) {
    if (i === 0) return p[0];
    const first = Math.max(v[i - 1], limit * 1e-12), last = Math.max(v[i], limit * 1e-12);
    const share = first !== last ? Math.log(limit / first) / Math.log(last / first) : 1;
    const a = Math.log(p[i - 1]), b = Math.log(p[i]);
    return Math.exp(a + share * (b - a));
  }
  function known(p, row) {
    const keep = row.map((x, i) => (x === null ? -1 : i)).filter((i) => i >= 0);
    return [keep.map((i) => p[i]), keep.map((i) => row[i])];
  }
  function settles(p, row, limit) {
    const [q, v] = known(p, row);
    if (!v.length) return NaN;
    let above = -1;
    v.forEach((x, i) => { if (x > limit) above = i; });
    if (above < 0) return q[0];
    if (above === v.length - 1) return row[row.length - 1] === null ? NaN : Infinity;
    return between(q, v, above + 1, limit);
  }
  function reached(p, row, limit) {
    const [q, v] = known(p, row);
    const i = v.findIndex((x) => x >= limit);
    return i < 0 ? Infinity : between(q, v, i, limit);
  }
  function interpolate(x, xs, ys) {
    if (x <= xs[0]) return ys[0];
    for (let i = 1; i < xs.length; i++) {
      if (x <= xs[i]) return ys[i - 1] + (x - xs[i - 1]) / (xs[i] - xs[i - 1]) * (ys[i] - ys[i - 1]);
    }
    return ys[ys.length - 1];
  }
  // Flaws: probability of an opening pressure, and back; both in logarithms.
  const tiny = 1e-30;
  const rising = data.chances.map((x, i) => i).filter(
    (i) => data.chances[i] > tiny && (i === 0 || data.chances[i] > data.chances[i - 1]));
  const openings = rising.map((i) => Math.log(data.openings[i]));
  const chances = rising.map((i) => Math.log(data.chances[i]));
  const chance = (o) => Math.exp(interpolate(Math.log(o), openings, chances));
  const opening = (c) => Math.exp(interpolate(Math.log(c), chances, openings));

  // A row of a run if every pressure is held for a time: what held runs closed more, and scaling.
  function inTime(row, logs, column) {
    if (column === null) return [data.pressure, row];
    const of = data.closing, factor = of.factor[column];
    const grid = data.pressure.map(Math.log), [logs_, values] = known(grid, row);
    const least = logs_.length ? logs_[0] - 1e-9 : Infinity;
    return [data.pressure, grid.map((now) => {
      const equal = now + Math.log(factor);
      const gain = of.weights[column].reduce((sum, w, run) => sum + w * interpolate(equal, grid, logs[run]), 0);
      const held = equal < least ? null : interpolate(equal, logs_, values) * Math.exp(gain);
      // Less time than the shortest run does not close less than none at all.
      const once = !of.floor || now < least ? null : interpolate(now, logs_, values);
      return held === null ? once : once === null ? held : Math.min(held, once);
    })];
  }
  function lowerEnd(targets, column) {
    let worst = -1, name = "";
    for (let seed = 0; seed < data.void.length; seed++) {
      const ends = [];
      if (targets.closure !== null)
        ends.push(["closure", settles(...inTime(data.void[seed], data.closing.void, column),
          Math.max(100 - targets.closure, 1e-9))]);
      if (targets.resistance !== null)
        ends.push(["resistance", settles(...inTime(data.asr[seed], data.closing.asr, column),
          targets.resistance)]);
      // A run that ended before it got there tells nothing.
      if (!ends.length || ends.some((end) => Number.isNaN(end[1]))) continue;
      const last = ends.reduce((a, b) => (b[1] > a[1] ? b : a));
      if (last[1] > worst) { worst = last[1]; name = last[0]; }
    }
    return [worst < 0 ? null : worst, name];
  }
  function upperEnd(targets, scale, flaws = true) {
    let first = Infinity, name = "";
    for (const mode in data.modes) {
      if (mode === "flaw" && !flaws) continue;
      const limit = data.uses.includes(mode) ? 1 : targets.failure / 100;
      for (let row of data.modes[mode]) {
        if (mode === "flaw" && scale !== 1)
          row = row.map((c) => (c === null || c <= tiny ? c : chance(opening(c) * scale)));
        const end = reached(data.pressure, row, limit);
        if (end < first) { first = end; name = mode; }
      }
    }
    const top = data.pressure[data.pressure.length - 1];
    if (data.press !== null && data.press < top && data.press < first) {
      first = data.press; name = "press";
    }
    return [first, name];
  }
  function headline(low, high) {
    const end = Math.min(high, data.top);
    if (low === null && !Number.isFinite(high))
      return "Whether there is a pressure window is not known: up to " + three(data.top) + " MPa, the "
        + "highest pressure computed, the targets are not met and nothing breaks.";
    if (low === null || !(low < end)) return "There is no pressure window.";
    if (!Number.isFinite(high))
      return "Press at " + three(low) + " MPa or more; nothing breaks up to " + three(end) + " MPa.";
    return "Press between " + three(low) + " and " + three(high) + " MPa.";
  }
  function limitOf(held, rows, column, allowed) {
    return reached(held.pressure, rows.map((row) => row[column]), allowed);
  }
  function duration(s) {
    for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]])
      if (s >= size) return three(s / size) + " " + unit;
    return three(s) + " s";
  }
  const colours = {{ explorer.colours }};
  const named = (name) => data.states.indexOf(name);
  // What becomes of a flaw that needs an opening; as the command has it.
  function flawState(held, i, t, allowed) {
    if (held.short[i][t] >= allowed) return named("short");
    if (held.start[i][t] < allowed) return -1;
    if (held.barrier[i] < allowed) return named("arrested: lateral stress rises");
    if (held.driven[i][t] < allowed) return named("arrested: pressure taken back");
    return named(held.going[i][t] >= allowed ? "flaw starts" : "arrested: metal too slow");
  }

  function draw(held, targets, allowed, column) {
    const canvas = at("map"), pen = canvas.getContext("2d");
    const count = data.times.length, width = canvas.width / held.pressure.length;
    const height = canvas.height / count;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    const other = upperEnd(targets, 1, false)[0], seen = new Set();
    for (let t = 0; t < count; t++) {
      const low = lowerEnd(targets, t)[0];
      const closed = lowerEnd({ closure: targets.closure, resistance: null }, t)[0];
      held.pressure.forEach((p, i) => {
        let state = 0;
        if (closed !== null && p >= closed) state = 1;
        if (low !== null && p >= low) state = 2;
        const flaw = flawState(held, i, t, allowed);
        if (flaw >= 0) state = flaw;
        if (p >= other && state !== named("short")) state = named("breaks otherwise");
        seen.add(state);
        pen.fillStyle = colours[state];
        pen.fillRect(i * width, canvas.height - (t + 1) * height, width + 1, height + 1);
      });
    }
    pen.strokeStyle = "#1d2430"; pen.lineWidth = 2; pen.beginPath();
    const y = canvas.height - (column + 0.5) * height;
    pen.moveTo(0, y); pen.lineTo(canvas.width, y); pen.stroke();
    pen.fillStyle = "#1d2430"; pen.font = "22px sans-serif";
    const logs = held.pressure.map(Math.log), last = logs[logs.length - 1];
    for (const p of [0.1, 0.3, 1, 3, 10, 30, 100, 300]) {
      const x = (Math.log(p) - logs[0]) / (last - logs[0]) * canvas.width;
      if (x > 0 && x < canvas.width - 60) pen.fillText(p, x, canvas.height - 8);
    }
    for (let t = 4; t < count; t += 6) pen.fillText(duration(data.times[t]), 6, canvas.height - t * height);
    at("key").replaceChildren(...data.states.map((name, i) => {
      const one = document.createElement("span"), box = document.createElement("i");
      box.style.background = colours[i];
      one.append(box, name);
      return seen.has(i) ? one : "";
    }));
  }

  function answer() {
    const targets = { closure: value("closure"), resistance: value("resistance"),
                      failure: value("failure") || 1 };
    const scale = Math.sqrt((value("depth") || data.depth) / data.depth)
      * data.toughness / (value("toughness") || data.toughness);
    const [low, why] = lowerEnd(targets, null), [high, breaks] = upperEnd(targets, scale);
    at("range").textContent = headline(low, high);
    at("limits").textContent = (why ? "Below: " + (data.lower_names[why] || "resistance") + ". " : "")
      + (breaks ? "Above: " + data.upper_names[breaks] + "." : "");
    const column = Number(at("time").value), held = data.holdings[at("way").value];
    const allowed = opening(targets.failure / 100) / scale;
    const start = limitOf(held, held.start, column, allowed);
    const short = limitOf(held, held.short, column, allowed);
    const good = lowerEnd(targets, column)[0];
    const end = held.pressure[held.pressure.length - 1];
    at("duration").textContent = duration(data.times[column]);
    at("intime").textContent = "held for " + duration(data.times[column]) + " (" + at("way").value + "), "
      + (good === null || !Number.isFinite(good) ? "the targets are not met"
        : "the targets are met from " + three(good) + " MPa") + "; "
      + (Number.isFinite(start) ? "a flaw starts at " + three(start) + " MPa"
        : "no flaw starts up to " + three(end) + " MPa") + "; "
      + (Number.isFinite(short) ? "it is a short from " + three(short) + " MPa on." : "nothing is shorted.");
    draw(held, targets, allowed, column);
  }
  at("explore").hidden = false;
  document.querySelectorAll("#explore input, #explore select").forEach(
    (field) => field.addEventListener("input", answer));
  answer();
})();
