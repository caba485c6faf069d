// Words of the panel, Chinese and English. Values in braces are filled in.

const WORDS = {
  weights: ["权重", "Weights"],
  set: ["权重方案", "Weight set"],
  setOriginal: ["原权重（{name}）", "Original weights ({name})"],
  setOwn: ["自定权重", "Weights of your own"],
  first: ["一级指标权重", "First-level weights"],
  below: ["各级下属指标权重（{count}个）", "Weights below ({count})"],
  under: ["{name} 之下（占总指数{share}）", "Under {name} ({share} of the index)"],
  held: ["“{name}”由{method}合成，其得分及下级权重保持不变。", "{name} is made by {method}: its scores, and weights below it, are held fixed."],
  leftOut: ["以下权重方案会改变上述得分，未列出：{names}", "Weight sets that would change held scores are not offered: {names}"],
  percent: ["{name} 的权重（百分比）", "Weight of {name} in percent"],
  slider: ["{name} 的权重", "Weight of {name}"],
  lock: ["锁定 {name} 的权重", "Lock the weight of {name}"],
  was: ["原 {value}", "was {value}"],
  undo: ["撤销", "Undo"],
  reset: ["恢复原权重", "Original weights"],
  copy: ["复制为TOML", "Copy as TOML"],
  copied: ["已复制，共{count}个权重。", "Copied: {count} weights."],
  copyByHand: ["浏览器不允许自动复制，请在下框中手动复制。", "The browser does not allow copying: copy from the box below."],
  tomlBox: ["TOML格式的权重", "Weights as TOML"],
  tomlHow: ["保存为FILE.toml后运行：yitihua whatif --edition {edition} --weights FILE.toml", "Save as FILE.toml, then: yitihua whatif --edition {edition} --weights FILE.toml"],
  tomlTitle: ["{title}：试算权重", "{title}: weights tried on the panel"],
  ranking: ["排名", "Ranking"],
  level: ["层级", "Level"],
  search: ["查找单位", "Find a unit"],
  searchHint: ["中文名、英文名或代码", "Chinese or English name, or code"],
  found: ["找到{count}个单位", "{count} units found"],
  none: ["没有符合的单位", "No unit found"],
  rank: ["排名", "Rank"],
  change: ["升降", "Change"],
  unit: ["单位", "Unit"],
  score: ["得分", "Score"],
  points: ["得分变化", "Δ score"],
  band: ["并列带", "Tied with"],
  bandHow: [
    "并列带：按原权重和调查抽样误差（{level}），与该单位无法区分的单位所占的名次；权重改变后不重新计算。",
    "Tied with: ranks of the units that cannot be told apart from this one, by the sampling errors of the surveys ({level}) at the original weights; not computed again when weights change.",
  ],
  noBand: ["本指数没有抽样误差，故不显示并列带。", "This index has no sampling errors, so no tie bands are shown."],
  up: ["上升{places}位", "up {places}"],
  down: ["下降{places}位", "down {places}"],
  same: ["位次不变", "unchanged"],
  unscored: ["不评分", "not scored"],
  gradeFrom: ["原{grade}", "was {grade}"],
  summary: [
    "{level}：{units}个单位中{moved}个位次变动，最多{most}位",
    "{level}: {moved} of {units} units move, by {most} at most",
  ],
  unmoved: ["{level}：{units}个单位，位次与原权重相同", "{level}: {units} units, ranks as with the original weights"],
  gradesMove: ["；等级变动{count}个", "; {count} grades change"],
  said: ["{name} {value}。", "{name} {value}. "],
  moverUp: ["{name}升{places}位至第{rank}名", "{name} up {places} to {rank}"],
  moverDown: ["{name}降{places}位至第{rank}名", "{name} down {places} to {rank}"],
  undone: ["已撤销。", "Undone. "],
  nothing: ["没有可撤销的改动。", "Nothing to undo."],
  takenSet: ["权重方案：{name}。", "Weight set: {name}. "],
  detail: ["{name}：第{rank}名（原第{was}名），得分{score}（原{before}）", "{name}: rank {rank} (was {was}), score {score} (was {before})"],
  detailBand: ["；原权重下与第{from}–{to}名无法区分", "; at the original weights not to be told apart from ranks {from}–{to}"],
  detailInterval: ["，排名区间第{from}–{to}名", ", rank interval {from}–{to}"],
  detailNone: ["{name}：覆盖率不足，不评分", "{name}: not scored for low coverage"],
  language: ["English", "中文"],
  title: ["权重试算", "What if the weights were others"],
  caption: ["{level}排名，{count}个单位；上下方向键选择单位", "Ranking, {level}, {count} units; arrow keys choose a unit"],
  keys: [
    "方向键每次调整1个百分点，按住Shift为0.1，Page Up/Down为5；Ctrl+Z撤销。未锁定的同级权重按比例分担，合计始终为100%。",
    "Arrow keys move by 1 point, with Shift by 0.1, Page Up/Down by 5; Ctrl+Z undoes. Unlocked weights beside it share the rest in proportion, so that all sum to 100%.",
  ],
  whatif: ["试算结果，不是公布结果。", "Tried weights, not a published result."],
};

// Returns say(key, values) for a language.
function speaker(lang) {
  const which = lang === "zh" ? 0 : 1;
  return (key, values = {}) => WORDS[key][which].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

function percent(value, places = 1) {
  return `${(100 * value).toFixed(places)}%`;
}
