import { table } from '../generate/markdown.ts';
import type { Frame } from './frames.ts';
import type { Figures, Spread } from './measure.ts';
import { type OtherCode, others } from './others.table.ts';
import type { NamingFile } from './provider-names.ts';

export interface CodeFigures {
  product: Figures;
  support: Figures;
  frames: readonly Frame[];
  naming: readonly NamingFile[];
}

type Column = Omit<Figures, 'largestFolders'> & { largestFolder: number };

const whole = (value: number) => value.toLocaleString('en');
const spread = ({ median, p90, most }: Spread) => `${median}, ${p90}, ${whole(most)}`;

/** Every row of the comparison: what it says, and how it is read from the figures of one code base. */
export const rows: readonly { label: string; of: (figures: Column) => string }[] = [
  { label: 'Files', of: ({ files }) => whole(files) },
  { label: 'Lines', of: ({ lines }) => whole(lines) },
  { label: 'Lines of a file: median, p90, most', of: ({ fileLines }) => spread(fileLines) },
  { label: 'Lines of a function: median, p90, most', of: ({ functionLines }) => spread(functionLines) },
  { label: 'Lines over 120 columns, without tables of data', of: ({ over120 }) => whole(over120) },
  { label: 'Lines over 140 columns, of a thousand', of: ({ over140PerThousand }) => over140PerThousand.toFixed(1) },
  { label: 'Comment lines, of a hundred', of: ({ commentPercent }) => commentPercent.toFixed(1) },
  { label: 'Files in the largest folder', of: ({ largestFolder }) => whole(largestFolder) },
  {
    label: 'Parameters of a constructor: median, most',
    of: ({ constructorParameters: { median, most } }) => `${median}, ${most}`,
  },
];

export const FRAMES = 'Own functions from the consumer to the provider’s call';
export const NAMING = 'Places that name a provider outside its folders';

/** Every section that the page must have. */
export const sections = [FRAMES, NAMING, 'Largest folders', 'How it is counted'];

/** docs/code-figures.md */
export function figuresPage({ product, support, frames, naming }: CodeFigures): string {
  const columns = [columnOf(product), columnOf(support), ...others.map(({ figures }) => figures)];
  return `<!-- Written by npm run code-figures -- --write. -->

# Code figures

How large and how dense the code is, beside TypeScript of the field. Product is \`apps\` and \`libs\` without tests;
support is tests, \`libs/testing\`, \`bench\`, \`tools\` and \`deploy\`.

${table(
  ['', 'Product', 'Support', ...others.map(({ name }) => name)],
  [
    ...rows.map(({ label, of }) => [label, ...columns.map(of)]),
    [FRAMES, String(frames.length), '', ...others.map(() => '')],
    [NAMING, `${placesOf(naming)} in ${naming.length} files`, '', ...others.map(() => '')],
  ],
)}

## ${FRAMES}

${frames.map(({ name, file }, at) => `${at + 1}. \`${name}\` in \`${file}\``).join('\n')}

They are read from V8’s stack as the HTTP client is given the request, with the real consumer, engine and adapter. V8
keeps what waits; a function that only hands a promise on is not there. Read from the source, with those functions,
it was 22 in November 2026. Outpost, which is Go, has 5.

## ${NAMING}

${table(
  ['File', 'Places'],
  naming.slice(0, 12).map(({ file, places }) => [`\`${file}\``, String(places)]),
)}

${naming.length > 12 ? `${naming.length - 12} more files have ${placesOf(naming.slice(12))}.` : 'These are all.'}

## Largest folders

${table(
  ['Product', 'Files', 'Support', 'Files'],
  product.largestFolders.map(({ folder, files }, at) => {
    const beside = support.largestFolders[at];
    return [`\`${folder}\``, String(files), beside ? `\`${beside.folder}\`` : '', String(beside?.files ?? '')];
  }),
)}

## How it is counted

- A function is one that has a name: a declaration, method, accessor or constructor, or an arrow in a variable or
field. Callbacks count to the function that contains them.
- A comment line holds a comment and nothing else; it is compared with the lines that are not empty.
- Tables of data are the files that the formatter leaves alone (the first part of \`.prettierignore\`).
- Folders are counted without their subfolders and without tests.
- Constructors without parameters do not count.
- A provider is named by an identifier or a text of the code. Comments do not count, nor does \`resend\` as a verb.
${others.map(sourceOf).join('\n')}
- Read by hand in Postal, which is Ruby: 54 lines a file and 6 a function in the median.

\`npm run code-figures\` prints this page with the figures of now, \`-- --write\` keeps it. \`npm run check\` does
not compare the numbers: they change with every edit. A test holds that the page has every row. Renew it with a
change that moves them.
`;
}

const sourceOf = ({ name, at, files, without }: OtherCode) =>
  `- ${name}: ${at}, \`${files}\`${without === undefined ? '' : ` without \`${without}\``}.`;

const placesOf = (naming: readonly NamingFile[]) => naming.reduce((sum, { places }) => sum + places, 0);

const columnOf = ({ largestFolders, ...figures }: Figures): Column => ({
  ...figures,
  largestFolder: largestFolders[0]?.files ?? 0,
});
