/** Where the pages about codes are, from the root of this repository. */
const folder = 'docs/errors/';

/** The section about codes that stand in no table. */
export const unlistedPage = `${folder}README.md#unlisted-codes`;

/** The page about the codes of one source: a provider's name, `network` or `platform`. */
export const pageOf = (source: string): string => `${folder}${source}.md`;

/** The section about one code, as a link: its source's page, and the code's heading there. */
export const sectionOf = (source: string, code: string): string => `${pageOf(source)}#${anchorOf(code)}`;

/** The anchor that Markdown renderers (GitHub's among them) give to a heading. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/**
 * A page where it is published: `base` stands for the folder of the repository; unset, the path in the repository
 * remains.
 */
export function linkTo(page: string, base: string | undefined): string {
  if (!base || !page.startsWith(folder)) return page;
  return `${base.replace(/\/$/, '')}/${page.slice(folder.length)}`;
}
