"""Pictures of pages as PNG with a palette: a third of their size, and nobody sees the difference.

The browser that took a picture also counts its colours; what is left is to pack the bytes.
"""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Page

# Keeps the 256 colours that cover most of the picture; any other becomes the nearest of them.
COUNT = """
async (encoded) => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + encoded;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, picture.width, picture.height).data;
  const seen = new Map();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    seen.set(colour, (seen.get(colour) || 0) + 1);
  }
  const kept = [...seen].sort((one, other) => other[1] - one[1]).slice(0, 256).map((pair) => pair[0]);
  const place = new Map(kept.map((colour, index) => [colour, index]));
  const nearest = (colour) => {
    let best = 0, least = Infinity;
    kept.forEach((other, index) => {
      const red = (colour >> 16) - (other >> 16);
      const green = ((colour >> 8) & 255) - ((other >> 8) & 255);
      const blue = (colour & 255) - (other & 255);
      const distance = red * red + green * green + blue * blue;
      if (distance < least) { least = distance; best = index; }
    });
    return best;
  };
  let indices = "";
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    if (!place.has(colour)) place.set(colour, nearest(colour));
    indices += String.fromCharCode(place.get(colour));
  }
  return { width: picture.width, height: picture.height, palette: kept, indices: btoa(indices) };
}
"""


def small(page: Page, picture: bytes) -> bytes:
    """The same picture, in bytes; `page` is any page of a browser whose scripts may run."""
    found = page.evaluate(COUNT, base64.b64encode(picture).decode())
    width, height = found["width"], found["height"]
    indices = base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    palette = b"".join(colour.to_bytes(3, "big") for colour in found["palette"])
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
