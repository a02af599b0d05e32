/** Topics of which no more is read for now: their records stay in Kafka. Consumers look at it again and again. */
export class HeldTopics {
  private readonly held = new Map<string, ReadonlySet<string>>();

  /**
   * @param why each reason holds topics of its own: a topic is read once no reason holds it
   * @param names full names, prefix and lane included; none: this reason holds nothing any more
   */
  hold(why: string, names: Iterable<string>): void {
    this.held.set(why, new Set(names));
  }

  has(name: string): boolean {
    for (const names of this.held.values()) if (names.has(name)) return true;
    return false;
  }
}
