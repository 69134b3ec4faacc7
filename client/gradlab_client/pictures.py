"""Pictures for notebooks that need nothing but NumPy: a map as PNG, curves as SVG. The colors are the page's."""

import base64
import html
import struct
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]
Color = tuple[int, int, int]
Scale = tuple[Color, Color, Color]
Span = tuple[float, float]

NEUTRAL = (243, 244, 246)
CLASSES: tuple[Color, ...] = (
    (200, 90, 0),
    (22, 104, 184),
    (0, 132, 99),
    (168, 50, 122),
    (122, 98, 0),
    (53, 60, 69),
    (106, 72, 192),
    (139, 74, 43),
    (10, 125, 140),
    (116, 125, 141),
)
STRONGEST = 0.62  # a map is paler than the points that lie on it
MAP: Scale = ((243, 178, 122), NEUTRAL, (132, 188, 238))
POINTS: Scale = (CLASSES[0], NEUTRAL, CLASSES[1])
PARTS = {"train": "#1a1f26", "validation": "#6a48c0", "test": "#a8327a"}
WIDTH, HEIGHT, MARGIN = 320, 180, 24
MOST_POINTS = 500  # of a curve: more cannot be seen
PIXELS = 180  # the least width of a map


def part_color(name: str) -> str:
    """The color of `train_loss` and the like."""
    return PARTS.get(name.split("_")[0], PARTS["train"])


def span_of(values: Array) -> Span:
    """What the ends of the scale of colors stand for: those of probabilities or of tanh, or as far as values go."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    limit = max(-low, high, 1.0)
    return (-limit, limit) if low < 0 < high or limit == 1.0 else (low, high)


def colors(values: Array, confidence: Array | None = None, span: Span | None = None) -> Pixels:
    """The colors of a map, shape (height, width, 3): orange to blue, or of each class, paler where it is less sure."""
    if confidence is None:
        return shades(values, span or span_of(values), MAP)
    share = STRONGEST * np.clip(np.nan_to_num(confidence), 0, 1)[..., None]
    return rounded(NEUTRAL + (class_colors(values) - np.array(NEUTRAL, float)) * share)


def shades(values: Array, span: Span, scale: Scale) -> Pixels:
    """The colors of numbers, shape (..., 3), between those of the ends of `span`."""
    low, high = span
    places = np.nan_to_num((values - low) / max(high - low, 1e-300), nan=0.5)
    stops = np.array(scale, dtype=float)
    return rounded(np.stack([np.interp(places, (0, 0.5, 1), channel) for channel in stops.T], axis=-1))


def class_colors(values: Array) -> Pixels:
    """The colors of classes by their numbers, shape (..., 3)."""
    return rounded(np.array(CLASSES, float)[np.nan_to_num(values).astype(int) % len(CLASSES)])


def rounded(channels: Array) -> Pixels:
    """Red, green and blue as bytes."""
    pixels: Pixels = np.rint(channels).astype(np.uint8)
    return pixels


def png(values: Array, confidence: Array | None = None) -> bytes:
    """A map as a PNG image."""
    pixels = colors(values, confidence)
    larger = max(1, -(-PIXELS // pixels.shape[1]))
    pixels = pixels.repeat(larger, axis=0).repeat(larger, axis=1)
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each begins with its filter: none
    lines[:, 1:] = pixels.reshape(height, -1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines.tobytes())) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def curves(epochs: Array, lines: Mapping[str, Array]) -> str:
    """Curves over the epochs as an SVG, the newest values written beside their names."""
    values = [line[np.isfinite(line)] for line in lines.values()]
    every = np.concatenate([*values, np.zeros(1)])
    high = float(every.max()) or 1.0
    end = float(epochs[-1]) if len(epochs) and epochs[-1] > 0 else 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
        f'font-size="11" role="img"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<path d="M{MARGIN},{MARGIN}V{HEIGHT - MARGIN}H{WIDTH - 8}" fill="none" stroke="#7d8691"/>'
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 8}" text-anchor="end" fill="#56606c">epoch {end:g}</text>'
    ]
    for index, (name, line) in enumerate(lines.items()):
        every_nth = slice(None, None, max(1, len(line) // MOST_POINTS))
        x = MARGIN + epochs[every_nth] / end * (WIDTH - 8 - MARGIN)
        y = HEIGHT - MARGIN - line[every_nth] / high * (HEIGHT - 2 * MARGIN)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True) if np.isfinite(b))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{part_color(name)}" stroke-width="1.5"/>'
            f'<text x="{MARGIN + 8 + 145 * index}" y="15" fill="{part_color(name)}">'
            f"{html.escape(name.replace('_', ' '))} {line[-1] if len(line) else float('nan'):.4g}</text>"
        )
    return "".join([*parts, "</svg>"])


def side_by_side(caption: str, svg: str, image: bytes) -> str:
    """Curves and a map in HTML, under a caption."""
    source = base64.b64encode(image).decode("ascii")
    return (
        f'<figure style="margin:0"><figcaption>{html.escape(caption)}</figcaption>{svg} '
        f'<img alt="the output over the plane" height="{HEIGHT}" src="data:image/png;base64,{source}"></figure>'
    )
