// What the pages need beyond HTML: charts, progress that moves, menus that close.
"use strict";

window.addEventListener("load", () => {
  drawCharts();
  followProgress();
  closeMenus();
});

// A canvas says in data-chart what it shows; colours may be names of the theme's variables.
function drawCharts() {
  const colour = (name) =>
    typeof name === "string" && name.startsWith("--")
      ? getComputedStyle(document.documentElement).getPropertyValue(name).trim()
      : name;
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
    const shown = JSON.parse(canvas.dataset.chart);
    for (const set of shown.data.datasets) {
      set.backgroundColor = Array.isArray(set.backgroundColor)
        ? set.backgroundColor.map(colour)
        : colour(set.backgroundColor);
      set.borderColor = colour(set.borderColor);
    }
    const narrow = window.matchMedia("(max-width: 767px)").matches;
    shown.options = {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { display: shown.data.datasets.length > 1, position: "bottom", labels: { boxWidth: 12 } } },
      ...shown.options,
      scales: {
        x: { grid: { display: false }, ticks: { maxTicksLimit: narrow ? 6 : 14, maxRotation: 0 }, stacked: shown.stacked },
        y: { beginAtZero: true, stacked: shown.stacked, ticks: { maxTicksLimit: 6, callback: short } },
      },
    };
    if (shown.across) {
      shown.options.indexAxis = "y";
      [shown.options.scales.x, shown.options.scales.y] = [shown.options.scales.y, { grid: { display: false } }];
    }
    new Chart(canvas, shown);
  }
}

function short(value) {
  return new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" }).format(value);
}

// Work that goes on elsewhere: ask again until it is done, then show the page as it is then.
function followProgress() {
  const bar = document.querySelector("[data-progress-url]");
  if (!bar) return;
  const timer = setInterval(async () => {
    const answer = await fetch(bar.dataset.progressUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) return clearInterval(timer);
    const state = await answer.json();
    bar.querySelector("i").style.width = `${state.progress}%`;
    bar.setAttribute("aria-valuenow", state.progress);
    const words = document.getElementById("progress-words");
    if (words) words.textContent = state.message;
    if (state.is_over) {
      clearInterval(timer);
      window.location.reload();
    }
  }, 1000);
}

function closeMenus() {
  const open = () => document.querySelectorAll(".bo-switch[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of open()) menu.open = false;
  });
}
