// MessagePack against vectors made by hand from its specification, and against itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../../static/js/msgpack.js";
import { chance, pick } from "./catalogue.js";

/** @type {(hex: string) => ArrayBuffer} */
const bytes = (hex) => Uint8Array.from(hex.split(/\s+/).filter(Boolean), (pair) => parseInt(pair, 16)).buffer;
/** @type {(count: number, pair: string) => string} */
const many = (count, pair) => `${pair} `.repeat(count);

/** @type {[name: string, hex: string, value: unknown][]} */
const VECTORS = [
  ["nil", "c0", null],
  ["false", "c2", false],
  ["true", "c3", true],
  ["positive fixint", "7f", 127],
  ["negative fixint", "e0", -32],
  ["uint 8", "cc ff", 255],
  ["uint 16", "cd ff fe", 65534],
  ["uint 32", "ce ff ff ff fd", 4294967293],
  ["uint 64", "cf 00 1f ff ff ff ff ff ff", Number.MAX_SAFE_INTEGER],
  ["int 8", "d0 80", -128],
  ["int 16", "d1 80 01", -32767],
  ["int 32", "d2 80 00 00 01", -2147483647],
  ["int 64", "d3 ff e0 00 00 00 00 00 01", Number.MIN_SAFE_INTEGER],
  ["float 32", "ca 3f c0 00 00", 1.5],
  ["float 64", "cb 3f b9 99 99 99 99 99 9a", 0.1],
  ["float 64, infinite", "cb ff f0 00 00 00 00 00 00", -Infinity],
  ["fixstr", "a3 c3 bc 78", "\u00fcx"],
  ["str 8", `d9 20 ${many(32, "61")}`, "a".repeat(32)],
  ["str 16", `da 01 00 ${many(256, "62")}`, "b".repeat(256)],
  ["str 32", "db 00 00 00 01 63", "c"],
  ["bin 8", "c4 03 00 80 ff", Uint8Array.of(0, 128, 255)],
  ["bin 16", "c5 00 01 07", Uint8Array.of(7)],
  ["bin 32", "c6 00 00 00 00", Uint8Array.of()],
  ["fixarray", "93 01 c0 a1 78", [1, null, "x"]],
  ["array 16", "dc 00 02 91 01 90", [[1], []]],
  ["array 32", "dd 00 00 00 01 c2", [false]],
  ["fixmap", "82 a1 61 01 a1 62 80", { a: 1, b: {} }],
  ["map 16", "de 00 01 a1 61 c0", { a: null }],
  ["map 32", "df 00 00 00 01 a0 93 01 02 03", { "": [1, 2, 3] }],
];

for (const [name, hex, value] of VECTORS) {
  test(`${name} is read; cut short anywhere, or with a byte more, it is refused`, () => {
    const buffer = bytes(hex);
    assert.deepEqual(decode(buffer), value);
    for (let end = 0; end < buffer.byteLength; end += 1) assert.throws(() => decode(buffer.slice(0, end)), RangeError);
    assert.throws(() => decode(bytes(`${hex} 00`)), /1 bytes too many/);
  });
}

test("types that the stream does not use are refused by name", () => {
  for (const tag of ["c1", "c7", "c8", "c9", "d4", "d5", "d6", "d7", "d8"])
    assert.throws(() => decode(bytes(tag)), new RegExp(`0x${tag}`));
});

test("a length that is a lie is refused at once, not waited for", () => {
  for (const hex of ["dd ff ff ff ff", "df ff ff ff ff", "db ff ff ff ff", "c6 ff ff ff ff 00"])
    assert.throws(() => decode(bytes(hex)), RangeError);
});

test("a key called __proto__ is a key like any other", () => {
  const read = /** @type {object} */ (decode(encode(JSON.parse('{"__proto__": {"x": 1}}')).buffer));
  assert.equal(/** @type {any} */ (read).x, undefined);
  assert.deepEqual(Object.keys(read), ["__proto__"]);
});

test("bytes are views into the message, so that pictures are not copied", () => {
  const buffer = bytes("92 01 c4 02 05 06");
  const [, picture] = /** @type {[number, Uint8Array]} */ (decode(buffer));
  assert.equal(picture.buffer, buffer);
});

test("whatever JSON can hold comes back as it was", () => {
  const random = chance(3);
  const leaves = [
    () => pick(random, [null, true, false, "", "\u00e9\u{1f600}", "x".repeat(40), "y".repeat(300)]),
    () =>
      pick(random, [
        0,
        1,
        -1,
        127,
        128,
        -32,
        -33,
        255,
        2 ** 32 - 1,
        2 ** 32,
        -(2 ** 31),
        2 ** 53 - 1,
        -(2 ** 53) + 1,
        2 ** 53,
        1e300,
        0.1,
        -1e-300,
      ]),
    () => (random() - 0.5) * 10 ** Math.floor(random() * 30),
  ];
  /** @type {(depth: number) => unknown} */
  const value = (depth) => {
    const kind = random();
    if (depth === 0 || kind < 0.5) return pick(random, leaves)();
    const items = Array.from({ length: Math.floor(random() * 8) }, () => value(depth - 1));
    return kind < 0.75 ? items : Object.fromEntries(items.map((item, index) => [`key ${index}`, item]));
  };
  for (let round = 0; round < 300; round += 1) {
    const given = value(3);
    assert.deepEqual(decode(encode(given).buffer), given);
  }
  const long = { text: "z".repeat(70_000), list: new Array(70_000).fill(0) };
  assert.deepEqual(decode(encode(long).buffer), long, "lengths of four bytes");
  assert.ok(Number.isNaN(decode(encode(NaN).buffer)));
  assert.equal(decode(encode(undefined).buffer), null);
  assert.throws(() => encode(() => 1), /cannot encode a function/);
});

test("no random bytes do anything but be read or be refused", () => {
  const random = chance(4);
  for (let round = 0; round < 3000; round += 1) {
    const buffer = Uint8Array.from({ length: Math.floor(random() * 40) }, () => random() * 256).buffer;
    try {
      decode(buffer);
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
    }
  }
});
