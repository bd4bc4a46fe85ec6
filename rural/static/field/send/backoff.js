// How long to wait before the next try: doubling from 5 seconds to 5 minutes.

const FIRST_MS = 5_000;
const LONGEST_MS = 300_000;

export const waitBefore = (attempt) => Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
