import { Health, Jobs, LOGGER, WatchedFile } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { reportingConfig, type ReportingConfig } from '../reporting.config.ts';
import { type PriceTable, readPriceTable } from './price-table.ts';
import { Prices } from './prices.port.ts';

/** The table of the file that PRICE_TABLE_FILE names, read again when it changes. */
@Injectable()
export class FilePrices extends Prices {
  private readonly file: WatchedFile<PriceTable> | undefined;

  /** @throws InvalidConfiguration where the file is wrong from the beginning */
  constructor(
    @Inject(reportingConfig.KEY) { PRICE_TABLE_FILE: path }: Pick<ReportingConfig, 'PRICE_TABLE_FILE'>,
    @Inject(Health) health: Pick<Health, 'addConcern'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(LOGGER) logger: Pick<Logger, 'info' | 'error'>,
  ) {
    super();
    if (path === undefined) return;
    const file = new WatchedFile<PriceTable>({
      file: path,
      setting: 'PRICE_TABLE_FILE',
      holds: 'the price table',
      form: 'docs/schemas/price-table.schema.json',
      read: readPriceTable,
      logger,
    });
    this.file = file;
    health.addConcern('prices', () => file.concern());
    jobs.add(file.job('prices'));
  }

  get current(): PriceTable | undefined {
    return this.file?.current;
  }
}
