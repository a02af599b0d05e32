/**
 * Values by a key that several may share. A single value is stored without a list: most are single, and a list for each
 * would double the memory.
 */
export class MessageIndex<V extends object> {
  private readonly entries = new Map<string, V | V[]>();

  add(key: string | null, value: V): void {
    if (key === null) return;
    const found = this.entries.get(key);
    if (found === undefined) this.entries.set(key, value);
    else if (Array.isArray(found)) found.push(value);
    else this.entries.set(key, [found, value]);
  }

  /** Oldest first. */
  get(key: string): readonly V[] {
    const found = this.entries.get(key);
    if (found === undefined) return [];
    return Array.isArray(found) ? found : [found];
  }

  remove(key: string | null, value: V): void {
    if (key === null) return;
    const found = this.entries.get(key);
    if (!Array.isArray(found)) {
      if (found === value) this.entries.delete(key);
      return;
    }
    const place = found.indexOf(value);
    if (place >= 0) found.splice(place, 1);
    if (found.length === 0) this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }
}
