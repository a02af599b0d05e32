/** The conditions of a query; each value becomes a parameter. */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly parts: string[] = [];

  /** @param given undefined: no condition */
  add(given: string | readonly string[] | undefined, condition: (value: string) => string): this {
    if (given !== undefined) this.parts.push(condition(this.value(given)));
    return this;
  }

  addPair(given: [string, string] | undefined, condition: (first: string, second: string) => string): this {
    if (given) this.parts.push(condition(this.value(given[0]), this.value(given[1])));
    return this;
  }

  value(given: unknown): string {
    this.values.push(given);
    return `$${this.values.length}`;
  }

  get text(): string {
    return this.parts.length > 0 ? `WHERE ${this.parts.join(' AND ')}` : '';
  }
}
