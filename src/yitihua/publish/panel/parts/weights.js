// Weights: what sliders, locks, named sets and undo do to them. Children of a parent always sum to 1.

const SAME = 1e-12;

class Weights {
  constructor(data) {
    this.data = data;
    this.parents = new Map();
    this.original = {};
    for (const node of data.nodes) {
      const codes = node.children.map((child) => data.columns[child].code);
      codes.forEach((code, k) => {
        this.original[code] = node.weights[k];
        this.parents.set(code, { node: node.code, open: node.open, codes });
      });
    }
    this.values = { ...this.original };
    this.locked = new Set();
    this.history = [];
    this.start = null;
  }

  // A drag, or a run of key presses, is one step back.
  begin() {
    if (this.start !== null) return;
    this.start = { ...this.values };
    this.history.push(this.start);
  }

  end() {
    this.start = null;
  }

  depthOf(code) {
    const parent = this.parents.get(code);
    return parent ? 1 + this.depthOf(parent.node) : 0;
  }

  // The siblings that give way when a weight is moved.
  giving(code) {
    return this.parents.get(code).codes.filter((other) => other !== code && !this.locked.has(other));
  }

  canMove(code) {
    const parent = this.parents.get(code);
    return parent !== undefined && parent.open && !this.locked.has(code) && this.giving(code).length > 0;
  }

  // The most that a weight can be: what locked siblings leave.
  room(code) {
    const held = this.parents.get(code).codes.filter((other) => other !== code && this.locked.has(other));
    return Math.max(0, 1 - held.reduce((sum, other) => sum + this.values[other], 0));
  }

  // Moves one weight; unlocked siblings share the rest in the proportions they had when the move began.
  move(code, value) {
    if (!this.canMove(code) || !Number.isFinite(value)) return false;
    const alone = this.start === null;
    this.begin();
    const others = this.giving(code), room = this.room(code), before = this.start;
    const own = Math.min(Math.max(value, 0), room);
    const total = others.reduce((sum, other) => sum + before[other], 0);
    this.values = { ...this.values, [code]: own };
    for (const other of others) {
      const share = total > 0 ? before[other] / total : 1 / others.length;
      this.values[other] = (room - own) * share;
    }
    if (alone) this.end();
    return true;
  }

  // Takes weights by child; those that are not named stay. False where nothing is new.
  take(weights) {
    const news = Object.keys(weights).filter(
      (code) => code in this.values && Math.abs(weights[code] - this.values[code]) > SAME,
    );
    if (!news.length) return false;
    this.end();
    this.history.push({ ...this.values });
    this.values = { ...this.values };
    for (const code of Object.keys(weights)) if (code in this.values) this.values[code] = weights[code];
    return true;
  }

  undo() {
    this.end();
    let before = this.history.pop();
    while (before && this.same(before, this.values)) before = this.history.pop();
    if (!before) return false;
    this.values = before;
    return true;
  }

  same(one, other) {
    return Object.keys(one).every((code) => Math.abs(one[code] - other[code]) <= SAME);
  }

  // The name of the set in force: "" for the original weights, null for none of them.
  setName() {
    if (this.same(this.original, this.values)) return "";
    const found = this.data.sets.find((one) => this.same(one.weights, this.values));
    return found ? found.name : null;
  }

  // A weight set as an index file has it, every child stated, so that nothing falls back to equal weights.
  toml(comment) {
    const lines = comment.map((line) => `# ${line.replace(/[\u0000-\u001f\u007f]+/g, " ")}`);
    lines.push("[weights.sets.panel.weights]");
    for (const node of [...this.data.nodes].reverse()) {
      for (const child of node.children) {
        const { code } = this.data.columns[child];
        const key = /^[A-Za-z0-9_-]+$/.test(code) ? code : JSON.stringify(code);
        lines.push(`${key} = ${this.values[code]}`);
      }
    }
    return `${lines.join("\n")}\n`;
  }
}
