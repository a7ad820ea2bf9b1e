// The two languages, and numbers as each writes them.
let language = "en";
let words = {};
let states = {};
const spoken = []; // what to do anew when the language changes
const inLanguage = (pair) => pair[language === "zh" ? 1 : 0];
const say = (key, values = {}) =>
  inLanguage(words[key]).replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
const sayState = (state) => inLanguage(states[state]);
const count = (number) => number.toLocaleString(language === "zh" ? "zh-CN" : "en");

function money(micro, currency) {
  const text = (micro / 1e6).toFixed(6).replace(/0{1,4}$/, "");
  return currency === "CNY" ? "¥" + text : `${text} ${currency}`;
}
function duration(seconds) {
  const units = language === "zh" ? ["秒", "分", "小时"] : ["s", "min", "h"];
  if (seconds < 9.95) return `${seconds.toFixed(1)} ${units[0]}`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} ${units[0]}`;
  if (whole < 3600) return `${Math.floor(whole / 60)} ${units[1]} ${whole % 60} ${units[0]}`;
  return `${Math.floor(whole / 3600)} ${units[2]} ${Math.floor((whole % 3600) / 60)} ${units[1]}`;
}

// Storage may be refused to a file opened from disk: then a choice lasts as long as the page.
function remembered(key) {
  try {
    return localStorage.getItem("wanflow-" + key);
  } catch {
    return null;
  }
}
function remember(key, value) {
  try {
    localStorage.setItem("wanflow-" + key, value);
  } catch {
    // A convenience only.
  }
}
function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  for (const element of all("[data-en]")) element.textContent = element.dataset[chosen];
  for (const element of all("[data-said]")) {
    for (const name of element.dataset.said.split(" ")) {
      element.setAttribute(name, element.getAttribute(`data-${name}-${chosen}`));
    }
  }
  for (const change of spoken) change();
}
function announce(text) {
  byId("live").textContent = text;
}
