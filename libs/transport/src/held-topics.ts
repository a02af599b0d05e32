/** Topics of which no more is read for now: their records stay in Kafka. Consumers look at it again and again. */
export class HeldTopics {
  private names: ReadonlySet<string> = new Set();

  /** @param names full names, prefix and lane included; none: all are read. */
  hold(names: Iterable<string>): void {
    this.names = new Set(names);
  }

  has(name: string): boolean {
    return this.names.has(name);
  }
}
