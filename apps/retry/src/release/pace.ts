/** How many plans one replica may release: so many a second, and never more than that at once. */
export class Pace {
  private left: number;
  private at = -Infinity;

  constructor(private readonly perSecond: number) {
    this.left = perSecond;
  }

  /** @param now in milliseconds of a clock that never goes back @returns how many may go now, a whole number */
  most(now: number): number {
    const elapsed = Math.min(1_000, Math.max(0, now - this.at));
    this.left = Math.min(this.perSecond, this.left + (elapsed * this.perSecond) / 1_000);
    this.at = now;
    return Math.floor(this.left);
  }

  took(count: number): void {
    this.left -= count;
  }
}
