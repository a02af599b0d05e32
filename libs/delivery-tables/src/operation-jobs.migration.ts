import { type Migration, operationJobsSql } from '#libs/persistence';

/** The channel’s jobs of operators, and how those about one suppression are found. */
export const operationJobsMigration: Migration = {
  name: '014-operation-jobs',
  sql: `${operationJobsSql};
    CREATE INDEX operation_job_suppression ON operation_job ((request->'work'->>'recipient'))
      WHERE request->>'kind' IN ('suppress', 'unsuppress')`,
};
