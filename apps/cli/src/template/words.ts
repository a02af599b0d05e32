import type { TemplateInfo } from '#libs/templates';

/** One block for each version: what it is for and what it takes. */
export function listOf(infos: readonly TemplateInfo[]): string {
  if (infos.length === 0) return 'There are no templates.';
  return infos.map(blockOf).join('\n\n');
}

function blockOf({ name, version, newest, channels, declaration: { description, variables } }: TemplateInfo): string {
  const taken = Object.entries(variables).map(
    ([variable, { type, required, description: meaning }]) =>
      `    ${variable}  ${type}${required ? '' : ', optional'}: ${meaning}`,
  );
  return [`${name} ${version}${newest ? '' : ' (older)'}  ${channels.join(', ')}: ${description}`, ...taken].join('\n');
}
