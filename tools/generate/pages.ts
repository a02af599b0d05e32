import { ARCHITECTURE, architecturePage } from './architecture.ts';
import { asyncApi } from './asyncapi.ts';
import { servicesOf } from './config-schemas.ts';
import { cliPage } from './cli.ts';
import { COMPOSE, composeFile } from './compose.ts';
import { configurationPage } from './configuration.ts';
import { decisionsPage } from './decisions.ts';
import { doctorPage } from './doctor.ts';
import { errorPages } from './errors/error-pages.ts';
import { failureTables } from './errors/failure-tables.ts';
import { limitsPage } from './limits.ts';
import { metricsPage } from './metrics.ts';
import { dashboard } from '../monitoring/dashboard.ts';
import { alertsFile, rulesFile } from '../monitoring/write.ts';
import { runbookPages } from './runbooks.ts';
import { priceTableSchema } from './price-table.ts';
import { retryPolicyExample, retryPolicySchema } from './retry-policy.ts';
import { contractSchemas } from './schemas.ts';
import { topicsPage } from './topics.ts';

/** Every generated file: path from the root, and what it must hold. */
export async function pages(root: string): Promise<Map<string, string>> {
  return new Map([
    ...contractSchemas().map(({ file, schema }) => [`docs/schemas/${file}`, json(schema)] as const),
    ['docs/schemas/retry-policy.schema.json', json(retryPolicySchema())],
    ['docs/schemas/price-table.schema.json', json(priceTableSchema())],
    ['docs/retry-policy.yaml', retryPolicyExample()],
    ['docs/asyncapi.json', json(asyncApi())],
    ['docs/topics.md', topicsPage()],
    ['docs/cli.md', cliPage()],
    ['docs/doctor.md', doctorPage()],
    ['docs/metrics.md', metricsPage()],
    ['docs/limits.md', limitsPage()],
    ['docs/configuration.md', configurationPage(await servicesOf(root))],
    [ARCHITECTURE, architecturePage(root)],
    ['docs/adr/README.md', decisionsPage(root)],
    ['deploy/monitoring/rules/messaging.rules.yml', rulesFile()],
    ['deploy/monitoring/alerts/messaging.alerts.yml', alertsFile()],
    ['deploy/monitoring/dashboards/messaging.json', json(dashboard())],
    ...runbookPages(),
    [COMPOSE, composeFile(root)],
    ...errorPages(failureTables()),
  ]);
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
