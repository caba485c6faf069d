// Arithmetic: what `yitihua.apply` does with points and weights, on typed arrays. Nothing here knows the page.

const FORMAT = 1;
const NOISE_DECIMALS = 12;

function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

// Splits a base64 text of columns into one array a column.
function columnsOf(text, Kind, units) {
  const all = new Kind(bytesOf(text).buffer);
  const found = [];
  for (let start = 0; start < all.length; start += units) found.push(all.subarray(start, start + units));
  return found;
}

// Rounds as `yitihua.index.grade.rounded` does: what is noise of a sum's order goes first.
function roundedTo(value, decimals) {
  return numpyRound(decimals < NOISE_DECIMALS ? numpyRound(value, NOISE_DECIMALS) : value, decimals);
}

// Rounds as numpy does: to the nearest even number at a half, of the number times a power of ten.
function numpyRound(value, decimals) {
  const power = 10 ** Math.abs(decimals);
  const scaled = decimals < 0 ? value / power : value * power;
  const below = Math.floor(scaled);
  const rest = scaled - below;
  let whole = rest < 0.5 ? below : below + 1;
  if (rest === 0.5) whole = below % 2 === 0 ? below : below + 1;
  return decimals < 0 ? whole * power : whole / power;
}

// Ranks from the best (1) of scores already rounded, and rows from the best; ties share the best rank, NaN has none.
// Scores are sorted as bare numbers, which costs a fraction of a sort of rows by a comparison.
function ranksOf(rounded, rows, ranks) {
  const sorted = Float64Array.from(rows, (row) => -rounded[row]).sort(); // NaN comes last
  let scored = sorted.length;
  while (scored > 0 && Number.isNaN(sorted[scored - 1])) scored--;
  const order = new Int32Array(rows.length), taken = new Int32Array(rows.length);
  let last = scored;
  for (const row of rows) {
    const score = -rounded[row];
    if (Number.isNaN(score)) {
      ranks[row] = NaN;
      order[last++] = row;
      continue;
    }
    let low = 0, high = scored;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < score) low = middle + 1;
      else high = middle;
    }
    ranks[row] = low + 1;
    order[low + taken[low]++] = row;
  }
  return order;
}

// The grade of a rounded score, 0 the lowest; a score on a cut goes up; -1 without a score or without grades.
function gradeOf(score, cuts) {
  if (score !== score || cuts === null) return -1;
  let grade = 0;
  while (grade < cuts.length && cuts[grade] <= score) grade++;
  return grade;
}

// How the points of children enter the sum of a mean, and how the sum becomes the mean.
function meanOf(node) {
  const floor = node.floor;
  let power = 1;
  if (node.method === "geometric") power = 0;
  else if (node.method === "harmonic") power = -1;
  else if (node.method === "generalised") power = node.exponent;
  else return { into: null, back: null };
  if (power === 0) return { into: (x) => Math.log(Math.max(x, floor)), back: Math.exp };
  if (power === 1) return { into: (x) => Math.max(x, floor), back: null };
  return { into: (x) => Math.max(x, floor) ** power, back: (x) => x ** (1 / power) };
}

// A board: published points, and the points under the weights in force.
class Board {
  constructor(data) {
    if (data.format !== FORMAT) throw new Error(`yitihua panel: data of format ${data.format}, not ${FORMAT}`);
    this.data = data;
    this.units = data.units.codes.length;
    this.published = columnsOf(data.points, Float64Array, this.units);
    this.uncounted = data.uncounted ? columnsOf(data.uncounted, Uint8Array, this.units) : null;
    this.points = [...this.published];
    this.stamps = new Array(this.points.length).fill(0);
    this.clock = 0;
    this.rows = data.units.levels.map((_, level) => {
      const own = [];
      data.units.level.forEach((one, row) => { if (one === level) own.push(row); });
      return Int32Array.from(own);
    });
    this.nodes = data.nodes.map((node) => ({
      ...node,
      used: node.weights,
      mean: meanOf(node),
      buffer: node.open ? new Float64Array(this.units) : null,
      sums: new Map(),
    }));
    this.kept = new Float64Array(this.units);
    this.share = new Float64Array(this.units);
    this.base = this.result();
  }

  // Scores under weights by child; nodes that nothing changed are not computed again.
  step(weights) {
    const { columns } = this.data;
    for (const node of this.nodes) {
      if (!node.open) continue;
      const stated = node.children.map((child) => weights[columns[child].code]);
      const below = node.children.some((child) => this.stamps[child] > this.stamps[node.column]);
      if (!below && stated.every((weight, k) => weight === node.used[k])) continue;
      node.used = stated;
      const original = stated.every((weight, k) => weight === node.weights[k])
        && node.children.every((child) => this.points[child] === this.published[child]);
      if (original) this.points[node.column] = this.published[node.column];
      else this.points[node.column] = this.combine(node, stated);
      this.stamps[node.column] = ++this.clock;
    }
    return this.result();
  }

  // A child's points as they enter the sum, kept until they change.
  entering(node, child) {
    if (node.mean.into === null) return this.points[child];
    const known = node.sums.get(child);
    if (known && known.stamp === this.stamps[child]) return known.values;
    const values = known ? known.values : new Float64Array(this.units);
    const points = this.points[child];
    for (let i = 0; i < this.units; i++) values[i] = node.mean.into(points[i]);
    node.sums.set(child, { values, stamp: this.stamps[child] });
    return values;
  }

  combine(node, stated) {
    const { units, kept, share } = this;
    const total = stated.reduce((sum, weight) => sum + weight, 0);
    const out = node.buffer.fill(0);
    kept.fill(0);
    share.fill(0);
    node.children.forEach((child, k) => {
      const weight = stated[k] / total;
      if (weight === 0) return;
      const x = this.entering(node, child);
      for (let i = 0; i < units; i++) {
        if (x[i] === x[i]) {
          out[i] += weight * x[i];
          kept[i] += weight;
        }
      }
      if (this.uncounted !== null) this.observe(child, weight);
    });
    const back = node.mean.back;
    for (let i = 0; i < units; i++) {
      // A missing child leaves its weight to the others; a unit with none of them is NaN.
      const mean = kept[i] > 0 ? out[i] / kept[i] : NaN;
      out[i] = back === null ? mean : back(mean);
      if (this.uncounted !== null && share[i] < node.coverage - 1e-9) out[i] = NaN;
    }
    return out;
  }

  // Adds the weight of a child to the units where it counts as observed.
  observe(child, weight) {
    const { units, share } = this;
    const gone = child < this.data.indicators ? this.uncounted[child] : null;
    const points = this.points[child];
    for (let i = 0; i < units; i++) {
      if (gone !== null ? gone[i] === 0 : Number.isFinite(points[i])) share[i] += weight;
    }
  }

  // Scores, and ranks and grades taken on rounded scores within each level.
  result() {
    const { data, units } = this;
    const score = this.points[this.points.length - 1];
    const rounded = new Float64Array(units);
    for (let i = 0; i < units; i++) rounded[i] = roundedTo(score[i], data.decimals);
    const rank = new Float64Array(units).fill(NaN);
    const orders = this.rows.map((rows) => ranksOf(rounded, rows, rank));
    const grades = data.grades.map((scheme) => {
      const found = new Int32Array(units);
      for (let i = 0; i < units; i++) found[i] = gradeOf(rounded[i], scheme.cuts[data.units.level[i]]);
      return found;
    });
    return { score, rounded, rank, orders, grades };
  }
}
