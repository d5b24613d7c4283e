/* Draws the last thirty days (dashboard/home/chart.py) with the Chart.js of the admin theme, in both its lights. */
(() => {
  const drawn = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const axis = (more) => ({
    grid: { color: colour("--desk-grid"), drawTicks: false },
    border: { display: false },
    ticks: { color: colour("--desk-muted"), maxRotation: 0, autoSkipPadding: 16, ...more },
    beginAtZero: true,
  });

  const options = (legend) => ({
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { display: legend, align: "end", labels: { boxWidth: 10, boxHeight: 10, color: colour("--desk-muted") } },
    },
    scales: { x: { ...axis({}), grid: { display: false } }, y: axis({ precision: 0, maxTicksLimit: 5 }) },
  });

  const counts = (data) => ({
    type: "bar",
    data: {
      labels: data.days,
      datasets: [
        { label: data.orders.name, data: data.orders.values, backgroundColor: colour("--desk-bar"), borderRadius: 3 },
        { label: data.failures.name, data: data.failures.values, backgroundColor: colour("--desk-danger"), borderRadius: 3 },
      ],
    },
    options: options(true),
  });

  const seconds = (data) => ({
    type: "line",
    data: {
      labels: data.days,
      datasets: [
        {
          label: data.seconds.name,
          data: data.seconds.values,
          borderColor: colour("--desk-bar"),
          backgroundColor: colour("--desk-bar"),
          borderWidth: 2,
          pointRadius: 2,
          tension: 0.3,
          spanGaps: true,
        },
      ],
    },
    options: options(false),
  });

  const draw = () => {
    while (drawn.length) drawn.pop().destroy();
    const stored = document.getElementById("home-chart-data");
    if (!stored || typeof Chart === "undefined") return;
    const data = JSON.parse(stored.textContent);
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    for (const canvas of document.querySelectorAll("#home-chart canvas")) {
      const what = canvas.dataset.draws === "counts" ? counts(data) : seconds(data);
      drawn.push(new Chart(canvas, what));
    }
  };

  draw();
  document.fonts.ready.then(draw); // a drawing does not follow a font that comes later
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "home-chart" || document.querySelector("#home-chart canvas:not([width])")) draw();
  });
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
})();
