/** The folder of the pages about codes, from the root of this repository. */
const folder = 'docs/errors/';

/** The section about codes that no table lists. */
export const unlistedPage = `${folder}README.md#unlisted-codes`;

/** The page about the codes of one source: a provider's name, `network` or `platform`. */
export const pageOf = (source: string): string => `${folder}${source}.md`;

/** The link to the section about one code: its source's page, and the code's anchor. */
export const sectionOf = (source: string, code: string): string => `${pageOf(source)}#${anchorOf(code)}`;

/** The anchor that Markdown renderers such as GitHub's give to a heading. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/**
 * The address of a page as it is published: `base` replaces the root of the repository; if unset, the path in the
 * repository remains.
 */
export function linkTo(page: string, base: string | undefined): string {
  if (!base || !page.startsWith(folder)) return page;
  return `${base.replace(/\/$/, '')}/${page.slice(folder.length)}`;
}
