// A photo from the camera becomes a JPEG of at most 600 KB. Drawing it afresh drops whatever the
// camera wrote into the file; when and where it was taken is recorded beside it instead.

import { sha256 } from "../rules/canonical.js";

const MOST_BYTES = 600 * 1024;
// A phone that decodes more than this may run out of memory, and the page with the draft is gone.
const LARGEST_FILE_BYTES = 40 * 1024 * 1024;
// Enough to read an identity card, which needs 1,000 on the long side.
const LONG_SIDES = [2000, 1600, 1280, 1000];
const QUALITIES = [0.85, 0.75, 0.65, 0.5];

/** The file is not a picture that this phone can read. */
export class NotAPicture extends Error {}

/** There is nothing in the file: the camera was closed, or the phone had no room for it. */
export class EmptyPicture extends NotAPicture {}

/** Too large to be opened here, or, however small it is drawn, to be sent. */
export class TooLarge extends NotAPicture {}

/** Return the bytes to keep of a picture file, with their hash. */
export async function shrunk(file) {
  const bitmap = await decoded(file);
  try {
    return await fitting(bitmap);
  } finally {
    bitmap.close();
  }
}

async function decoded(file) {
  if (!file.size) throw new EmptyPicture(file.name);
  if (file.size > LARGEST_FILE_BYTES) throw new TooLarge(`${file.size} bytes`);
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    throw new NotAPicture(file.name, { cause: error });
  }
}

async function fitting(bitmap) {
  let blob;
  for (const side of LONG_SIDES) {
    const canvas = drawn(bitmap, side);
    for (const quality of QUALITIES) {
      blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
      if (blob.size <= MOST_BYTES) return described(blob);
    }
  }
  throw new TooLarge(`still ${blob.size} bytes`);
}

function drawn(bitmap, longSide) {
  const ratio = Math.min(1, longSide / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * ratio)),
    Math.max(1, Math.round(bitmap.height * ratio)),
  );
  const pen = canvas.getContext("2d");
  // What was transparent would turn black in a JPEG.
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Return the bytes and the hash of a blob, as they are kept and sent. */
export async function described(blob) {
  const bytes = await blob.arrayBuffer();
  return { bytes, sha256: await sha256(bytes), media_type: blob.type };
}
