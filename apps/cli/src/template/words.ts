import type { TemplateInfo } from '#libs/templates';

/** One block for each version: its purpose and its variables. */
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
