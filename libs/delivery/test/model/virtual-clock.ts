/** 2030-01-31T12:00:00Z: when every history begins. */
export const noon = Date.UTC(2030, 0, 31, 12);

/** Time that passes only when it is advanced. */
export class VirtualClock {
  now = noon;
}
