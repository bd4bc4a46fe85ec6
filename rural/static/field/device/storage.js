// Room on the phone: asked to be kept for good, because a browser may clear what it thinks unused.

const LITTLE_BYTES = 20 * 1024 * 1024;

export async function keepForGood() {
  return (await navigator.storage.persisted()) || navigator.storage.persist();
}

/** Return how much is used and left in bytes, and whether that is little. */
export async function room() {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { usage, left: Math.max(0, quota - usage), isLittle: quota - usage < LITTLE_BYTES };
}
