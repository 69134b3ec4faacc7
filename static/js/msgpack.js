// MessagePack, as much of it as gradlab's stream uses: nil, booleans, numbers, text, bytes, lists and maps.
// https://github.com/msgpack/msgpack/blob/master/spec.md

const TEXT = new TextDecoder();
const BYTES = new TextEncoder();
const SHORT = 24; // characters

/** The value in a buffer; bytes are views into it, not copies.
 * @type {(buffer: ArrayBuffer) => unknown} */
export function decode(buffer) {
  const view = new DataView(buffer);
  const all = new Uint8Array(buffer);
  let at = 0;

  /** Where the next bytes begin; they count as read. @param {number} size */
  function next(size) {
    at += size;
    return at - size;
  }
  const u8 = () => view.getUint8(next(1));
  const u16 = () => view.getUint16(next(2));
  const u32 = () => view.getUint32(next(4));
  /** @param {number} length */
  const bytes = (length) => new Uint8Array(buffer, next(length), length);

  /** Names are short and plain: those are put together here, which is faster than TextDecoder.
   * @param {number} length */
  function text(length) {
    if (length > SHORT || at + length > all.length) return TEXT.decode(bytes(length));
    let plain = "";
    for (let index = at; index < at + length; index += 1) {
      if (all[index] > 0x7f) return TEXT.decode(bytes(length));
      plain += String.fromCharCode(all[index]);
    }
    next(length);
    return plain;
  }

  /** Item by item: a length that is a lie ends with the bytes. @param {number} length */
  function list(length) {
    const items = [];
    for (let index = 0; index < length; index += 1) items.push(value());
    return items;
  }

  /** @param {number} length */
  function map(length) {
    /** @type {Record<string, unknown>} */
    const found = {};
    for (let index = 0; index < length; index += 1) {
      const key = /** @type {string} */ (value());
      if (key === "__proto__")
        Object.defineProperty(found, key, { value: value(), enumerable: true, configurable: true, writable: true });
      else found[key] = value();
    }
    return found;
  }

  /** @returns {unknown} */
  function value() {
    const tag = u8();
    if (tag < 0x80) return tag;
    if (tag < 0x90) return map(tag & 0x0f);
    if (tag < 0xa0) return list(tag & 0x0f);
    if (tag < 0xc0) return text(tag & 0x1f);
    if (tag >= 0xe0) return tag - 0x100;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return bytes(u8());
      case 0xc5:
        return bytes(u16());
      case 0xc6:
        return bytes(u32());
      case 0xca:
        return view.getFloat32(next(4));
      case 0xcb:
        return view.getFloat64(next(8));
      case 0xcc:
        return u8();
      case 0xcd:
        return u16();
      case 0xce:
        return u32();
      case 0xcf:
        return Number(view.getBigUint64(next(8)));
      case 0xd0:
        return view.getInt8(next(1));
      case 0xd1:
        return view.getInt16(next(2));
      case 0xd2:
        return view.getInt32(next(4));
      case 0xd3:
        return Number(view.getBigInt64(next(8)));
      case 0xd9:
        return text(u8());
      case 0xda:
        return text(u16());
      case 0xdb:
        return text(u32());
      case 0xdc:
        return list(u16());
      case 0xdd:
        return list(u32());
      case 0xde:
        return map(u16());
      case 0xdf:
        return map(u32());
      default:
        throw new RangeError(`MessagePack type 0x${tag.toString(16)} is not used here`);
    }
  }

  const result = value();
  if (at !== buffer.byteLength) throw new RangeError(`${buffer.byteLength - at} bytes too many`);
  return result;
}

/** What JSON can hold, as MessagePack.
 * @type {(value: unknown) => Uint8Array<ArrayBuffer>} */
export function encode(value) {
  /** @type {number[]} */
  const out = [];
  write(out, value);
  return Uint8Array.from(out);
}

/** @type {(out: number[], value: unknown) => void} */
function write(out, value) {
  if (value === null || value === undefined) out.push(0xc0);
  else if (typeof value === "boolean") out.push(value ? 0xc3 : 0xc2);
  else if (typeof value === "number") writeNumber(out, value);
  else if (typeof value === "string") {
    const text = BYTES.encode(value);
    writeLength(out, text.length, 0xa0, 32, 0xda, 0xdb);
    out.push(...text);
  } else if (Array.isArray(value)) {
    writeLength(out, value.length, 0x90, 16, 0xdc, 0xdd);
    for (const item of value) write(out, item);
  } else if (typeof value === "object") {
    const entries = Object.entries(value);
    writeLength(out, entries.length, 0x80, 16, 0xde, 0xdf);
    for (const [key, item] of entries) {
      write(out, key);
      write(out, item);
    }
  } else throw new TypeError(`cannot encode a ${typeof value}`);
}

/** @type {(out: number[], value: number) => void} */
function writeNumber(out, value) {
  if (Number.isInteger(value) && value >= -32 && value < 128) return void out.push(value & 0xff);
  const view = new DataView(new ArrayBuffer(8));
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) {
    view.setUint32(0, value);
    out.push(0xce, ...new Uint8Array(view.buffer, 0, 4));
  } else if (Number.isInteger(value) && Math.abs(value) < 2 ** 53) {
    view.setBigInt64(0, BigInt(value));
    out.push(0xd3, ...new Uint8Array(view.buffer));
  } else {
    view.setFloat64(0, value);
    out.push(0xcb, ...new Uint8Array(view.buffer));
  }
}

/** @type {(out: number[], length: number, small: number, limit: number, two: number, four: number) => void} */
function writeLength(out, length, small, limit, two, four) {
  if (length < limit) out.push(small | length);
  else if (length < 2 ** 16) out.push(two, length >> 8, length & 0xff);
  else out.push(four, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
}
