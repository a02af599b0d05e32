import type { PoolClient } from '#libs/persistence';

type Value = string | number | boolean | null;

/** What pg's connection offers for COPY, and its types do not name. */
interface CopyConnection {
  query: (text: string) => void;
  sendCopyFromChunk: (chunk: Buffer) => void;
  endCopyFrom: () => void;
}

/** Rows into a table by COPY. @param columns their names */
export function copyRows(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
): Promise<void> {
  const data = Buffer.from(rows.map((row) => `${row.map(textOf).join('\t')}\n`).join(''));
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    // What pg calls on a query that is under way.
    const copying = {
      submit: (connection: CopyConnection) => connection.query(`COPY ${table} (${columns.join(', ')}) FROM STDIN`),
      handleCopyInResponse: (connection: CopyConnection) => {
        connection.sendCopyFromChunk(data);
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => (failure ? reject(failure) : resolve()),
      handleError: (error: Error) => {
        failure = error;
      },
      handleRowDescription: () => undefined,
      handleDataRow: () => undefined,
      handleEmptyQuery: () => undefined,
      handlePortalSuspended: () => undefined,
      callback: (error?: Error) => error && reject(error),
    };
    client.query(copying as never);
  });
}

/** As COPY reads it: the escapes of PostgreSQL's manual, COPY, text format. */
function textOf(value: Value): string {
  if (value === null) return String.raw`\N`;
  return String(value)
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`);
}
