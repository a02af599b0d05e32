import type { Figures } from './measure.ts';

/** Another code base, measured by `npm run code-figures -- --of <its folder> --files <glob> --without <expression>`. */
export interface OtherCode {
  name: string;
  /** The repository and the commit that was measured. */
  at: string;
  files: string;
  /** Files whose path it matches are left out. */
  without?: string;
  figures: Omit<Figures, 'largestFolders'> & { largestFolder: number };
}

/** TypeScript of the field that is good to compare with. None of them leaves tables out of its long lines. */
export const others: readonly OtherCode[] = [
  {
    name: 'graphile/worker', at: 'github.com/graphile/worker, abfb4cf of 2026-07-08', files: 'src/**/*.ts',
    figures: { files: 35, lines: 11_726, fileLines: { median: 128, p90: 905, most: 2_368 }, functionLines: { median: 18, p90: 99, most: 864 }, constructorParameters: { median: 7, p90: 7, most: 7 }, over120: 83, over140PerThousand: 3.9, commentPercent: 16.4, largestFolder: 26 },
  },
  {
    name: 'platformatic/kafka', at: 'github.com/platformatic/kafka, f84b496 of 2026-08-20', files: 'src/**/*.ts',
    figures: { files: 176, lines: 30_246, fileLines: { median: 103, p90: 263, most: 2_657 }, functionLines: { median: 14, p90: 53, most: 274 }, constructorParameters: { median: 2, p90: 3, most: 5 }, over120: 103, over140PerThousand: 1.7, commentPercent: 11.6, largestFolder: 52 },
  },
  {
    name: 'Temporal SDK', at: 'github.com/temporalio/sdk-typescript, cd60591c of 2026-08-07', files: 'packages/*/src/**/*.ts', without: 'test|/(proto|docs|create-project)/',
    figures: { files: 178, lines: 41_011, fileLines: { median: 109, p90: 551, most: 2_534 }, functionLines: { median: 8, p90: 38, most: 257 }, constructorParameters: { median: 2, p90: 4, most: 11 }, over120: 209, over140PerThousand: 2.2, commentPercent: 34.5, largestFolder: 28 },
  },
];
