// What pages get besides when scripts run. Everything works without.
"use strict";

// `/` goes to the search, `j` and `k` walk along the rows of a list, Enter opens.
(function keyboard() {
  const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("a[href]"));
  const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-search], main input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
      return;
    }
    if (event.key !== "j" && event.key !== "k") return;
    const list = rows();
    if (list.length === 0) return;
    const here = list.findIndex((row) => row.contains(document.activeElement));
    const next = event.key === "j" ? Math.min(here + 1, list.length - 1) : Math.max(here - 1, 0);
    list[next].querySelector("a[href]").focus();
    list[next].scrollIntoView({ block: "nearest" });
  });
})();

// A page that nobody looks at does not listen: browsers open six connections to one server, and forgotten tabs would hold
// all of them. Who comes back to it sees it anew.
(function listening() {
  class Listening extends EventTarget {
    constructor(url) {
      super();
      this.url = url;
      this.names = new Set();
      this.source = null;
      this.onVisibility = () => (document.hidden ? this.pause() : this.resume());
      document.addEventListener("visibilitychange", this.onVisibility);
      if (!document.hidden) this.open();
    }

    get readyState() {
      return this.source ? this.source.readyState : EventSource.CONNECTING;
    }

    addEventListener(name, listener) {
      super.addEventListener(name, listener);
      if (this.names.has(name)) return;
      this.names.add(name);
      if (this.source) this.forward(name);
    }

    forward(name) {
      this.source.addEventListener(name, (event) => this.tell(name, event.data));
    }

    tell(name, data) {
      this.dispatchEvent(new MessageEvent(name, { data }));
    }

    open() {
      this.source = new EventSource(this.url);
      this.source.onopen = (event) => this.onopen && this.onopen(event);
      this.source.onerror = (event) => this.onerror && this.onerror(event);
      this.names.forEach((name) => this.forward(name));
    }

    pause() {
      if (this.source) this.source.close();
      this.source = null;
    }

    resume() {
      if (this.source) return;
      this.open();
      this.names.forEach((name) => this.tell(name, name));
    }

    close() {
      document.removeEventListener("visibilitychange", this.onVisibility);
      this.pause();
    }
  }

  if (typeof htmx !== "undefined") htmx.createEventSource = (url) => new Listening(url);
})();

// Buttons that cannot be undone ask first.
(function questions() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-confirm], form:has([data-confirm])")) return;
    const button = event.submitter;
    const question = (button && button.dataset.confirm) || form.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
})();

// On a phone the cells of a row stand below each other, every one with the head of its column; without scripts the table
// moves sideways.
(function piles() {
  // Two columns fit, and a third one of numbers does.
  const isNarrow = (heads) => heads.length < 3 || (heads.length === 3 && heads.some((head) => head.classList.contains("number")));

  function pile(table) {
    const cells = [...table.querySelectorAll("thead th")];
    if (isNarrow(cells)) return;
    const heads = cells.map((head) => (head.querySelector(".hidden") ? "" : head.textContent));
    table.classList.add("piled");
    for (const row of table.querySelectorAll("tbody tr")) [...row.children].forEach((cell, column) => (cell.dataset.head = heads[column] ?? ""));
  }

  const pileAll = (root) => root.querySelectorAll("main table:not([data-chart])").forEach(pile);
  document.addEventListener("DOMContentLoaded", () => pileAll(document));
  document.addEventListener("htmx:afterSettle", () => pileAll(document));
})();

// A table with `data-chart` is drawn as well. Its first column are days (`<time datetime>`), the others numbers; the
// table itself stays for those who read.
(function charts() {
  const number = (cell) => Number(cell.dataset.value ?? cell.textContent.replace(/[\s\u00a0]/g, "").replace(",", "."));
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw(table) {
    if (table.dataset.drawn || typeof uPlot === "undefined") return;
    table.dataset.drawn = "yes";
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
    // The table has the newest day first, the chart the oldest.
    const lines = [...table.querySelectorAll("tbody tr")].map((row) => [...row.children]).reverse();
    const days = lines.map((cells) => Date.parse(cells[0].querySelector("time").getAttribute("datetime")) / 1000);
    const data = [days, ...heads.slice(1).map((_, column) => lines.map((cells) => number(cells[column + 1])))];
    const place = document.createElement("div");
    place.className = "chart";
    place.setAttribute("aria-hidden", "true");
    table.closest(".scroll").before(place);
    const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false } };
    const series = heads.slice(1).map((label, index) => ({
      label,
      stroke: color(`--chart-${(index % 4) + 1}`),
      width: 2,
      points: { show: days.length < 2 },
      value: (_, count) => (count == null ? "—" : count.toLocaleString("ru")),
    }));
    const options = {
      width: place.clientWidth,
      height: 200,
      padding: [null, 28, 0, null],
      axes: [{ ...axis, size: 28, values: (_, ticks) => ticks.map((tick) => new Date(tick * 1000).toLocaleDateString("ru", { day: "numeric", month: "short" })) }, { ...axis, size: 60 }],
      series: [{ label: heads[0], value: (_, at) => (at ? new Date(at * 1000).toLocaleDateString("ru") : "—") }, ...series],
      legend: { live: true },
    };
    const chart = new uPlot(options, data, place);
    new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: 200 })).observe(place);
  }

  const drawAll = (root) => root.querySelectorAll("table[data-chart]").forEach(draw);
  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:afterSettle", () => drawAll(document));
})();
