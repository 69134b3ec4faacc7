// Where the units lie: whatever the network and the window, none is lost, none lies on another, none is out of sight.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LARGEST_TILE, networkLayout, SMALLEST_TILE } from "../../static/js/layout.js";
import { chance } from "./catalogue.js";

test("units do not overlap, stay in their column and within the height", () => {
  const random = chance(6);
  for (let round = 0; round < 400; round += 1) {
    const counts = Array.from({ length: 1 + Math.floor(random() * 12) }, () => 1 + Math.floor(random() ** 4 * 512));
    const [width, height] = [200 + random() * 1400, 120 + random() * 700];
    const layout = networkLayout(counts, width, height);
    const { tile, columns } = layout;
    const told = JSON.stringify({ counts, width, height });
    assert.ok(tile >= SMALLEST_TILE && tile <= LARGEST_TILE, told);
    assert.deepEqual(
      columns.map(({ cells }) => cells.length),
      counts,
      told,
    );
    let right = 0;
    for (const { left, width: wide, cells } of columns) {
      assert.ok(Math.abs(left - right) < 1e-6, `columns stand side by side ${told}`);
      right = left + wide;
      const xs = [...new Set(cells.map(({ x }) => x))].sort((one, other) => one - other);
      const ys = [...new Set(cells.map(({ y }) => y))].sort((one, other) => one - other);
      assert.equal(new Set(cells.map(({ x, y }) => `${x} ${y}`)).size, cells.length, `two units in one place ${told}`);
      for (const places of [xs, ys])
        assert.ok(
          places.every((at, index) => index === 0 || at - places[index - 1] >= tile),
          told,
        );
      assert.ok(xs[0] >= left && (xs.at(-1) ?? 0) + tile <= right, told);
      const bottom = columns[0].cells === cells ? layout.height : height;
      assert.ok(ys[0] >= -1 && (ys.at(-1) ?? 0) + tile <= bottom + 1, told);
    }
    assert.ok(layout.width >= width - 1e-6 && right <= layout.width + 1e-6, told);
  }
});

test("a small network fills the window and needs no scrolling; units of one size stand in the middle", () => {
  const { width, columns, tile } = networkLayout([2, 4, 2, 1], 800, 400);
  assert.equal(width, 800);
  assert.equal(tile, LARGEST_TILE);
  const middle = columns[3].cells[0].y + tile / 2;
  assert.equal(middle, 200);
});

test("many units fold into several rows rather than leave the window", () => {
  const { columns } = networkLayout([2, 200, 1], 800, 400);
  assert.ok(new Set(columns[1].cells.map(({ x }) => x)).size > 1);
});

test(
  "the inputs of a table stand one below the other, with room for their names; very many fold like any " + "units",
  () => {
    const {
      columns: [inputs, hidden],
      height,
    } = networkLayout([30, 4, 1], 390, 300, 90);
    assert.equal(new Set(inputs.cells.map(({ x }) => x)).size, 1);
    assert.ok(inputs.cells[0].x >= 90 && height > 300);
    assert.ok(
      hidden.cells.every(({ y }) => y < 300),
      "what else there is needs no scrolling",
    );
    const many = networkLayout([64, 4, 1], 390, 300);
    assert.ok(new Set(many.columns[0].cells.map(({ x }) => x)).size > 1 && many.height === 300);
  },
);

test("no units at all is no reason to fail", () => {
  assert.deepEqual(networkLayout([0, 1], 300, 300).columns[0].cells, []);
});

test("units that fit into one column at any allowed size are not folded", () => {
  for (let height = 200; height < 600; height += 1) {
    const { columns, tile } = networkLayout([2, 8, 8, 8, 1], 800, height);
    const folded = new Set(columns[1].cells.map(({ x }) => x)).size > 1;
    assert.ok(!folded && tile >= 16, `height ${height}`);
  }
});

test("whatever it is asked for, it answers at once: no count of units holds it up", () => {
  const before = performance.now();
  for (const count of [1e7, 1e9, 1e300, Infinity, -5, NaN, 4.5]) {
    const { columns, tile } = networkLayout([2, count, 1], 800, 400);
    assert.ok(columns[1].cells.length <= 4096 && Number.isFinite(tile), String(count));
  }
  networkLayout(new Array(12).fill(1e9), 800, 400);
  assert.ok(performance.now() - before < 1000);
  assert.equal(networkLayout([2, 4.5, 1], 800, 400).columns[1].cells.length, 4);
});
