/** ISO 8601 with a zone → milliseconds since 1970. */
export const msOf = (instant: string): number => Date.parse(instant);

/** Milliseconds since 1970 → ISO 8601. */
export const isoOf = (ms: number): string => new Date(ms).toISOString();
