/** Where the pages about codes are, from the root of this repository. */
const folder = 'docs/errors/';

/** The page for codes that stand in no table. */
export const unlistedPage = `${folder}unlisted-code.md`;

/** The page about one code; `source` is the provider's name, `network` or `platform`. */
export function pageOf(source: string, code: string): string {
  const name = `${source === 'platform' ? '' : `${source}-`}${code}`;
  return `${folder}${name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')}.md`;
}

/**
 * A page where it is published: `base` stands for the folder of the repository; unset, the path in the repository
 * remains.
 */
export function linkTo(page: string, base: string | undefined): string {
  if (!base || !page.startsWith(folder)) return page;
  return `${base.replace(/\/$/, '')}/${page.slice(folder.length)}`;
}
