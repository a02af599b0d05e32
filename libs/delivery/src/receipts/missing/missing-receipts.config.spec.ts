import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { missingReceiptSettings } from './missing-receipts.config.ts';

describe('the settings of missing receipts', () => {
  it('leave the times to what fits each provider where they are not set', () => {
    const settings = z.object(missingReceiptSettings);
    expect(settings.parse({})).toEqual({ RECEIPTS_MISSED_MOST: 10 });
    expect(settings.parse({ RECEIPT_WINDOW_MS: '60000' })).toMatchObject({ RECEIPT_WINDOW_MS: 60_000 });
  });
});
