(() => {
  "use strict";

  const SIGNS = ["①", "②", "③", "④"];
  const number = new Intl.NumberFormat("vi-VN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const text = (cell) => cell.textContent.replace(/\s+/g, " ").trim();

  function readTable(table) {
    const filled = [...table.tBodies[0].rows].filter((row) => row.querySelector("td[data-value]"));
    return filled.map((row) => {
      const cells = [...row.querySelectorAll("td[data-value]")];
      return {
        broken: row.dataset.break || "",
        label: row.dataset.chartLabel || text(row.querySelector("th")),
        good: Number(row.dataset.good) || 0,
        values: cells.map((cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value))),
        texts: cells.map(text),
        part: (name) => {
          const cell = row.querySelector(`td[data-part="${name}"]`);
          return cell && cell.dataset.value !== "" ? Number(cell.dataset.value) : null;
        },
      };
    });
  }

  function wrap(label, width) {
    const lines = [""];
    for (const word of label.split(" ")) {
      const current = lines[lines.length - 1];
      if (current && current.length + word.length + 1 > width) lines.push(word);
      else lines[lines.length - 1] = current ? `${current} ${word}` : word;
    }
    return lines;
  }

  const font = (size, weight = 400) => ({ family: css("--bs-font-sans-serif"), size, weight });

  function baseOptions() {
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      events: [],
      plugins: { legend: { display: false }, tooltip: { enabled: false } },
    };
  }

  function axis(extra = {}) {
    return {
      grid: { color: css("--line"), drawTicks: false },
      border: { color: css("--control") },
      ticks: { color: css("--ink-soft"), font: font(15), padding: 8, maxTicksLimit: 7, maxRotation: 0 },
      ...extra,
    };
  }

  function drawFloors(chart, rows) {
    const { ctx } = chart;
    chart.getDatasetMeta(0).data.forEach((bar, index) => {
      const floor = rows[index].part("floor");
      if (floor === null) return;
      const x = chart.scales.x.getPixelForValue(floor);
      const half = bar.height / 2 + 6;
      ctx.fillStyle = css("--ink");
      ctx.fillRect(x - 1.5, bar.y - half, 3, half * 2);
      ctx.beginPath();
      ctx.moveTo(x - 6, bar.y - half - 5);
      ctx.lineTo(x + 6, bar.y - half - 5);
      ctx.lineTo(x, bar.y - half + 2);
      ctx.fill();
    });
  }

  function drawGroupValues(chart, rows, narrow) {
    const { ctx } = chart;
    ctx.font = `700 ${narrow ? 15 : 17}px ${css("--bs-font-sans-serif")}`;
    ctx.textBaseline = "middle";
    chart.getDatasetMeta(0).data.forEach((bar, index) => {
      const value = rows[index].part("value");
      const label = value === null ? "chưa xác định" : number.format(value);
      const inside = value !== null && bar.x - bar.base > ctx.measureText(label).width + 16;
      ctx.fillStyle = inside ? "#fff" : css("--ink");
      ctx.textAlign = "left";
      ctx.fillText(label, inside ? bar.base + 8 : Math.max(bar.x, bar.base) + 10, bar.y + 1);
    });
  }

  function groups(rows, width) {
    const narrow = width < 520;
    const colour = (row, index) => css(`--good-${row.good || index + 1}`);
    return {
      type: "bar",
      data: {
        labels: rows.map((row, i) => {
          const sign = SIGNS[(row.good || i + 1) - 1] || "";
          return narrow ? [sign] : wrap(`${sign} ${row.label}`, 26);
        }),
        datasets: [
          { data: rows.map((r) => r.part("value")), backgroundColor: rows.map(colour) },
          {
            data: rows.map((r) => r.part("max")),
            backgroundColor: rows.map((r, i) => css(`--good-${r.good || i + 1}-tint`)),
            borderColor: rows.map(colour),
            borderWidth: 1.5,
          },
        ].map((set) => ({ ...set, grouped: false, barThickness: narrow ? 26 : 30, borderRadius: 4, borderSkipped: false })),
      },
      options: {
        ...baseOptions(),
        indexAxis: "y",
        layout: { padding: { top: 6, right: 12 } },
        scales: {
          x: axis({ min: 0, max: Math.max(...rows.map((r) => r.part("max") || 0)) }),
          y: axis({
            grid: { display: false },
            ticks: { color: css("--ink"), font: font(narrow ? 20 : 15, 600), padding: 8 },
          }),
        },
      },
      plugins: [{
        id: "floors-and-values",
        afterDatasetsDraw: (chart) => {
          drawFloors(chart, rows);
          drawGroupValues(chart, rows, narrow);
        },
      }],
    };
  }

  function drawPointLabels(chart, rows) {
    const { ctx } = chart;
    ctx.font = `700 16px ${css("--bs-font-sans-serif")}`;
    ctx.fillStyle = css("--ink");
    ctx.strokeStyle = css("--surface");
    ctx.lineWidth = 5;
    ctx.lineJoin = "round";
    ctx.textAlign = "center";
    ctx.textBaseline = "bottom";
    chart.getDatasetMeta(0).data.forEach((point, index) => {
      if (rows[index].values[0] === null) return;
      // A halo keeps the figure legible where the line passes behind it.
      ctx.strokeText(rows[index].texts[0], point.x, point.y - 10);
      ctx.fillText(rows[index].texts[0], point.x, point.y - 10);
    });
  }

  // Before a row with data-break lies an event, or another unit: a dashed mark says which.
  function drawBreaks(chart, rows) {
    const { ctx, chartArea } = chart;
    const points = chart.getDatasetMeta(0).data;
    rows.forEach((row, index) => {
      if (!row.broken || index === 0) return;
      const x = (points[index - 1].x + points[index].x) / 2;
      ctx.save();
      ctx.strokeStyle = css("--ink-soft");
      ctx.lineWidth = 2;
      ctx.setLineDash([6, 5]);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top - 24);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.font = `600 14px ${css("--bs-font-sans-serif")}`;
      ctx.fillStyle = css("--ink");
      ctx.textAlign = "center";
      ctx.textBaseline = "bottom";
      const half = ctx.measureText(row.broken).width / 2;
      const middle = Math.min(Math.max(x, half + 4), chart.width - half - 4);
      ctx.fillText(row.broken, middle, chartArea.top - 28);
      ctx.restore();
    });
  }

  function series(rows, type, width) {
    const values = rows.map((row) => row.values[0]);
    const known = values.filter((value) => value !== null);
    const low = Math.min(...known);
    const high = Math.max(...known);
    const room = Math.max(5, (high - low) * 0.35);
    return {
      type,
      data: {
        labels: rows.map((row) => wrap(row.label, width < 520 ? 6 : 14)),
        datasets: [{
          data: values,
          backgroundColor: css("--red"),
          borderColor: css("--red"),
          borderWidth: type === "line" ? 3 : 0,
          barThickness: 40,
          borderRadius: 4,
          pointRadius: 6,
          pointBackgroundColor: css("--red"),
          spanGaps: false,
          // No line across a break: what lies before is another unit's, or another make-up.
          segment: { borderColor: (at) => (rows[at.p1DataIndex].broken ? "transparent" : undefined) },
        }],
      },
      options: {
        ...baseOptions(),
        layout: { padding: { top: rows.some((row) => row.broken) ? 52 : 28, right: 28, left: 8 } },
        scales: {
          // Every quarter keeps its name: a point without one says nothing.
          x: axis({
            grid: { display: false },
            offset: true,
            ticks: { color: css("--ink-soft"), font: font(width < 520 && rows.length < 4 ? 18 : 15), padding: 8, autoSkip: false, maxRotation: 0 },
          }),
          y: axis({
            min: type === "bar" ? 0 : Math.max(0, Math.floor((low - room) / 5) * 5),
            suggestedMax: Math.ceil((high + room / 2) / 5) * 5,
          }),
        },
      },
      plugins: [{ id: "labels", afterDatasetsDraw: (chart) => { drawBreaks(chart, rows); drawPointLabels(chart, rows); } }],
    };
  }

  function plotBefore(table) {
    const plot = document.createElement("div");
    plot.className = `chart__plot chart__plot--${table.dataset.chart}`;
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${table.dataset.chartTitle || "Biểu đồ"}. Số liệu ở bảng ngay dưới.`);
    plot.append(canvas);
    (table.closest(".table-scroll") || table).before(plot);
    return canvas;
  }

  function draw(table) {
    if (table.dataset.drawn || !window.Chart || !table.tBodies.length) return;
    const rows = readTable(table);
    if (!rows.some((row) => row.values.some((value) => value !== null))) return;
    table.dataset.drawn = "true";
    const canvas = plotBefore(table);
    const width = canvas.parentElement.clientWidth;
    const config = table.dataset.chart === "groups"
      ? groups(rows, width)
      : series(rows, table.dataset.chart === "trend" ? "line" : "bar", width);
    new window.Chart(canvas, config);
  }

  function drawAll(root) {
    for (const table of root.querySelectorAll("table[data-chart]")) draw(table);
  }

  document.addEventListener("DOMContentLoaded", async () => {
    // Canvas text is not redrawn when a font arrives later.
    if (document.fonts) await document.fonts.ready;
    drawAll(document);
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) drawAll(event.detail.elt);
  });
})();
