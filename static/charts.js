// Draws every figure.chart (templates/charts/_chart.html) by ECharts: one blue and greys, and nothing told by colour alone:
// lines have dashes and marks, bars textures. What a point says is read from the table, which has the exact figures.
// As SVG, which prints sharp. Nothing moves by itself, whoever looks.
"use strict";

(() => {
  const NARROW = 480;
  const SIZE = 12; // of every text in a chart
  const HEIGHT = 300;
  const BAR = 30; // a lying bar with its gap
  const MOST_AT_ENDS = 5; // lines whose names find room at their ends
  const DASHES = ["solid", [7, 4], [2, 3], [10, 3, 2, 3]];
  const MARKS = ["circle", "emptyRect", "triangle", "emptyDiamond"];
  const FILLS = ["--action", "--line-strong", "--muted", "--line"];
  const STROKES = ["--action", "--muted", "--ink", "--muted"];
  const SIGN = "※"; // beside what the table marks
  const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });

  const told = (one) => new Intl.NumberFormat("en-US", { minimumFractionDigits: one.decimals, maximumFractionDigits: one.decimals });

  const styles = getComputedStyle(document.documentElement);
  const tone = (name) => styles.getPropertyValue(name).trim();
  const font = () => ({ fontSize: SIZE, fontFamily: getComputedStyle(document.body).fontFamily, color: tone("--ink") });
  const quiet = () => ({ ...font(), color: tone("--muted") });
  const isUnder = (one) => one.values.some((value) => value < 0);

  // ---- what a point says: its line of the table ----
  function tellFrom(figure) {
    const heads = [...figure.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    const rows = figure.querySelectorAll("tbody tr");
    return (at) => {
      const point = Array.isArray(at) ? at[0] : at;
      const box = document.createElement("div");
      [...rows[point.dataIndex].cells].forEach((cell, place) => {
        const words = cell.textContent.trim();
        if (!words) return;
        const line = document.createElement("div");
        line.textContent = place ? `${heads[place]}：${words}` : words;
        box.append(line);
      });
      return box;
    };
  }

  // ---- axes ----
  // A level begins at nought. A rate need not, nor what has an interval, which is narrow beside its level.
  const beginsAtNought = (series) => series.some((one) => one.kind === "bar")
    || (series.some((one) => one.unit !== "%") && !series.some((one) => one.band.length));
  const isWhole = (series) => series.every((one) => one.values.every((value) => value === null || Number.isInteger(value)));
  const valueAxis = (unit, series, isRight = false) => ({
    type: "value", scale: !beginsAtNought(series), name: unit, minInterval: isWhole(series) ? 1 : 0, nameGap: 12,
    nameTextStyle: { ...quiet(), align: isRight ? "right" : "left" }, // it reaches into the picture, not out of it
    axisLabel: { ...quiet(), formatter: (value) => grouped.format(value), hideOverlap: true },
    splitLine: { lineStyle: { color: tone("--line") } }, axisLine: { show: false }, axisTick: { show: false },
  });
  // Of months in a row as many are said as there is room for, and under the first of each year the year.
  const MONTH = /^(\d{4}年)([\d—]+月.*)$/;
  const MONTH_WIDE = 46;
  const areMonths = (labels) => labels.every((label) => MONTH.test(label));
  function months(labels, width) {
    const step = Math.max(1, Math.ceil((labels.length * MONTH_WIDE) / Math.max(width - 90, MONTH_WIDE)));
    const yearOf = (at) => MONTH.exec(labels[at])?.[1];
    return {
      interval: (at) => at % step === 0,
      formatter: (label, at) => {
        const [, year, words] = MONTH.exec(label);
        const month = words.replace(/（(.*)）/, "\n$1"); // 暂定 stands under its month, which is narrow
        return yearOf(at - step) === year ? month : `${month}\n${year}`;
      },
    };
  }
  const labelAxis = (drawn, width) => ({
    type: "category", data: drawn.labels.map((label, at) => (drawn.marked.includes(at) ? `${label}${SIGN}` : label)),
    axisLabel: { ...quiet(), hideOverlap: true, lineHeight: 16, ...(areMonths(drawn.labels) ? months(drawn.labels, width) : {}) }, axisTick: { show: false },
    axisLine: { onZero: false, lineStyle: { color: tone("--line-strong") } },
  });
  // The line of nought of the first axis, where anything goes under it.
  function withNought(drawn, series, axis) {
    const under = drawn.series.find((one) => !one.right && isUnder(one));
    const its = under && series.find((one) => one.name === under.name);
    const lineStyle = { color: tone("--ink"), width: 1, type: "solid" };
    if (its) its.markLine = { silent: true, symbol: "none", label: { show: false }, lineStyle, animation: false, data: [{ [axis]: 0 }] };
    return series;
  }

  // ---- series ----
  // How far each name at the end of a line makes way for the one above it, where the lines end close together.
  function waysMade(drawn) {
    const known = drawn.series.flatMap((one) => [...one.values, ...one.band.flatMap((ends) => ends || [])]).filter((value) => value !== null);
    const low = Math.min(beginsAtNought(drawn.series) ? 0 : Infinity, ...known);
    const pixels = (value) => ((low - value) / (Math.max(...known) - low || 1)) * (HEIGHT - 75);
    const ends = drawn.series.map((one, number) => {
      const last = one.values.reduce((found, value, at) => (value === null ? found : at), -1);
      return { number, last, place: last < 0 ? 0 : pixels(one.values[last]) };
    });
    const ways = ends.map(() => 0);
    ends.sort((one, other) => one.last - other.last || one.place - other.place).forEach((end, at) => {
      const above = ends[at - 1];
      if (!above || above.last !== end.last) return;
      ways[end.number] = Math.max(0, above.place + ways[above.number] + SIZE + 3 - end.place);
    });
    return ways;
  }
  function lineOf(drawn, one, number, atEnd, way) {
    const color = tone(STROKES[number % STROKES.length]);
    return {
      type: "line", name: one.name, yAxisIndex: one.right ? 1 : 0, color, connectNulls: false, animation: false,
      symbol: MARKS[number % MARKS.length], showAllSymbol: "auto", z: 10 - number,
      lineStyle: { color, width: number ? 1.5 : 2.5, type: one.dashed ? DASHES[1] : DASHES[number % DASHES.length] },
      data: one.values.map((value, at) => {
        if (isOpenEnd(drawn, one, at)) return null;
        return drawn.marked.includes(at) && !number ? { value, symbol: "diamond", symbolSize: 12 } : value;
      }),
      symbolSize: 6,
      endLabel: { show: atEnd, ...font(), color: tone(number ? "--ink" : "--action"), formatter: one.name, distance: 6, offset: [0, way] },
      emphasis: { disabled: true },
    };
  }
  // What may still change at the end of a line: broken from the point before to it, and hollow.
  const isOpenEnd = (drawn, one, at) => drawn.provisional.includes(at) && one.values[at] !== null;
  function openEndOf(drawn, one, number) {
    const color = tone(STROKES[number % STROKES.length]);
    const isDrawn = (at) => isOpenEnd(drawn, one, at) || isOpenEnd(drawn, one, at + 1);
    return {
      type: "line", name: "", yAxisIndex: one.right ? 1 : 0, color, animation: false, z: 10 - number, symbolSize: 9, showAllSymbol: true,
      lineStyle: { color, width: 2, type: [3, 4] }, emphasis: { disabled: true },
      data: one.values.map((value, at) => (isDrawn(at) ? { value, symbol: isOpenEnd(drawn, one, at) ? "emptyCircle" : "none",
        label: { show: isOpenEnd(drawn, one, at), position: "top", formatter: "暂定", ...font() } } : null)),
    };
  }
  // The interval of a line: an unseen foot, and what is shaded above it.
  function bandOf(one, number) {
    const color = tone(STROKES[number % STROKES.length]);
    const shared = {
      type: "line", stack: `band-${number}`, stackStrategy: "all", yAxisIndex: one.right ? 1 : 0, symbol: "none", silent: true,
      animation: false, z: 1, emphasis: { disabled: true }, lineStyle: { color, width: 1, type: [2, 3], opacity: 0.6 },
    };
    return [
      { ...shared, data: one.band.map((ends) => (ends ? ends[0] : null)) },
      { ...shared, areaStyle: { color, opacity: 0.14 }, data: one.band.map((ends) => (ends ? ends[1] - ends[0] : null)) },
    ];
  }
  function fillOf(one, number, isMarked) {
    const color = tone(FILLS[number % FILLS.length]);
    const texture = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: "rgba(255, 255, 255, 0.75)" };
    if (one.dashed) return { color: tone("--white"), borderColor: tone("--muted"), borderWidth: 1.5 };
    return { color, borderColor: tone("--muted"), borderWidth: number ? 1 : 0, ...(isMarked || number > 1 ? { decal: texture } : {}) };
  }
  function barOf(drawn, one, number, lies) {
    return {
      type: "bar", name: one.name, yAxisIndex: !lies && one.right ? 1 : 0, animation: false, barMaxWidth: lies ? 18 : 34, barGap: "10%",
      itemStyle: fillOf(one, number, false), emphasis: { disabled: true }, z: 2,
      label: { show: lies, ...font(), formatter: ({ value }) => told(one).format(value) },
      data: one.values.map((value, at) => (value === null ? null : {
        value, itemStyle: fillOf(one, number, drawn.marked.includes(at)), label: { position: value < 0 ? "left" : "right" },
      })),
    };
  }

  // ---- kinds ----
  // How wide the names at the ends of the lines are: a Chinese character is as wide as it is high.
  const wide = (words) => [...words].reduce((sum, sign) => sum + (sign < "⺀" ? 0.62 : 1), 0) * SIZE;
  const widest = (drawn) => Math.max(...drawn.series.map((one) => wide(one.name)));
  // How far the last name under the axis reaches past its place; with what it is marked by.
  function lastLabelOut(drawn, width) {
    const last = drawn.labels[drawn.labels.length - 1];
    const most = areMonths(drawn.labels) ? MONTH_WIDE : wide(`${last}${SIGN}`);
    return Math.max(0, most / 2 - width / drawn.labels.length / 2 + 8);
  }

  // Names of classes are all there, in lines as long as their bars are wide; months may leave some out.
  function underBars(drawn, width) {
    const axis = labelAxis(drawn, width);
    const room = Math.floor((width - 60) / drawn.labels.length) - 4;
    const fits = { hideOverlap: false, interval: 0, width: room, overflow: "break" };
    return room < SIZE * 2.5 || areMonths(drawn.labels) ? axis : { ...axis, axisLabel: { ...axis.axisLabel, ...fits } };
  }
  function upright(drawn, width) {
    const onlyLines = drawn.series.every((one) => one.kind === "line");
    const right = drawn.series.find((one) => one.right);
    const lastOf = (one) => one.values.reduce((found, value, at) => (value === null ? found : at), -1);
    const endTogether = !drawn.provisional.length && new Set(drawn.series.map(lastOf)).size === 1; // else a name would lie on another line
    const atEnds = onlyLines && endTogether && !right && drawn.series.length > 1 && drawn.series.length <= MOST_AT_ENDS && widest(drawn) < width / 4;
    const left = drawn.series.filter((one) => one !== right);
    const ways = waysMade(drawn);
    const series = drawn.series.flatMap((one, number) => [
      one.kind === "line" ? lineOf(drawn, one, number, atEnds, ways[number]) : barOf(drawn, one, number, false),
      ...(one.band.length ? bandOf(one, number) : []),
      ...(one.kind === "line" && drawn.provisional.some((at) => isOpenEnd(drawn, one, at)) ? [openEndOf(drawn, one, number)] : []),
    ]);
    return {
      legend: legendOf(drawn, !atEnds && drawn.series.length > 1),
      grid: gridOf(!atEnds && drawn.series.length > 1, Math.max(atEnds ? widest(drawn) + 14 : 16, lastLabelOut(drawn, width))),
      xAxis: drawn.kind === "bars" ? underBars(drawn, width) : labelAxis(drawn, width),
      yAxis: [valueAxis(left[0]?.unit, left), ...(right ? [{ ...valueAxis(right.unit, [right], true), splitLine: { show: false } }] : [])],
      tooltip: { trigger: "axis", axisPointer: { lineStyle: { color: tone("--line-strong") } } },
      series: withNought(drawn, series, "yAxis"),
    };
  }
  const shortened = (label, most) => ([...label].length > most ? `${[...label].slice(0, most - 1).join("")}…` : label);
  function ranked(drawn, width) {
    const series = drawn.series.map((one, number) => barOf(drawn, one, number, true));
    const isTwoSided = drawn.series.some(isUnder);
    const axis = labelAxis(drawn, width);
    return {
      legend: legendOf(drawn, series.length > 1),
      grid: { ...gridOf(series.length > 1, width < NARROW ? 56 : 76), top: series.length > 1 ? 36 : 8 },
      xAxis: { ...valueAxis("", drawn.series), axisLabel: { show: false }, boundaryGap: isTwoSided ? ["15%", 0] : 0 },
      yAxis: { ...axis, inverse: true, axisLine: { show: false }, axisLabel: { ...axis.axisLabel, hideOverlap: false, interval: 0, color: tone("--ink"), formatter: (label) => shortened(label, width < NARROW ? 8 : 16) } },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      series: withNought(drawn, series, "xAxis"),
    };
  }
  function scatter(drawn) {
    const [along, up] = drawn.series;
    const has = (value, axis) => value !== null && (!axis.log || value > 0);
    const scale = (value) => (along.log ? Math.log(value) : value);
    const found = along.values.filter((value) => has(value, along)).map(scale);
    const isFarRight = (value) => scale(value) > (Math.min(...found) + Math.max(...found)) / 2;
    const axis = (one) => ({ ...valueAxis("", []), ...(one.log ? { type: "log" } : {}), name: one.unit ? `${one.name}（${one.unit}）` : one.name });
    return {
      grid: { ...gridOf(false, 24), bottom: 28 },
      xAxis: { ...axis(along), nameLocation: "middle", nameGap: 28, axisLine: { show: true, onZero: false, lineStyle: { color: tone("--line-strong") } } },
      yAxis: axis(up),
      tooltip: { trigger: "item" },
      series: withNought({ series: [up] }, [{
        type: "scatter", name: up.name, animation: false, emphasis: { disabled: true }, labelLayout: { hideOverlap: true, moveOverlap: "shiftY" },
        data: drawn.labels.map((label, at) => {
          const isMarked = drawn.marked.includes(at);
          const place = [along.values[at], up.values[at]];
          return {
            name: label, value: has(place[0], along) && has(place[1], up) ? place : [null, null],
            symbol: isMarked ? "diamond" : "circle", symbolSize: isMarked ? 13 : 7,
            itemStyle: isMarked
              ? { color: tone("--white"), borderColor: tone("--ink"), borderWidth: 2 }
              : { color: tone("--action"), opacity: 0.6 },
            label: { show: isMarked, position: isFarRight(place[0]) ? "left" : "right", ...font(), distance: 9, formatter: label, padding: [1, 3], backgroundColor: "rgba(255, 255, 255, 0.9)" },
          };
        }),
      }], "yAxis"),
    };
  }
  const legendOf = (drawn, isShown) => ({
    show: isShown, left: 0, top: 0, type: "plain", selectedMode: false, itemWidth: 30, textStyle: font(), data: drawn.series.map((one) => one.name),
  });
  const gridOf = (hasLegend, right) => ({ left: 8, right, top: hasLegend ? 64 : 36, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" });

  function options(figure, drawn, width) {
    const kind = { ranked, scatter }[drawn.kind] || upright;
    const { tooltip, ...rest } = kind(drawn, width);
    return {
      animation: false, textStyle: font(), ...rest,
      tooltip: { ...tooltip, confine: true, transitionDuration: 0, formatter: tellFrom(figure), textStyle: font(), borderColor: tone("--line-strong") },
    };
  }

  // ---- on the page ----
  function draw(figure) {
    const box = figure.querySelector(".drawing");
    if (!box || !box.hidden) return;
    const drawn = JSON.parse(figure.dataset.chart);
    box.hidden = false;
    const height = drawn.kind === "ranked" ? drawn.labels.length * Math.max(BAR, drawn.series.length * 20) + 60 : HEIGHT;
    box.style.height = `${height}px`;
    const chart = globalThis.echarts.init(box, null, { renderer: "svg" });
    let width = 0;
    new ResizeObserver((_, observer) => {
      if (!box.isConnected) {
        observer.disconnect();
        chart.dispose();
      } else if (box.clientWidth && box.clientWidth !== width) {
        width = box.clientWidth;
        chart.resize({ width, height });
        chart.setOption(options(figure, drawn, width), { notMerge: true });
      }
    }).observe(box);
    fold(figure);
  }

  // The table is a press away; on paper it is always there (app.css).
  function fold(figure) {
    const button = figure.querySelector("button[aria-controls]");
    const show = (isOpen) => {
      button.setAttribute("aria-expanded", String(isOpen));
      figure.classList.toggle("is-folded", !isOpen);
    };
    button.hidden = false;
    button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
    show(false);
  }

  if (!globalThis.echarts) return; // it did not come: the tables stay open
  const drawIn = (part) => part.querySelectorAll("figure.chart[data-chart]").forEach(draw);
  drawIn(document);
  document.addEventListener("htmx:load", ({ detail }) => drawIn(detail.elt.parentElement || detail.elt));
})();
